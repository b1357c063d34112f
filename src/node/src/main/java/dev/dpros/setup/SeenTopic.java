package dev.dpros.setup;

import java.util.List;

/**
 * A topic that was looked at, and what its first message was like. Immutable.
 *
 * @param name full name
 * @param type {@code package/Name}
 * @param names joints of a JointState, in the message's order; empty if it names none
 * @param values numbers in it: positions of a JointState, elements of an array; 0 for a picture
 * @param positions the positions of a JointState
 * @param width of a picture, pixels; 0 if it is none or that could not be told
 * @param height of a picture, pixels
 */
record SeenTopic(String name, String type, List<String> names, int values, List<Double> positions, int width, int height) {
    static final String IMAGE = "sensor_msgs/Image";
    static final String COMPRESSED = "sensor_msgs/CompressedImage";
    static final String JOINTS = "sensor_msgs/JointState";
    static final String ARRAY = "std_msgs/Float64MultiArray";

    /** Copies the lists. */
    SeenTopic {
        names = List.copyOf(names);
        positions = List.copyOf(positions);
    }

    boolean picture() {
        return type.equals(IMAGE) || type.equals(COMPRESSED);
    }

    /** For a person who chooses. */
    String describe() {
        return name + " (" + type + (picture() ? width > 0 ? ", " + width + "x" + height : "" : ", " + values + " values") + ")";
    }
}
