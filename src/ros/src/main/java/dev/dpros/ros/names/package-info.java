/** Graph names, remaps and the command-line and environment conventions of ROS 1 nodes. */
package dev.dpros.ros.names;
