#!/usr/bin/env bash
# rospy: numpy_msg and an array of numpy's default type
#
# Good guess: a float64 array in the data of numpy_msg(Float32MultiArray) is converted to float32, as rospy does for a list
# and for the same array without numpy_msg; or it is refused.
# Really: the eight bytes of each number go onto the wire as they are, behind a length that counts four. Nobody notices: the
# receiver takes the first half of the bytes as float32 and ignores the rest of the message, which rospy and roscpp allow.
# 0.1, 0.2, 0.3 arrive as -1.6e-23, 1.45, -1.6e-23; whole numbers as 0.0 and 1.875, which looks like a plausible command.
# Remedy: array.astype(numpy.float32), or no numpy_msg in the publisher.
#
# Versions: python3-rospy 1.15.15+ds-2, python3-genpy 0.6.16-2, numpy 1.24.2-1+deb12u1 (Debian 12). Seen on 2026-11-29,
# over a topic from a publisher with numpy_msg to a subscriber without:
#| sent as float64 with numpy_msg     arrived
#| 0.1 0.2 0.3                        -1.58819e-23 1.45 -1.58819e-23
#| 1 2 3                              0 1.875 0
#| sent as float32 with numpy_msg     arrived
#| 0.1 0.2 0.3                        0.1 0.2 0.3
#| sent as float64 without numpy_msg  arrived
#| 0.1 0.2 0.3                        0.1 0.2 0.3
. "$(dirname "$0")/common.bash"
debs python3-rospy=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 python3-std-msgs=0.5.13-2 \
    python3-genpy=0.6.16-2 python3-numpy=1:1.24.2-1+deb12u1
ros_master

cat >"$tmp/receive.py" <<'P'
import rospy
from std_msgs.msg import Float32MultiArray
rospy.init_node('receiver', disable_signals=True)
print(' '.join('%g' % x for x in rospy.wait_for_message('/numbers', Float32MultiArray, timeout=30).data))
P
cat >"$tmp/send.py" <<'P'
import subprocess
import sys
import numpy
import rospy
from rospy.numpy_msg import numpy_msg
from std_msgs.msg import Float32MultiArray
rospy.init_node('sender', disable_signals=True)
def send(cls, array):
    publisher = rospy.Publisher('/numbers', cls, queue_size=1, latch=True)
    message = cls()
    message.data = array
    publisher.publish(message)
    arrived = subprocess.run([sys.executable, sys.argv[1]], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    publisher.unregister()
    print('%-35s%s' % (' '.join('%g' % x for x in array), arrived))
fractions = numpy.array([0.1, 0.2, 0.3])
print('sent as float64 with numpy_msg     arrived')
send(numpy_msg(Float32MultiArray), fractions)
send(numpy_msg(Float32MultiArray), numpy.array([1.0, 2.0, 3.0]))
print('sent as float32 with numpy_msg     arrived')
send(numpy_msg(Float32MultiArray), fractions.astype(numpy.float32))
print('sent as float64 without numpy_msg  arrived')
send(Float32MultiArray, fractions)
P
/usr/bin/python3 -W ignore "$tmp/send.py" "$tmp/receive.py" >"$tmp/seen"
as_seen "$tmp/seen"
