package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What has an order of its own, whatever that of the submessage (the buffer's). Stateless. */
final class Octets {
    private Octets() {}

    /** Four octets, the first highest. */
    static int four(ByteBuffer packet, int index) {
        int value = packet.getInt(index);
        return packet.order() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
    }

    /** Eight octets, the first highest. */
    static long eight(ByteBuffer packet, int index) {
        long value = packet.getLong(index);
        return packet.order() == ByteOrder.LITTLE_ENDIAN ? Long.reverseBytes(value) : value;
    }

    /** A sample's number: the higher word, then the lower one, each in the buffer's order. */
    static long number(ByteBuffer packet, int index) {
        return (long) packet.getInt(index) << 32 | packet.getInt(index + 4) & 0xffff_ffffL;
    }
}
