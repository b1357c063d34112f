package dev.dpros.core;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a numeric vector out of a serialized message: a compiled field path such as {@code position[joint names]}.
 * Stateless between calls from one thread; allocates nothing; reports errors by status, never by exception.
 *
 * <p>Where values are looked up by name, a vector has one part per name, all of the same number of values; else it is one
 * part. Messages of a topic may bring some of the parts each.
 */
public interface VectorReader {
    /** {@link #readSome} of a message that is short or damaged. */
    int MALFORMED = -1;

    /** Number of values it reads. */
    int size();

    /**
     * Reads the values.
     *
     * @param message as the transport put it into its slot, position 0 to limit; not modified
     * @return true if all fields were there; false if the message is short or a named joint is missing
     */
    boolean read(ByteBuffer message, float[] out, int offset);

    /** The names that are looked up in each message, in the vector's order; empty if it reads by place. */
    default List<String> names() {
        return List.of();
    }

    /**
     * Reads the values of those parts that the message has; the other parts' places are left as they are, or undefined.
     *
     * @param message as for {@link #read}
     * @param present set for each part: one per name, or one for a reader without names
     * @return number of parts found, 0 if a sound message has none of the names, or {@link #MALFORMED}
     */
    default int readSome(ByteBuffer message, float[] out, int offset, boolean[] present) {
        boolean whole = read(message, out, offset);
        Arrays.fill(present, whole);
        return whole ? present.length : MALFORMED;
    }

    /** The header stamp in ns since the epoch, or 0 if the type has no header or the stamp is zero. */
    long stampNs(ByteBuffer message);
}
