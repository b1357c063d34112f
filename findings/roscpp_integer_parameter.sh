#!/usr/bin/env bash
# roscpp: getParam into an int, when the parameter is a floating-point number
#
# Good guess: it fails, or it truncates as C++ does (-0.1 gives 0); and a vector<int> behaves as an int.
# Really: it succeeds. A positive number is rounded to the nearest, a negative one is always rounded DOWN, so that -0.1 is
# read as -1 and -2.2 as -3. Inside a vector<int> the same number is truncated towards zero.
# Why: the scalar overload decides between floor and ceil by fmod(d, 1.0) < 0.5, which holds for every negative d.
# Meets: integer offsets and indices that a YAML file states as 2.0, or that a script computed.
#
# Versions: libroscpp-dev 1.15.15+ds-2, python3-rosmaster 1.15.15+ds-2 (Debian 12). Seen on 2026-11-29:
#| parameter  as int  in vector<int>
#| 2.2             2               2
#| 2.5             3               2
#| 2.7             3               2
#| -0.1           -1               0
#| -2.0           -2              -2
#| -2.2           -3              -2
#| -2.7           -3              -2
. "$(dirname "$0")/common.bash"
debs libroscpp-dev=1.15.15+ds-2 python3-rosmaster=1.15.15+ds-2 python3-rosparam=1.15.15+ds-2 g++ pkgconf
ros_master

cat >"$tmp/read.cpp" <<'C'
#include <cstdio>
#include <ros/ros.h>
int main(int argc, char **argv) {
    ros::init(argc, argv, "reader");
    ros::NodeHandle node;
    std::puts("parameter  as int  in vector<int>");
    for (int i = 1; i < argc; i++) {
        const std::string name = "/n" + std::to_string(i);
        int scalar;
        std::vector<int> list;
        if (!node.getParam(name, scalar) || !node.getParam(name + "_list", list)) return 3;
        std::printf("%-9s  %6d  %14d\n", argv[i], scalar, list.at(0));
    }
}
C
g++ "$tmp/read.cpp" -o "$tmp/read" $(pkg-config --cflags --libs roscpp)
numbers=(2.2 2.5 2.7 -0.1 -2.0 -2.2 -2.7)
for i in "${!numbers[@]}"; do
    rosparam set "/n$((i + 1))" -- "${numbers[$i]}"
    rosparam set "/n$((i + 1))_list" -- "[${numbers[$i]}]"
done
"$tmp/read" "${numbers[@]}" >"$tmp/seen"
as_seen "$tmp/seen"
