package dev.dpros.ros.tcpros;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Reading, writing and configuring blocking socket channels. Stateless. */
final class Channels {
    private static final int CHUNK = 1 << 16;
    private static final int KEEPALIVE_IDLE_S = 20;
    private static final int KEEPALIVE_INTERVAL_S = 5;
    private static final int KEEPALIVE_PROBES = 4;

    private Channels() {}

    /** Fills the buffer to its limit. @throws EOFException if the peer closes before */
    static void readFully(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the peer closed the connection");
            }
        }
    }

    /** Writes position to limit. */
    static void writeFully(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Reads so many bytes into a new buffer that grows only as they arrive; position 0 to limit. */
    static ByteBuffer readPayload(SocketChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.min(length, CHUNK)).order(ByteOrder.LITTLE_ENDIAN);
        while (true) {
            readFully(channel, buffer);
            if (buffer.capacity() == length) {
                return buffer.flip();
            }
            int larger = (int) Math.min(length, 2L * buffer.capacity());
            buffer = ByteBuffer.allocate(larger).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
        }
    }

    /** Keep-alive, so that a peer whose machine is gone is noticed within a minute. */
    static void configure(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_S);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_PROBES);
        }
    }

    /** Closes without complaint: the connection is given up. */
    static void closeQuietly(@Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // nothing is left to close
            }
        }
    }
}
