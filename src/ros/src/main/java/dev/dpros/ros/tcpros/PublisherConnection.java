package dev.dpros.ros.tcpros;

import dev.dpros.core.MessageSlots;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one publisher of a subscribed topic, on a blocking thread of its own ({@code ros-io-sub-TOPIC-N}):
 * locate, connect, introduce, receive; after a failure again with growing pauses. Allocates per connection, not per
 * message: with one publisher and one subscription a message is read from the socket straight into its slot, except for
 * what arrived in one piece with the length before it (at most {@value StagedInput#BYTES} bytes). Otherwise, and from a
 * latching publisher, it is read once into memory of the connection and copied into each slot.
 */
final class PublisherConnection {
    private static final Logger LOG = LoggerFactory.getLogger(PublisherConnection.class);
    private static final int CONNECT_LIMIT_MS = 5000;
    private static final long FIRST_PAUSE_NS = 250_000_000L;
    private static final long LAST_PAUSE_NS = 32_000_000_000L;

    private final TopicSubscriber subscriber;
    private final URI publisher;
    private final int id = ConnectionInfo.nextId();
    private final Thread thread;
    private final StagedInput input = new StagedInput();
    private ByteBuffer own = ByteBuffer.allocate(0);
    private ByteBuffer latched = ByteBuffer.allocate(0);
    private int latchedLength = -1;
    private volatile boolean latching;
    private volatile @Nullable String publishedType;
    private volatile @Nullable String publishedMd5;
    private volatile @Nullable SocketChannel channel;
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile boolean hurry;
    private volatile String detail = "not connected";
    private volatile long received;
    private volatile long receivedBytes;
    private volatile long rejected;

    PublisherConnection(TopicSubscriber subscriber, URI publisher) {
        this.subscriber = subscriber;
        this.publisher = publisher;
        thread = new Thread(this::run, "ros-io-sub-" + subscriber.topic() + "-" + id);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    URI publisher() {
        return publisher;
    }

    boolean isConnected() {
        return connected;
    }

    long received() {
        return received;
    }

    long rejected() {
        return rejected;
    }

    void forgetCounts() {
        received = 0;
        rejected = 0;
    }

    ConnectionInfo info() {
        return new ConnectionInfo(id, publisher.toString(), false, subscriber.topic(), connected, detail, receivedBytes,
                received, rejected);
    }

    /** The master has listed the publisher anew: try again at once. */
    void listed() {
        if (!connected) {
            hurry = true;
            LockSupport.unpark(thread);
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Gives a subscription that joins what this publisher latched. The caller has the turn. */
    void handLatched(SubscribedSlots taker) {
        if (connected && latchedLength >= 0) {
            taker.take(latched, latchedLength, subscriber.context().clock().monotonicNs(),
                    subscriber.context().clock().rosNs());
        }
    }

    /** Breaks a connection that was made for any type and stands for another than the one wanted now. */
    void disconnectUnlessFits(TopicSubscriber.Wanted wanted) {
        if (connected && !wanted.fits(publishedType, publishedMd5)) {
            disconnect();
        }
    }

    /** Breaks the connection; the thread connects again. */
    void disconnect() {
        Channels.closeQuietly(channel);
    }

    void close() {
        closed = true;
        Channels.closeQuietly(channel);
        LockSupport.unpark(thread);
    }

    void join() {
        // one that is not connected delivers nothing any more
        if (connected && !isCurrentThread()) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        long pauseNs = FIRST_PAUSE_NS;
        while (!closed) {
            boolean introduced = false;
            try {
                SocketChannel opened = connect();
                introduced = true;
                receive(opened);
            } catch (IOException e) {
                detail = e.toString();
                LOG.debug("{} from {}: {}", subscriber.topic(), publisher, detail);
            } catch (RuntimeException e) {
                detail = e.toString();
                LOG.error("{} from {}: the receiver of the messages failed", subscriber.topic(), publisher, e);
            } finally {
                if (connected) {
                    connected = false;
                    subscriber.disconnected();
                }
                Channels.closeQuietly(channel);
            }
            pauseNs = introduced || hurry ? FIRST_PAUSE_NS : Math.min(2 * pauseNs, LAST_PAUSE_NS);
            hurry = false;
            if (!closed) {
                pause(pauseNs);
            }
            closed |= subscriber.givesWay(this);
        }
        subscriber.ended(this);
    }

    private void pause(long pauseNs) {
        long untilNs = subscriber.context().clock().monotonicNs() + pauseNs;
        for (long leftNs = pauseNs; leftNs > 0 && !closed && !hurry;
                leftNs = untilNs - subscriber.context().clock().monotonicNs()) {
            LockSupport.parkNanos(this, leftNs);
        }
    }

    private SocketChannel connect() throws IOException {
        InetSocketAddress address = subscriber.context().locator().locate(publisher, subscriber.topic());
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        if (closed) {
            throw new EOFException("closed");
        }
        opened.socket().connect(address, CONNECT_LIMIT_MS);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Channels.configure(opened);
        Map<String, String> reply = SubscriberIntroduction.exchange(opened, subscriber);
        String refusal = SubscriberIntroduction.refusal(publisher, subscriber, reply);
        if (refusal != null) {
            subscriber.refused(refusal);
            throw new ProtocolException(refusal);
        }
        detail = "TCPROS connection to [" + address.getHostString() + ":" + address.getPort() + "]";
        publishedType = reply.get("type");
        publishedMd5 = reply.get("md5sum");
        latching = "1".equals(reply.get("latching"));
        connected = true;
        subscriber.connected(reply);
        disconnectUnlessFits(subscriber.wanted()); // what is wanted may have changed meanwhile
        return opened;
    }

    private void receive(SocketChannel from) throws IOException {
        input.clear();
        int limit = subscriber.context().maxMessageBytes();
        while (!closed) {
            int length = input.readInt(from);
            if (length < 0 || length > limit) {
                rejectForAll();
                throw new ProtocolException("a message of " + Integer.toUnsignedString(length) + " bytes; at most "
                        + limit + " are accepted");
            }
            if (latching || !subscriber.isSole(this) || !receiveIntoSlot(from, length)) {
                receiveInTurn(from, length);
            }
        }
    }

    /** Reads a message into the slot of the only subscription; false, with nothing read, if that cannot be now. */
    private boolean receiveIntoSlot(SocketChannel from, int length) throws IOException {
        if (!subscriber.tryTurn(this)) {
            return false;
        }
        try {
            SubscribedSlots[] takers = subscriber.takers();
            if (takers.length != 1) {
                return false;
            }
            receiveInto(takers[0], from, length);
            return true;
        } finally {
            subscriber.endTurn(this);
        }
    }

    private void receiveInto(SubscribedSlots taker, SocketChannel from, int length) throws IOException {
        MessageSlots slots = taker.slots();
        ByteBuffer slot = slots.claim(length);
        if (slot == null) {
            taker.reject();
            reject();
            input.skip(from, length);
            return;
        }
        boolean complete = false;
        try {
            input.fill(from, slot, length);
            complete = true;
            taker.took();
            count(length);
            slots.commit(subscriber.context().clock().monotonicNs(), subscriber.context().clock().rosNs());
        } finally {
            if (!complete) {
                slots.abandon();
                taker.reject();
                reject();
            }
        }
    }

    /** With several publishers or subscriptions a message is read to its end before the slots are touched. */
    private void receiveInTurn(SocketChannel from, int length) throws IOException {
        for (int have = 0; have < length; have = own.limit()) {
            growOwn(have, length);
            input.fill(from, own, own.remaining());
        }
        if (!subscriber.awaitTurn(this)) {
            return;
        }
        try {
            hand(length);
        } finally {
            subscriber.endTurn(this);
        }
    }

    private void hand(int length) {
        SubscribedSlots[] takers = subscriber.takers();
        long receivedNs = subscriber.context().clock().monotonicNs();
        long receivedRosNs = subscriber.context().clock().rosNs();
        boolean taken = takers.length == 0;
        for (SubscribedSlots taker : takers) {
            taken |= taker.take(own, length, receivedNs, receivedRosNs);
        }
        if (taken) {
            count(length);
        } else {
            reject();
        }
        if (latching) {
            ByteBuffer free = latched;
            latched = own;
            own = free;
            latchedLength = length;
        }
    }

    /** Makes room for more of a message, at most doubling, so that memory grows only as bytes arrive. */
    private void growOwn(int have, int length) {
        if (own.capacity() == have) {
            int capacity = (int) Math.min(subscriber.context().maxMessageBytes(), Math.max(StagedInput.BYTES, 2L * have));
            own = ByteBuffer.allocateDirect(capacity).put(own.position(0).limit(have));
        }
        own.limit(Math.min(length, own.capacity())).position(have);
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void count(int length) {
        received = received + 1;
        receivedBytes = receivedBytes + length;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void reject() {
        rejected = rejected + 1;
    }

    private void rejectForAll() {
        reject();
        for (SubscribedSlots taker : subscriber.takers()) {
            taker.reject();
        }
    }
}
