/** Simulated robots as ROS nodes: they publish cameras and joints, obey stamped trajectories and offer services. */
package dev.dpros.simnode;
