#!/usr/bin/env bash
# ROS 1: a time made of a floating-point number of seconds, in C++ and in Python
#
# Good guess: rospy.Time.from_sec(t) and ros::Time(t) are the same time for the same t.
# Really: roscpp rounds to the nearest nanosecond, rospy cuts off. Nearly half of all times differ by 1 ns, round ones too:
# 1.13 s is 1.129999999 in Python. Exact comparison fails: message_filters' TimeSynchronizer drops the pair, tf calls the time
# an extrapolation into the past, and two stamps that came from one number sort one before the other.
# Remedy: carry the stamp itself along, or round in Python: rospy.Time(0, round(t * 1e9)).
# Meets: simulators and data sets that count time as k/100 s, with nodes in both languages.
#
# Versions: python3-genpy 0.6.16-2 (rospy's Time), libroscpp-core-dev 0.7.2-8+b2 (Debian 12). Seen on 2026-11-29, of 10000
# times 0.01 s apart each:
#| from          0 s: 4714 differ, by at most 1 ns, the first at 1.13: C++ 1.130000000, Python 1.129999999
#| from        100 s: 4800 differ, by at most 1 ns, the first at 100.02: C++ 100.020000000, Python 100.019999999
#| from 1700000000 s: 4800 differ, by at most 1 ns, the first at 1700000000.02: C++ 1700000000.019999981, Python 1700000000.019999980
#| rounded in Python: 0 differ
. "$(dirname "$0")/common.bash"
debs python3-genpy=0.6.16-2 libroscpp-core-dev=0.7.2-8+b2 g++ pkgconf

cat >"$tmp/times.cpp" <<'C'
#include <cstdio>
#include <ros/time.h>
int main() {
    double seconds;
    while (std::scanf("%lf", &seconds) == 1) {
        const ros::Time time(seconds);
        std::printf("%u.%09u\n", time.sec, time.nsec);
    }
}
C
cat >"$tmp/table.py" <<'P'
import subprocess
import sys
import genpy
def in_cpp(texts):
    return subprocess.run([sys.argv[1]], input='\n'.join(texts), stdout=subprocess.PIPE, check=True, text=True).stdout.split()
def in_python(time):
    return '%d.%09d' % (time.secs, time.nsecs)
def ns(text):
    return int(text.replace('.', ''))
for first in (0, 100, 1700000000):
    texts = ['%.2f' % (first + i / 100) for i in range(10000)]
    rows = list(zip(texts, in_cpp(texts), (in_python(genpy.Time.from_sec(float(text))) for text in texts)))
    differ = [row for row in rows if row[1] != row[2]]
    apart = max(abs(ns(cpp) - ns(py)) for _, cpp, py in rows)
    print('from %10d s: %d differ, by at most %d ns, the first at %s: C++ %s, Python %s' % (first, len(differ), apart, *differ[0]))
texts = ['%.2f' % (i / 100) for i in range(10000)]
rounded = [in_python(genpy.Time(0, round(float(text) * 1e9))) for text in texts]
print('rounded in Python: %d differ' % sum(a != b for a, b in zip(in_cpp(texts), rounded)))
P
g++ "$tmp/times.cpp" -o "$tmp/times" $(pkg-config --cflags --libs rostime)
/usr/bin/python3 "$tmp/table.py" "$tmp/times" >"$tmp/seen"
as_seen "$tmp/seen"
