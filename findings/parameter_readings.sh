#!/usr/bin/env bash
# ROS 1: what one text becomes as a private parameter, depending on who reads it
#
# Good guess: `_p:=TEXT` sets the same value for a roscpp and a rospy node, and <param value="TEXT"/> and <rosparam> too.
# Really: there are three readings. roscpp parses C numbers (017 is 17, inf a number, 0x10 a text), rospy and <rosparam>
# YAML 1.1 (017 is 15, inf a text, 0x10 is 16, 1:30 is 90, 1.0e3 a text for want of a sign), and roslaunch's <param> takes
# decimal integers, and numbers that have a dot. So the same text gives another number or type after a Python node has been
# rewritten in C++, or a <param> as a <rosparam>. No one warns.
#
# Versions: roscpp, rospy, roslaunch, rosparam 1.15.15+ds-2, PyYAML 6.0-3 (Debian 12). Seen on 2026-11-29:
#| text     roscpp _p:=    rospy _p:=     <param>        <rosparam>
#| 0x10     text 0x10      int 16         text 0x10      int 16
#| 017      int 17         int 15         int 17         int 15
#| 08       int 8          text 08        int 8          text 08
#| inf      float inf      text inf       text inf       text inf
#| .inf     text .inf      float inf      text .inf      float inf
#| 1e3      float 1000.0   text 1e3       text 1e3       text 1e3
#| 1.0e3    float 1000.0   text 1.0e3     float 1000.0   text 1.0e3
#| 1_2      text 1_2       int 12         text 1_2       int 12
#| 1:30     text 1:30      int 90         text 1:30      int 90
#| yes      text yes       bool True      text yes       bool True
#| +5       int 5          int 5          int 5          int 5
. "$(dirname "$0")/common.bash"
debs libroscpp-dev=1.15.15+ds-2 python3-rospy=1.15.15+ds-2 python3-roslaunch=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 \
    python3-rosmaster=1.15.15+ds-2 python3-yaml=6.0-3+b2 g++ pkgconf
ros_master

cat >"$tmp/node.cpp" <<'C'
#include <ros/ros.h>
int main(int argc, char **argv) {
    ros::init(argc, argv, argv[1]);
    ros::NodeHandle node;
}
C
g++ "$tmp/node.cpp" -o "$tmp/node" $(pkg-config --cflags --libs roscpp)
cat >"$tmp/node.py" <<'P'
import sys
import rospy
rospy.init_node(sys.argv[1], disable_signals=True)
P
cat >"$tmp/table.py" <<'P'
import sys
import rosgraph
master = rosgraph.Master('/reader')
print('%-8s %-14s %-14s %-14s %s' % ('text', 'roscpp _p:=', 'rospy _p:=', '<param>', '<rosparam>'))
for i, text in enumerate(sys.argv[1:]):
    values = [master.getParam(name % i) for name in ('/cpp%d/p', '/py%d/p', '/launch%d', '/yaml%d')]
    cells = ['%s %s' % ({'str': 'text'}.get(type(v).__name__, type(v).__name__), v) for v in values]
    print('%-8s %-14s %-14s %-14s %s' % (text, *cells))
P
texts=(0x10 017 08 inf .inf 1e3 1.0e3 1_2 1:30 yes +5)
{
    echo '<launch>'
    for i in "${!texts[@]}"; do
        echo "<param name=\"/launch$i\" value=\"${texts[$i]}\"/><rosparam param=\"/yaml$i\">${texts[$i]}</rosparam>"
    done
    echo '</launch>'
} >"$tmp/parameters.launch"
for i in "${!texts[@]}"; do
    "$tmp/node" "cpp$i" "_p:=${texts[$i]}"
    /usr/bin/python3 "$tmp/node.py" "py$i" "_p:=${texts[$i]}"
done
roslaunch "$tmp/parameters.launch" >"$tmp/launch.log" 2>&1
/usr/bin/python3 "$tmp/table.py" "${texts[@]}" >"$tmp/seen"
as_seen "$tmp/seen"
