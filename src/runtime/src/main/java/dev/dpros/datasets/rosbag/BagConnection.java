package dev.dpros.datasets.rosbag;

/**
 * One connection of a bag. Immutable.
 *
 * @param id number within the bag
 * @param topic topic name
 * @param type such as {@code sensor_msgs/Image}
 * @param md5 checksum of the type
 * @param definition full message definition
 */
public record BagConnection(int id, String topic, String type, String md5, String definition) {}
