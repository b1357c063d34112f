/** A ROS 1 node: registration with the master, slave API, parameters, time, logging, behind the Transport port. */
package dev.dpros.ros.node;
