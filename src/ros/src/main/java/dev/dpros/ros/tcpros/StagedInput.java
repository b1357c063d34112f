package dev.dpros.ros.tcpros;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/**
 * What comes from a socket: lengths through a small buffer, messages straight into their place but for what arrived in one
 * piece with the length before. One thread; allocates nothing; blocks on the socket.
 */
final class StagedInput {
    /** Size of the buffer. */
    static final int BYTES = 16 << 10;

    private final ByteBuffer staging = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Forgets what was staged of another socket. */
    void clear() {
        staging.clear().limit(0);
    }

    /** The next four bytes as a number, little-endian. */
    int readInt(SocketChannel from) throws IOException {
        buffer(from, 4);
        return staging.getInt();
    }

    /** Moves {@code length} bytes to the target's position: first what is staged, then straight from the socket. */
    void fill(SocketChannel from, ByteBuffer target, int length) throws IOException {
        int staged = Math.min(staging.remaining(), length);
        int start = target.position();
        target.put(start, staging, staging.position(), staged);
        staging.position(staging.position() + staged);
        target.position(start + staged);
        target.limit(start + length);
        Channels.readFully(from, target);
    }

    /** Passes over {@code length} bytes. */
    void skip(SocketChannel from, int length) throws IOException {
        int left = length;
        while (left > 0) {
            int staged = Math.min(staging.remaining(), left);
            staging.position(staging.position() + staged);
            left -= staged;
            if (left > 0) {
                buffer(from, 1);
            }
        }
    }

    /** Makes at least {@code bytes} bytes available in the buffer. */
    private void buffer(SocketChannel from, int bytes) throws IOException {
        if (staging.remaining() >= bytes) {
            return;
        }
        staging.compact();
        while (staging.position() < bytes) {
            if (from.read(staging) < 0) {
                throw new EOFException("the publisher closed the connection");
            }
        }
        staging.flip();
    }
}
