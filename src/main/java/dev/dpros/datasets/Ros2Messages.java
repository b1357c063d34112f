package dev.dpros.datasets;

import java.nio.ByteBuffer;

/** One recorded source as messages of ROS 2. One thread. */
public interface Ros2Messages {
    /** Type, such as {@code sensor_msgs/msg/Image}. */
    String type();

    /** The type's hash, {@code RIHS01_...}. */
    String hash();

    /** The text of its .msg file and of those it uses. */
    String definition();

    /** A recorded message in CDR, with its encapsulation; null if it is damaged. Valid until the next call. */
    ByteBuffer convert(ByteBuffer recorded);
}
