/** A node in the ROS 2 graph: what it tells of itself and hears of others, services, parameters, logs and time. */
package dev.dpros.ros2.node;
