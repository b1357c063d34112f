package dev.dpros.observation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A reader's own copy of one message of a {@link MessageRing}; direct memory that grows to the largest message and is
 * then reused. Owned by one thread.
 */
public final class MessageCopy {
    private ByteBuffer bytes = ByteBuffer.allocateDirect(256).order(ByteOrder.LITTLE_ENDIAN);
    /** Number of the message. */
    long number;
    /** Arrival, monotonic ns. */
    long receivedNs;
    /** Arrival, stamp time ns. */
    long receivedRosNs;

    /** The message, little-endian, position 0 to limit. Its contents are the owner's until the next copy. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Number of the message in its ring. */
    public long number() {
        return number;
    }

    /** When it arrived, monotonic ns. */
    public long receivedNs() {
        return receivedNs;
    }

    /** When it arrived, stamp time, ns. */
    public long receivedRosNs() {
        return receivedRosNs;
    }

    /** Copies without touching the source's position. */
    void take(ByteBuffer source, int length) {
        if (bytes.capacity() < length) {
            bytes = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE, length + length / 4L)).order(ByteOrder.LITTLE_ENDIAN);
        }
        bytes.clear().limit(length);
        bytes.put(0, source, 0, length);
    }
}
