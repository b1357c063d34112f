package dev.dpros.ros.tcpros;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One serialized message with its length prefix, shared by all subscribers of a topic and used again when the last has
 * sent it. {@code users} has one writer at a time: the publishing thread while it is 0 or fills it, then the topic's
 * I/O thread.
 */
final class OutgoingMessage {
    private ByteBuffer buffer;
    private volatile int users;
    private long newcomersUntilNs;

    OutgoingMessage(int capacity) {
        buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean isFree() {
        return users == 0;
    }

    int capacity() {
        return buffer.capacity();
    }

    /**
     * Copies the message, position to limit, behind its length; the caller is the first user.
     *
     * @param newcomersUntilNs monotonic time up to which those who subscribe get it
     */
    void fill(ByteBuffer message, long newcomersUntilNs) {
        this.newcomersUntilNs = newcomersUntilNs;
        int length = message.remaining();
        if (buffer.capacity() < 4 + length) {
            buffer = ByteBuffer.allocateDirect(4 + length + length / 8).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear().putInt(length);
        buffer.put(4, message, message.position(), length);
        buffer.limit(4 + length);
        users = 1;
    }

    /** Whether who subscribes now gets it. */
    boolean isForNewcomers(long nowNs) {
        return nowNs < newcomersUntilNs;
    }

    /** Length on the wire. */
    int size() {
        return buffer.limit();
    }

    /** The bytes from {@code offset} on; the one buffer, for the I/O thread. */
    ByteBuffer from(int offset) {
        return buffer.position(offset);
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void retain() {
        users = users + 1;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void release() {
        users = users - 1;
    }
}
