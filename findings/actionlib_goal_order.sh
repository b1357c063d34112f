#!/usr/bin/env bash
# actionlib: which of two goals a SimpleActionServer follows
#
# Good guess: the one that came last replaces the one that is running; when nothing is running, any goal is taken.
# Really: the stamp in the goal's id decides, and that of the last goal counts also after it has ended. A goal stamped earlier
# is cancelled at once ("another goal was received by the simple action server") though none came and the server is idle. So a client
# whose clock is behind the one used before, or a simulation whose time begins again, has every goal cancelled until its
# clock has passed the old stamp or the server is started anew. The client libraries stamp with their own clock.
# Remedy: send the goal with stamp 0: the server then stamps it with its own clock when it comes.
# Meets: arms and grippers driven by FollowJointTrajectory and GripperCommand from more than one computer.
#
# Versions: python3-actionlib 1.14.0-6 (Debian 12). Seen on 2026-11-29:
#| stamped now             SUCCEEDED
#| stamped 1 s earlier     RECALLED, idle server: This goal was canceled because another goal was received by the simple action server
#| the same again          RECALLED, idle server: This goal was canceled because another goal was received by the simple action server
#| stamped 0               SUCCEEDED
. "$(dirname "$0")/common.bash"
debs python3-actionlib=1.14.0-6 python3-rospy=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 \
    python3-actionlib-msgs python3-std-msgs=0.5.13-2 python3-rosgraph-msgs
ros_master

cat >"$tmp/goals.py" <<'P'
import queue
import actionlib
import rospy
from actionlib.msg import TestAction, TestActionGoal, TestActionResult
from actionlib_msgs.msg import GoalStatus

rospy.init_node('goals', disable_signals=True)
running = []
def execute(goal):
    running.append(goal)
    server.set_succeeded()
    running.remove(goal)
server = actionlib.SimpleActionServer('work', TestAction, execute, auto_start=False)
server.start()
results = queue.Queue()
heard = rospy.Subscriber('work/result', TestActionResult, results.put)
goals = rospy.Publisher('work/goal', TestActionGoal, queue_size=10)
while not goals.get_num_connections() or not heard.get_num_connections():
    rospy.sleep(0.05)

names = {value: name for name, value in vars(GoalStatus).items() if name.isupper() and isinstance(value, int)}
first = rospy.Time.now()
for number, (words, stamp) in enumerate((('stamped now', first), ('stamped 1 s earlier', first - rospy.Duration(1)),
                                         ('the same again', first - rospy.Duration(1)), ('stamped 0', rospy.Time()))):
    while running or server.is_active():
        rospy.sleep(0.05)
    goal = TestActionGoal()
    goal.goal_id.id = 'goal %d' % number
    goal.goal_id.stamp = stamp
    goals.publish(goal)
    status = results.get(timeout=20).status
    assert status.goal_id.id == goal.goal_id.id
    print('%-23s %s%s' % (words, names[status.status], ', idle server: ' + status.text if status.text else ''), flush=True)
rospy.signal_shutdown('done')
P
/usr/bin/python3 "$tmp/goals.py" >"$tmp/seen"
as_seen "$tmp/seen"
