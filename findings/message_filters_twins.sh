#!/usr/bin/env bash
# message_filters: the same classes in C++ and in Python, fed with the same stream
#
# Good guess: Cache and ApproximateTime find the same messages in both languages.
# Really: a message stamped exactly at the time asked for is neither before nor after it in C++, and both in Python. Messages
# that arrive out of order are sorted in by C++; Python keeps the order of arrival, so "the last before 3.5 s" is whichever
# came last, and the latest time is not the newest stamp. ApproximateTime waits in C++ for the nearest partner; in Python it
# takes the nearest that has already come, so a picture gets the joint state before it although the next is nearer.
# Meets: a node tried out in Python and rewritten in C++: the policy's state is a sample older or newer than it was.
#
# Versions: libmessage-filters-dev, python3-message-filters 1.15.15+ds-2 (Debian 12). Seen on 2026-11-29, for pictures at
# 30 Hz and joint states at 100 Hz (queue 10, slop 50 ms), and messages stamped 1, 2, 3 s and 1, 3, 2 s:
#|                                   C++     Python
#| 1 2 3: before 2.0 s               1.0     2.0
#| 1 2 3: after 2.0 s                3.0     2.0
#| 1 3 2: before 3.5 s               3.0     2.0
#| 1 3 2: latest time                3.0     2.0
#| pairs 5 ms apart or less          30      11
#| pairs more than 5 ms apart        0       19
. "$(dirname "$0")/common.bash"
debs libmessage-filters-dev=1.15.15+ds-2 python3-message-filters=1.15.15+ds-2 libroscpp-dev=1.15.15+ds-2 \
    libsensor-msgs-dev python3-sensor-msgs g++ pkgconf

cat >"$tmp/twin.cpp" <<'C'
#include <cmath>
#include <cstdio>
#include <message_filters/cache.h>
#include <message_filters/pass_through.h>
#include <message_filters/sync_policies/approximate_time.h>
#include <message_filters/synchronizer.h>
#include <sensor_msgs/JointState.h>
using sensor_msgs::JointState;
using Filter = message_filters::PassThrough<JointState>;
using Policy = message_filters::sync_policies::ApproximateTime<JointState, JointState>;
static int near_pairs, far_pairs;
static JointState::Ptr at(double seconds) {
    JointState::Ptr message(new JointState);
    message->header.stamp.fromSec(seconds);
    return message;
}
static void paired(const JointState::ConstPtr &a, const JointState::ConstPtr &b) {
    (std::fabs((a->header.stamp - b->header.stamp).toSec()) <= 0.00501 ? near_pairs : far_pairs)++;
}
int main() {
    ros::Time::init();
    Filter ordered, shuffled, pictures, joints;
    message_filters::Cache<JointState> cache(ordered, 10), late(shuffled, 10);
    for (double t : {1.0, 2.0, 3.0}) ordered.add(at(t));
    for (double t : {1.0, 3.0, 2.0}) shuffled.add(at(t));
    std::printf("%.1f\n%.1f\n", cache.getElemBeforeTime(ros::Time(2.0))->header.stamp.toSec(),
                cache.getElemAfterTime(ros::Time(2.0))->header.stamp.toSec());
    std::printf("%.1f\n%.1f\n", late.getElemBeforeTime(ros::Time(3.5))->header.stamp.toSec(), late.getLatestTime().toSec());
    Policy policy(10);
    policy.setMaxIntervalDuration(ros::Duration(0.05));
    message_filters::Synchronizer<Policy> pairs(static_cast<const Policy &>(policy));
    pairs.connectInput(pictures, joints);
    pairs.registerCallback(&paired);
    char kind;
    double stamp;
    while (std::scanf(" %c %lf", &kind, &stamp) == 2) (kind == 'p' ? pictures : joints).add(at(stamp));
    std::printf("%d\n%d\n", near_pairs, far_pairs);
}
C
cat >"$tmp/twin.py" <<'P'
import sys
import message_filters
import rospy
from sensor_msgs.msg import JointState
def at(seconds):
    message = JointState()
    message.header.stamp = rospy.Time.from_sec(seconds)
    return message
def cache_of(stamps):
    source = message_filters.SimpleFilter()
    cache = message_filters.Cache(source, 10)
    for stamp in stamps:
        source.signalMessage(at(stamp))
    return cache
rospy.rostime.set_rostime_initialized(True)
cache, late = cache_of((1.0, 2.0, 3.0)), cache_of((1.0, 3.0, 2.0))
print(cache.getElemBeforeTime(rospy.Time(2)).header.stamp.to_sec())
print(cache.getElemAfterTime(rospy.Time(2)).header.stamp.to_sec())
print(late.getElemBeforeTime(rospy.Time.from_sec(3.5)).header.stamp.to_sec())
print(late.getLatestTime().to_sec())
sources = {'p': message_filters.SimpleFilter(), 'j': message_filters.SimpleFilter()}
gaps = []
pairs = message_filters.ApproximateTimeSynchronizer(list(sources.values()), 10, 0.05)
pairs.registerCallback(lambda a, b: gaps.append(abs((a.header.stamp - b.header.stamp).to_sec())))
for line in sys.stdin:
    kind, stamp = line.split()
    sources[kind].signalMessage(at(float(stamp)))
print(sum(gap <= 0.00501 for gap in gaps))
print(sum(gap > 0.00501 for gap in gaps))
P
python3 - >"$tmp/stream" <<'P'
messages = [('p', 100 + i / 30) for i in range(30)] + [('j', 100.0041 + i / 100) for i in range(100)]
for kind, stamp in sorted(messages, key=lambda m: m[1]):
    print(kind, '%.4f' % stamp)
P
g++ "$tmp/twin.cpp" -o "$tmp/twin" $(pkg-config --cflags --libs roscpp) -lmessage_filters
"$tmp/twin" <"$tmp/stream" >"$tmp/cpp"
/usr/bin/python3 "$tmp/twin.py" <"$tmp/stream" >"$tmp/py"
{
    echo "                                  C++     Python"
    paste <(printf '%s\n' '1 2 3: before 2.0 s' '1 2 3: after 2.0 s' '1 3 2: before 3.5 s' '1 3 2: latest time' \
        'pairs 5 ms apart or less' 'pairs more than 5 ms apart') "$tmp/cpp" "$tmp/py" |
        awk -F'\t' '{printf "%-34s%-8s%s\n", $1, $2, $3}'
} >"$tmp/seen"
as_seen "$tmp/seen"
