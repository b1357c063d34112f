package dev.dpros.core;

import java.nio.ByteBuffer;

/**
 * Reads a numeric vector out of a serialized message: a compiled field path such as {@code position[joint names]}.
 * Stateless between calls from one thread; allocates nothing; reports errors by status, never by exception.
 */
public interface VectorReader {
    /** Number of values it reads. */
    int size();

    /**
     * Reads the values.
     *
     * @param message little-endian, position 0 to limit; not modified
     * @return true if all fields were there; false if the message is short or a named joint is missing
     */
    boolean read(ByteBuffer message, float[] out, int offset);

    /** The header stamp in ns since the epoch, or 0 if the type has no header or the stamp is zero. */
    long stampNs(ByteBuffer message);
}
