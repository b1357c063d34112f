#!/usr/bin/env bash
# rosbag: the order of messages that carry the same time
#
# Good guess: they are read in the order in which they were written; the file is a log.
# Really: all of one topic's come first, then all of the next one's, in the order in which the topics first appeared. An
# observation, the action it led to, the next observation and the next action become two observations and two actions.
# Why: messages are merged from one index per connection, by time alone.
# Meets: every bag recorded under simulated time, where a message's time is the last /clock, so that many share it.
#
# Versions: python3-rosbag 1.15.15+ds-2 (Debian 12). Seen on 2026-11-29:
#| written:        observation 0, action 0, observation 1, action 1
#| read_messages:  observation 0, observation 1, action 0, action 1
#| with topics=['action', 'observation']: observation 0, observation 1, action 0, action 1
#| 1 ns apart:     observation 0, action 0, observation 1, action 1
. "$(dirname "$0")/common.bash"
debs python3-rosbag=1.15.15+ds-2 python3-std-msgs=0.5.13-2

cat >"$tmp/bags.py" <<'P'
import sys
import genpy
import rosbag
from std_msgs.msg import Int32
written = [('observation', 0), ('action', 0), ('observation', 1), ('action', 1)]
def text(messages):
    return ', '.join('%s %d' % m for m in messages)
def through_a_bag(step_ns, topics=None):
    file = sys.argv[1] + '/episode.bag'
    with rosbag.Bag(file, 'w') as bag:
        for i, (topic, value) in enumerate(written):
            bag.write(topic, Int32(value), genpy.Time(100, i * step_ns))
    with rosbag.Bag(file) as bag:
        return text((topic, message.data) for topic, message, _ in bag.read_messages(topics))
print('written:        ' + text(written))
print('read_messages:  ' + through_a_bag(0))
print("with topics=['action', 'observation']: " + through_a_bag(0, ['action', 'observation']))
print('1 ns apart:     ' + through_a_bag(1))
P
/usr/bin/python3 "$tmp/bags.py" "$tmp" >"$tmp/seen"
as_seen "$tmp/seen"
