#!/usr/bin/env bash
# actionlib: when a SimpleActionServer begins a goal that replaces another
#
# Good guess: as soon as the running one has given way; a goal for an idle server begins at once, and so it is in both languages.
# Really: in Python the server waits 0.1 s between any two goals, unless one comes in that time. So each replaced goal is a pause
# of 0.1 s in which nobody commands the robot; and of goals that come faster than 10 a second every second one never begins, as
# the next comes while it waits. C++ takes the waiting goal at once. (Mended after this version: ros/actionlib pull request 212.)
# Remedy: goals farther apart, a topic of commands instead, or a server in C++.
# Meets: policies and teleoperation that replace the goals of grippers and arms; drivers in Python.
#
# Versions: python3-actionlib, libactionlib-dev 1.14.0-6 (Debian 12). Seen on 2026-11-30, for servers that give way within 5 ms:
#|                                          C++            Python
#| idle server begins after                 under 50 ms    under 50 ms
#| replacing goal begins after              under 50 ms    100 to 150 ms
#| of 40 goals, one each 60 ms, begin       over 35        under 25
. "$(dirname "$0")/common.bash"
debs python3-actionlib=1.14.0-6 libactionlib-dev=1.14.0-6 libroscpp-dev=1.15.15+ds-2 python3-rospy=1.15.15+ds-2 \
    python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 python3-actionlib-msgs libactionlib-msgs-dev \
    python3-std-msgs=0.5.13-2 python3-rosgraph-msgs g++ pkgconf
ros_master

cat >"$tmp/server.cpp" <<'C'
#include <actionlib/TestAction.h>
#include <actionlib/server/simple_action_server.h>
#include <ros/ros.h>
using Server = actionlib::SimpleActionServer<actionlib::TestAction>;
int main(int argc, char **argv) {
    ros::init(argc, argv, "server_cpp");
    ros::NodeHandle node;
    Server *running;
    Server server(node, "cpp", [&running](const actionlib::TestGoalConstPtr &) {
        while (ros::ok() && !running->isPreemptRequested()) ros::WallDuration(0.005).sleep();
        running->setPreempted();
    }, false);
    running = &server;
    server.start();
    ros::spin();
}
C
cat >"$tmp/server.py" <<'P'
import time
import actionlib
import rospy
from actionlib.msg import TestAction
rospy.init_node('server_py')
def execute(goal):
    while not rospy.is_shutdown() and not server.is_preempt_requested():
        time.sleep(0.005)
    server.set_preempted()
server = actionlib.SimpleActionServer('py', TestAction, execute, auto_start=False)
server.start()
rospy.spin()
P
cat >"$tmp/client.py" <<'P'
import queue
import statistics
import time
import actionlib
import rospy
from actionlib.msg import TestAction, TestGoal
rospy.init_node('client', disable_signals=True)
def measure(name):
    client = actionlib.SimpleActionClient(name, TestAction)
    client.wait_for_server()
    time.sleep(0.5)
    begun = queue.Queue()
    def send():
        sent = time.monotonic()
        client.send_goal(TestGoal(), active_cb=lambda: begun.put(time.monotonic() - sent))
    idle, replacing = [], []
    for _ in range(11):
        send()
        idle.append(begun.get(timeout=20))
        client.cancel_goal()
        client.wait_for_result()
        time.sleep(0.3)
    send()
    begun.get(timeout=20)
    for _ in range(11):
        time.sleep(0.3)
        send()
        replacing.append(begun.get(timeout=20))
    time.sleep(0.3)
    for _ in range(40):
        send()
        time.sleep(0.06)
    time.sleep(0.5)
    return statistics.median(idle) * 1000, statistics.median(replacing) * 1000, begun.qsize()
def delay(ms):
    return next((text for text, low, high in (('under 50 ms', 0, 50), ('100 to 150 ms', 100, 150)) if low <= ms < high), '%.0f ms' % ms)
def count(goals):
    return 'over 35' if goals > 35 else 'under 25' if goals < 25 else str(goals)
columns = [(delay(idle), delay(replacing), count(goals)) for idle, replacing, goals in (measure('cpp'), measure('py'))]
row = '%-41s%-15s%s'
print(row % ('', 'C++', 'Python'))
for words, *cells in zip(('idle server begins after', 'replacing goal begins after', 'of 40 goals, one each 60 ms, begin'), *columns):
    print(row % (words, *cells))
rospy.signal_shutdown('done')
P
g++ "$tmp/server.cpp" -o "$tmp/server" $(pkg-config --cflags --libs roscpp) -lactionlib -lboost_thread
"$tmp/server" >"$tmp/server.log" 2>&1 &
started+=($!)
/usr/bin/python3 "$tmp/server.py" >>"$tmp/server.log" 2>&1 &
started+=($!)
/usr/bin/python3 "$tmp/client.py" >"$tmp/seen" 2>"$tmp/client.log"
as_seen "$tmp/seen"
