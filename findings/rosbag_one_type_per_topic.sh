#!/usr/bin/env bash
# rosbag: a topic whose type changes while it is recorded
#
# Good guess: the second type becomes a second connection record, as the format has one per publisher and type; what was
# written is read again.
# Really: rosbag's Python keeps one connection per topic. Messages of the second type are filed under the first one's name,
# checksum and definition. Nothing is said: the float 0.5 is read back as the integer 1056964608, its bits.
# Why: Bag.write looks the connection up by topic.
# Meets: a driver that is restarted with another message type while a Python recorder goes on; bags that are put together.
#
# Versions: python3-rosbag 1.15.15+ds-2 (Debian 12). Seen on 2026-11-29:
#| connections: 1
#| std_msgs/Int32 1
#| std_msgs/Int32 1056964608
. "$(dirname "$0")/common.bash"
debs python3-rosbag=1.15.15+ds-2 python3-std-msgs=0.5.13-2

cat >"$tmp/bags.py" <<'P'
import sys
import genpy
import rosbag
from std_msgs.msg import Float32, Int32
file = sys.argv[1] + '/episode.bag'
with rosbag.Bag(file, 'w') as bag:
    bag.write('gripper', Int32(1), genpy.Time(1))
    bag.write('gripper', Float32(0.5), genpy.Time(2))
with rosbag.Bag(file) as bag:
    print('connections: %d' % sum(1 for _ in bag._get_connections()))
    for topic, message, _ in bag.read_messages():
        print('%s %s' % (message._type, message.data))
P
/usr/bin/python3 "$tmp/bags.py" "$tmp" >"$tmp/seen"
as_seen "$tmp/seen"
