package dev.dpros.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a transport puts the bytes of an incoming message, so that the only copy is from the socket to the ring slot
 * (subscriptions that share a connection get a copy each, one after the other: none may block).
 * One writer, the transport's I/O thread: {@code claim}, fill, then {@code commit} or {@code abandon}. No allocation
 * once warm.
 */
public interface MessageSlots {
    /**
     * A little-endian buffer (whatever order the message has) with position 0 and limit {@code length} to fill; it stays the caller's until commit or
     * abandon.
     *
     * @return null if a message of this length is not accepted: the transport then skips it and counts it
     */
    @Nullable ByteBuffer claim(int length);

    /** Makes the claimed message visible. {@code receivedNs} is {@link Clock#monotonicNs()}, {@code receivedRosNs} the stamp time of the same instant. */
    void commit(long receivedNs, long receivedRosNs);

    /** Gives the claimed slot back unused, as when the connection breaks in mid-message. */
    void abandon();
}
