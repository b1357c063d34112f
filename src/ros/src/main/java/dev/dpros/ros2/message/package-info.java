/**
 * ROS 2 types without generated classes: schemas from .msg, .srv and .action text, type hashes, names on DDS, a CDR codec
 * between bytes and field maps, and compiled readers for the hot path that allocate nothing.
 */
package dev.dpros.ros2.message;
