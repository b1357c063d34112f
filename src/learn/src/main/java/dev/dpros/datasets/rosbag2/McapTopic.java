package dev.dpros.datasets.rosbag2;

import java.util.Map;
import java.util.TreeMap;

/**
 * A topic of ROS 2 to be written. Immutable.
 *
 * @param topic topic name
 * @param type such as {@code sensor_msgs/msg/Image}
 * @param hash the type's hash, {@code RIHS01_...}; may be empty
 * @param definition the text of its .msg file and of those it uses
 */
public record McapTopic(String topic, String type, String hash, String definition) {
    /** As rosbag2 writes it; no offered profile means the default one. */
    Map<String, String> metadata() {
        return new TreeMap<>(Map.of(Mcap.QOS_KEY, "", Mcap.HASH_KEY, hash));
    }
}
