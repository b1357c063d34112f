#!/usr/bin/env bash
# actionlib: what a client hears of a server that died with its goal
#
# Good guess: the goal's state becomes LOST once the server's status messages (5 Hz) stay away; the new server's start changes nothing.
# Really: silence means nothing to the client: the goal stays ACTIVE for as long as no server speaks, and waiting for the result has
# no end of its own. Only the first status list of a NEW server, in which the goal is missing, turns it into LOST. So an arm whose
# controller crashed looks busy to its client until somebody restarts the controller, and lost right after that.
# Remedy: watch /ACTION/status (or the count of its publishers) yourself and give up when it is silent.
# Meets: FollowJointTrajectory and GripperCommand clients of arms.
#
# Versions: python3-actionlib 1.14.0-6 (Debian 12). Seen on 2026-11-30:
#| server runs         ACTIVE
#| killed, 1 s later   ACTIVE
#| 10 s later          ACTIVE
#| new server          LOST
. "$(dirname "$0")/common.bash"
debs python3-actionlib=1.14.0-6 python3-rospy=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 \
    python3-actionlib-msgs python3-std-msgs=0.5.13-2 python3-rosgraph-msgs
ros_master

cat >"$tmp/server.py" <<'P'
import actionlib
import rospy
from actionlib.msg import TestAction
rospy.init_node('arm')
server = actionlib.SimpleActionServer('move', TestAction, lambda goal: rospy.sleep(1000), auto_start=False)
server.start()
rospy.spin()
P
cat >"$tmp/client.py" <<'P'
import subprocess
import sys
import time
import actionlib
import rospy
from actionlib.msg import TestAction, TestGoal
from actionlib_msgs.msg import GoalStatus

rospy.init_node('client', disable_signals=True)
names = {value: name for name, value in vars(GoalStatus).items() if name.isupper() and isinstance(value, int)}
def start():
    return subprocess.Popen(['/usr/bin/python3', sys.argv[1]])
def becomes(state, seconds):
    end = time.time() + seconds
    while client.get_state() != state and time.time() < end:
        time.sleep(0.05)
def say(words):
    print('%-19s %s' % (words, names[client.get_state()]), flush=True)

server = start()
try:
    client = actionlib.SimpleActionClient('move', TestAction)
    assert client.wait_for_server(rospy.Duration(30))
    client.send_goal(TestGoal(1))
    becomes(GoalStatus.ACTIVE, 20)
    say('server runs')
    server.kill()
    server.wait()
    time.sleep(1)
    say('killed, 1 s later')
    time.sleep(9)
    say('10 s later')
    server = start()
    becomes(GoalStatus.LOST, 30)
    say('new server')
finally:
    server.kill()
rospy.signal_shutdown('done')
P
/usr/bin/python3 "$tmp/client.py" "$tmp/server.py" >"$tmp/seen" 2>"$tmp/errors" || { cat "$tmp/errors" >&2; exit 1; }
as_seen "$tmp/seen"
