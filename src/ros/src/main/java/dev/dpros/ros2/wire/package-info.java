/** RTPS 2.x on the wire: packets read and written in place, parameter lists, identifiers. No sockets, no state of endpoints. */
package dev.dpros.ros2.wire;
