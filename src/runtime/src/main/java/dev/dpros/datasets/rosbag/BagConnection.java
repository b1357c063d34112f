package dev.dpros.datasets.rosbag;

/**
 * One connection of a bag. Immutable.
 *
 * @param id number within the bag
 * @param topic topic name
 * @param type such as {@code sensor_msgs/Image}, in ROS 2 too
 * @param md5 checksum of the type, in ROS 2 its hash; empty if the bag does not tell
 * @param definition full message definition; empty if the bag does not tell
 * @param encoding {@link #ROS1}, {@link #CDR}, or the name of one that is not read
 */
public record BagConnection(int id, String topic, String type, String md5, String definition, String encoding) {
    /** Messages of ROS 1. */
    public static final String ROS1 = "ros1";
    /** Messages of ROS 2. */
    public static final String CDR = "cdr";

    /** A connection of ROS 1. */
    public BagConnection(int id, String topic, String type, String md5, String definition) {
        this(id, topic, type, md5, definition, ROS1);
    }
}
