package dev.dpros.ros.tcpros;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber of one of our topics: its socket and its bounded queue. Confined to the topic's I/O thread, counters
 * aside; allocates nothing per message.
 */
final class SubscriberConnection {
    private final ByteBuffer ignored = ByteBuffer.allocateDirect(256);
    final int id;
    final String callerId;
    final SocketChannel channel;
    private final OutgoingMessage[] queue;
    @SuppressWarnings("NullAway.Init") // registered before it is served
    private SelectionKey key;
    private int first;
    private int count;
    private @Nullable OutgoingMessage current;
    private int sentBytesOfCurrent;
    private volatile long sent;
    private volatile long sentBytes;
    private volatile long dropped;

    SubscriberConnection(int id, String callerId, SocketChannel channel, int queueSize) {
        this.id = id;
        this.callerId = callerId;
        this.channel = channel;
        queue = new OutgoingMessage[queueSize];
    }

    void register(SelectionKey registered) {
        key = registered;
    }

    long sent() {
        return sent;
    }

    long sentBytes() {
        return sentBytes;
    }

    long dropped() {
        return dropped;
    }

    /** Adds a message, dropping the oldest that has not begun to be sent if the queue is full. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void enqueue(OutgoingMessage message) {
        if (count == queue.length) {
            queue[first].release();
            first = (first + 1) % queue.length;
            count--;
            dropped = dropped + 1;
        }
        queue[(first + count) % queue.length] = message;
        count++;
        message.retain();
    }

    boolean isIdle() {
        return current == null && count == 0;
    }

    /** Sends what the socket takes. @throws IOException if the connection is gone */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void flush() throws IOException {
        while (true) {
            if (current == null) {
                if (count == 0) {
                    await(SelectionKey.OP_READ);
                    return;
                }
                current = queue[first];
                first = (first + 1) % queue.length;
                count--;
                sentBytesOfCurrent = 0;
            }
            sentBytesOfCurrent += channel.write(current.from(sentBytesOfCurrent));
            if (sentBytesOfCurrent < current.size()) {
                await(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            sent = sent + 1;
            sentBytes = sentBytes + current.size();
            current.release();
            current = null;
        }
    }

    private void await(int operations) {
        if (key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    /** Reads and ignores what a subscriber says. @throws IOException if it has closed the connection */
    void readIgnored() throws IOException {
        if (channel.read(ignored.clear()) < 0) {
            throw new IOException("closed by the subscriber");
        }
    }

    /** Gives back every message and closes the socket. */
    void close() {
        Channels.closeQuietly(channel);
        if (current != null) {
            current.release();
            current = null;
        }
        while (count > 0) {
            queue[first].release();
            first = (first + 1) % queue.length;
            count--;
        }
    }
}
