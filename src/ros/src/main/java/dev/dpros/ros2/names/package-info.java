/** Names, remaps and the command-line conventions of ROS 2 nodes. */
package dev.dpros.ros2.names;
