package dev.dpros.core;

import java.nio.ByteBuffer;
import java.util.Map;

/** One message type as a middleware puts it on the wire. Immutable; any thread. */
public interface MessageType {
    /** {@code package/Name}, in every middleware. */
    String type();

    /** The text of its definition and of every type in it, as recordings keep it. */
    String definition();

    /** What two nodes compare to have the same definition: md5 in ROS 1. */
    String checksum();

    /** True if the first field is a std_msgs/Header named {@code header}. */
    boolean hasHeader();

    /**
     * A reader of the numbers at a path, which allocates nothing.
     *
     * @throws InputException if a field does not exist or what it names is not a fixed number of numbers
     */
    VectorReader vector(FieldPath path);

    /** As {@link #vector(FieldPath)}, of a path as written. @throws InputException the same, or if the path is malformed */
    default VectorReader vector(String path) {
        return vector(FieldPath.parse(path));
    }

    /**
     * The fields of a message, for slow topics; allocates. Values: Boolean, Integer (up to int32), Long (uint32, int64, uint64 as
     * its bits), Double, String, Long nanoseconds (time, duration), Map (nested message). Arrays: boolean[], byte[] (8-bit),
     * int[] (16-bit and int32), long[], float[], double[], List (strings and messages).
     *
     * @param message position to limit; its position is not changed
     * @throws InputException if the bytes are too few, too many, or a length does not fit
     */
    Map<String, Object> decode(ByteBuffer message);

    /**
     * The bytes of a message, position 0 to limit; allocates. Takes what {@link #decode} gives, any Number for a number, any List
     * or array for an array; a missing field is zero or empty.
     *
     * @throws InputException naming the field if a value does not fit its type or a field is not part of the type
     */
    ByteBuffer encode(Map<String, ?> fields);
}
