#!/usr/bin/env bash
# topic_tools throttle: the rate that comes out
#
# Good guess: `throttle messages IN 20` lets 20 messages a second of a 30 Hz camera through, leaving out every third.
# Really: 15. After a message has passed, the next passes when a whole period has gone since THAT message, and the remainder
# is forgotten: each rate above half of the input's becomes that half (29 of 30 gives 15 too), each above a third up to the
# half becomes the third, and so on. At a fraction itself (15 of 30) the jitter of arrival decides from message to message.
# Meets: datasets and policies whose camera is "throttled to 20 Hz": the frames are 67 ms apart, not 50.
#
# Versions: topic-tools 1.15.15+ds-2, python3-rospy 1.15.15+ds-2 (Debian 12). Seen on 2026-11-29, 300 messages at
# 30 Hz of simulated time, so that the machine's load does not matter:
#| asked for 12 Hz: within 0.5 Hz of 10
#| asked for 20 Hz: within 0.5 Hz of 15
#| asked for 25 Hz: within 0.5 Hz of 15
. "$(dirname "$0")/common.bash"
debs topic-tools=1.15.15+ds-2 python3-rospy=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 \
    python3-std-msgs=0.5.13-2 python3-rosgraph-msgs
ros_master
rosparam set /use_sim_time true

throttle=$tmp/root/usr/lib/topic_tools/throttle
[ -x "$throttle" ] || throttle=/usr/lib/topic_tools/throttle
for rate in 12 20 25; do
    "$throttle" messages /camera "$rate" "/camera_$rate" "__name:=throttle_$rate" >/dev/null 2>&1 &
    started+=($!)
done
cat >"$tmp/measure.py" <<'P'
import time
import rospy
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Int32
rospy.init_node('camera', disable_signals=True)
passed = {rate: [] for rate in (12, 20, 25)}
inputs = [rospy.Subscriber('/camera_%d' % rate, Int32, lambda m, rate=rate: passed[rate].append(m.data)) for rate in passed]
camera = rospy.Publisher('/camera', Int32, queue_size=100)
clock = rospy.Publisher('/clock', Clock, queue_size=100)
while camera.get_num_connections() < 3 or clock.get_num_connections() < 3 or any(i.get_num_connections() < 1 for i in inputs):
    clock.publish(rospy.Time(900, 0))
    camera.publish(-1)
    time.sleep(0.05)
time.sleep(1)
for i in range(300):
    clock.publish(rospy.Time(1000, 0) + rospy.Duration(0, round(i * 1e9 / 30)))
    time.sleep(0.02)
    camera.publish(i)
    time.sleep(0.02)
time.sleep(1)
for rate, messages in passed.items():
    seen = sum(m >= 0 for m in messages) / 10
    fraction = {12: 10, 20: 15, 25: 15}[rate]
    near = abs(seen - fraction) <= 0.5
    print('asked for %d Hz: %s' % (rate, 'within 0.5 Hz of %d' % fraction if near else '%.1f Hz' % seen))
P
/usr/bin/python3 "$tmp/measure.py" >"$tmp/seen"
as_seen "$tmp/seen"
