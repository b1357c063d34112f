package dev.dpros.ros2.rtps;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a receive thread gets its datagrams, several at a time. That thread alone uses it, except for {@link #wake()}. */
interface DatagramSource extends AutoCloseable {
    /** Longest datagram. */
    int DATAGRAM_BYTES = 1 << 16;
    /** Datagrams of one call at most. */
    int BATCH = 16;

    /** Waits for datagrams; returns how many came, 0 when the time is over or after {@link #wake()}. */
    int await(int timeoutMs) throws IOException;

    /** Datagram {@code index} of the last call, from index 0 of the buffer; valid until the next. */
    ByteBuffer packet(int index);

    /** Its octets. */
    int length(int index);

    /** Ends a wait; any thread. */
    void wake();

    /** Bytes of receive buffer that the kernel granted. */
    int grantedReceiveBytes();

    @Override
    void close();

    /** Memory for a batch. */
    static ByteBuffer[] batch() {
        ByteBuffer[] packets = new ByteBuffer[BATCH];
        for (int i = 0; i < BATCH; i++) {
            packets[i] = ByteBuffer.allocateDirect(DATAGRAM_BYTES);
        }
        return packets;
    }
}
