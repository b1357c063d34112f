#!/usr/bin/env bash
# rospy: how many calls of one callback run at the same time
#
# Good guess: one; each subscription has its thread, so a callback that touches only its own state needs no lock.
# Really: as many as the topic has publishers. There is a thread per connection, not per subscription, and each calls the callback
# as its messages come; queue_size=1 changes nothing. With one publisher, as on the desk, it never happens. (roscpp's ros::spin
# makes one call at a time.)
# Remedy: a lock around the callback's body.
# Meets: callbacks on /joint_states, where arm and gripper publish both, on /tf and on /diagnostics: a state is put together from
# two messages, an episode gets a line in the middle of another.
#
# Versions: python3-rospy 1.15.15+ds-2 (Debian 12). Seen on 2026-11-30, for a callback that takes 50 ms, publishers at 30 Hz:
#| 1 publisher                  at most 1 call at a time
#| 2 publishers                 at most 2 calls at a time
#| 3 publishers                 at most 3 calls at a time
#| 3 publishers, queue_size=1   at most 3 calls at a time
. "$(dirname "$0")/common.bash"
debs python3-rospy=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 python3-std-msgs=0.5.13-2 \
    python3-rosgraph-msgs
ros_master

cat >"$tmp/publish.py" <<'P'
import sys
import rospy
from std_msgs.msg import String
rospy.init_node(sys.argv[1])
topics = [rospy.Publisher(topic, String, queue_size=1) for topic in sys.argv[2:]]
rate = rospy.Rate(30)
while not rospy.is_shutdown():
    for topic in topics:
        topic.publish(sys.argv[1])
    rate.sleep()
P
for arguments in 'arm one two three' 'gripper two three' 'base three'; do
    # shellcheck disable=SC2086
    /usr/bin/python3 "$tmp/publish.py" $arguments >/dev/null 2>&1 &
    started+=($!)
done
cat >"$tmp/subscribe.py" <<'P'
import threading
import time
import rospy
from std_msgs.msg import String
rospy.init_node('listener', disable_signals=True)
def most_calls_at_once(topic, publishers, queue_size=None):
    lock = threading.Lock()
    running, most, heard = [], [0], {}
    def callback(message):
        with lock:
            running.append(message)
            most[0] = max(most[0], len(running))
            heard[message.data] = heard.get(message.data, 0) + 1
        time.sleep(0.05)
        with lock:
            running.remove(message)
    subscription = rospy.Subscriber(topic, String, callback, queue_size=queue_size)
    while len(heard) < publishers or min(heard.values()) < 40:
        time.sleep(0.1)
    subscription.unregister()
    return 'at most %d call%s at a time' % (most[0], 's' * (most[0] > 1))
print('1 publisher                 ', most_calls_at_once('one', 1))
print('2 publishers                ', most_calls_at_once('two', 2))
print('3 publishers                ', most_calls_at_once('three', 3))
print('3 publishers, queue_size=1  ', most_calls_at_once('three', 3, 1))
rospy.signal_shutdown('done')
P
/usr/bin/python3 "$tmp/subscribe.py" >"$tmp/seen"
as_seen "$tmp/seen"
