/**
 * ROS 1 messages without generated classes: schemas from .msg text, md5 sums, a codec between bytes and field maps, and
 * compiled readers and writers for the hot path that allocate nothing.
 */
package dev.dpros.ros.message;
