#!/usr/bin/env bash
# rosbag play --clock: what time it is when a message comes
#
# Good guess: the message's own, or a little later: the player sets the clock, then publishes what is due.
# Really: earlier. The clock ticks 100 times a second of the wall, whatever is due, and a message does not set it. It comes while
# the last tick is up to 10 ms old: each message comes from the future. With `-r 10` those ticks are 100 ms of the bag's time
# apart, so 0.1 s from the future. Ages (now - stamp) are negative, tf2 lookups at `now` want other data than live, and what
# is stamped with `now` on the way sorts before its cause.
# Remedy: --hz=1000, times the rate.
# Meets: nodes tried out on a bag, faster than it was recorded most of all.
#
# Versions: python3-rosbag, librosbag4d, python3-rospy 1.15.15+ds-2 (Debian 12). Seen on 2026-11-30, a topic of 30 Hz:
#| rosbag play --clock               over half of the messages come before their time, median between 2 and 8 ms
#| rosbag play --clock -r 10         over half of the messages come before their time, median between 20 and 80 ms
#| rosbag play --clock -r 10 --hz=10 over half of the messages come before their time, median between 200 and 800 ms
. "$(dirname "$0")/common.bash"
debs python3-rosbag=1.15.15+ds-2 librosbag4d=1.15.15+ds-2 python3-rospy=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 \
    python3-rosparam=1.15.15+ds-2 python3-std-msgs=0.5.13-2 python3-rosgraph-msgs
ros_master
rosparam set /use_sim_time true

player=$tmp/root/usr/lib/rosbag/play # what `rosbag play` calls
[ -x "$player" ] || player=/usr/lib/rosbag/play
cat >"$tmp/ages.py" <<'P'
import statistics
import subprocess
import sys
import time
import genpy
import rosbag
import rospy
from std_msgs.msg import Int32
def stamp(i):
    return genpy.Time(100, 0) + genpy.Duration(0, i * 10**9 // 30)
rospy.init_node('listener', disable_signals=True)
early_ms = []
rospy.Subscriber('camera', Int32, lambda m: early_ms.append((stamp(m.data) - rospy.get_rostime()).to_sec() * 1000))
for options, seconds, low, high in ('', 4, 2, 8), (' -r 10', 40, 20, 80), (' -r 10 --hz=10', 40, 200, 800):
    with rosbag.Bag(sys.argv[1] + '/run.bag', 'w') as bag:
        for i in range(seconds * 30):
            bag.write('/camera', Int32(i), stamp(i))
    early_ms.clear()
    command = 'rosbag play --clock' + options
    player = [sys.argv[2]] + command.split()[2:]
    subprocess.run(player + ['-d', '1', sys.argv[1] + '/run.bag'], stdout=subprocess.DEVNULL, check=True)
    time.sleep(0.5)
    seen = early_ms[1:]  # the clock may come after the first message
    median = statistics.median(seen)
    print('%-33s %s half of the messages come before their time, median %s ms' % (
        command, 'over' if sum(ms > 0 for ms in seen) > len(seen) / 2 else 'at most',
        'between %d and %d' % (low, high) if low <= median <= high else '%.1f' % median), flush=True)
rospy.signal_shutdown('done')
P
/usr/bin/python3 "$tmp/ages.py" "$tmp" "$player" >"$tmp/seen"
as_seen "$tmp/seen"
