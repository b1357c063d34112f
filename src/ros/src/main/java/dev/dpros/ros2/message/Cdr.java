package dev.dpros.ros2.message;

import java.nio.ByteBuffer;

/**
 * Reads numbers out of a serialized ROS 2 message: four bytes that name the encoding, then CDR (XCDR version 1), in which
 * a number of n bytes starts at a multiple of n after those four. Buffers are little-endian whatever the message is.
 * Stateless; allocates nothing.
 */
final class Cdr {
    /** Bytes of the encapsulation header, from which alignment counts. */
    static final int HEADER_BYTES = 4;
    /** Bytes of one unit of a wstring, which is counted in units and has no zero at its end. */
    static final int WIDE_BYTES = 4;
    /** What {@link #order} says of a message that is not plain CDR. */
    static final int UNKNOWN = -1;

    private Cdr() {}

    /** 1 if the numbers of a message are big-endian, 0 if they are little-endian, or {@link #UNKNOWN}. */
    static int order(ByteBuffer message) {
        if (message.limit() < HEADER_BYTES || message.get(0) != 0) {
            return UNKNOWN;
        }
        int kind = message.get(1);
        return kind == 1 ? 0 : kind == 0 ? 1 : UNKNOWN;
    }

    /** The first place from {@code at} on where a number of so many bytes (1, 2, 4 or 8) may stand. */
    static int align(int at, int bytes) {
        return (at - HEADER_BYTES + bytes - 1 & -bytes) + HEADER_BYTES;
    }

    static short int16(ByteBuffer message, int at, boolean big) {
        short value = message.getShort(at);
        return big ? Short.reverseBytes(value) : value;
    }

    static int int32(ByteBuffer message, int at, boolean big) {
        int value = message.getInt(at);
        return big ? Integer.reverseBytes(value) : value;
    }

    static long int64(ByteBuffer message, int at, boolean big) {
        long value = message.getLong(at);
        return big ? Long.reverseBytes(value) : value;
    }

    /**
     * The u32 count at {@code at}, which is aligned, if so many elements of at least so many bytes can follow, else -1.
     *
     * @param bound the most elements that the type allows, 0 for any number
     */
    static int count(ByteBuffer message, int at, boolean big, int minimumElementSize, int bound) {
        if (at < 0 || message.limit() - at < 4) {
            return -1;
        }
        long count = int32(message, at, big) & 0xffffffffL;
        boolean fits = count * Math.max(1, minimumElementSize) <= message.limit() - at - 4;
        return fits && (bound == 0 || count <= bound) ? (int) count : -1;
    }

    /** Nanoseconds of a builtin_interfaces Time or Duration: signed seconds, unsigned nanoseconds. */
    static long timeNs(int seconds, int nanoseconds) {
        return seconds * 1_000_000_000L + (nanoseconds & 0xffffffffL);
    }
}
