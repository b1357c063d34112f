#!/usr/bin/env bash
# tf2: a frame that is published as static first and as moving later, or the other way round
#
# Good guess: what came on /tf_static counts at all times, what came on /tf at its stamp; the kind is that of the message.
# Really: the first message of a frame decides for as long as the listener lives. Once static, what comes on /tf later overwrites
# the one value: it counts at every time, is not interpolated, and never grows old, so a lookup at the picture's stamp gets
# the newest pose, and one an hour after the publisher's death too. Neither clear() nor time that begins again ends it. Once moving, a
# transform on /tf_static counts at its stamp only.
# Remedy: another name for the frame, or start the listening nodes anew.
# Meets: long-lived nodes (RViz, planners, policies) while a camera's static mount is replaced by a calibration or a pan-tilt
# that publishes the same frame, or a fixed joint of the URDF is made a moving one.
#
# Versions: python3-tf2 0.7.6-1+b2 (Debian 12). Seen on 2026-11-30, x of the frame on /tf: 1 m at 10 s, 2 m at 11 s; on
# /tf_static: 7 m, stamped 10.5 s:
#| lookup at                    5 s     10 s    10.5 s  11 s    3600 s
#| /tf alone                    too old 1.0     1.5     2.0     too new
#| /tf, then /tf_static         too old 1.0     7.0     2.0     too new
#| /tf_static alone             7.0     7.0     7.0     7.0     7.0
#| /tf_static, then /tf         2.0     2.0     2.0     2.0     2.0
#| /tf_static, clear(), /tf     2.0     2.0     2.0     2.0     2.0
. "$(dirname "$0")/common.bash"
debs python3-tf2=0.7.6-1+b2 python3-rospy=1.15.15+ds-2 python3-geometry-msgs=1.13.1-1

cat >"$tmp/frames.py" <<'P'
import rospy
import tf2_py
from geometry_msgs.msg import TransformStamped
def camera(seconds, x):
    transform = TransformStamped()
    transform.header.stamp = rospy.Time.from_sec(seconds)
    transform.header.frame_id, transform.child_frame_id = 'base', 'camera'
    transform.transform.translation.x, transform.transform.rotation.w = x, 1
    return transform
def moving(buffer):
    buffer.set_transform(camera(10, 1), 'driver')
    buffer.set_transform(camera(11, 2), 'driver')
def static(buffer):
    buffer.set_transform_static(camera(10.5, 7), 'mount')
def lookup(buffer, seconds):
    try:
        return buffer.lookup_transform_core('base', 'camera', rospy.Time.from_sec(seconds)).transform.translation.x
    except tf2_py.ExtrapolationException as e:
        return 'too old' if 'past' in str(e) else 'too new'
times = (5, 10, 10.5, 11, 3600)
print('%-29s' % 'lookup at' + ' '.join('%-7s' % ('%g s' % t) for t in times).rstrip())
for words, steps in (('/tf alone', (moving,)), ('/tf, then /tf_static', (moving, static)), ('/tf_static alone', (static,)),
                     ('/tf_static, then /tf', (static, moving)), ('/tf_static, clear(), /tf', (static, tf2_py.BufferCore.clear, moving))):
    buffer = tf2_py.BufferCore(rospy.Duration(10))
    for step in steps:
        step(buffer)
    print('%-29s' % words + ' '.join('%-7s' % lookup(buffer, t) for t in times).rstrip())
P
/usr/bin/python3 "$tmp/frames.py" >"$tmp/seen"
as_seen "$tmp/seen"
