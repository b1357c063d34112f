package dev.dpros.ros.tcpros;

import dev.dpros.core.Clock;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A published topic. {@link #publish(ByteBuffer)} copies the message once into a pooled buffer and wakes the topic's I/O
 * thread ({@code ros-io-pub-TOPIC}), which serves all subscribers with non-blocking writes; a subscriber that does not
 * read loses its oldest messages and delays nobody. No allocation once as many buffers exist as are ever in use.
 */
public final class TopicPublisher implements Publication {
    private static final long FLUSH_LIMIT_NS = 200_000_000L;
    private static final long FLUSH_POLL_MS = 5;
    private static final int MOST_NAMES = 32;

    private final String topic;
    private final MessageSchema schema;
    private final PublicationOptions options;
    private final Clock clock;
    private final Consumer<TopicPublisher> onClose;
    private final Selector selector;
    private final Thread thread;
    private final DropOldestRing<OutgoingMessage> inbound;
    private final List<OutgoingMessage> pool = new ArrayList<>();
    private final Queue<SubscriberConnection> arriving = new ConcurrentLinkedQueue<>();
    private final CopyOnWriteArrayList<SubscriberConnection> connections = new CopyOnWriteArrayList<>();
    private final Consumer<SelectionKey> onReady = this::ready;
    /** What subscribers that are gone have dropped, by name. */
    private final Map<String, Long> gone = new ConcurrentHashMap<>();
    private @Nullable OutgoingMessage latched;
    private volatile SubscriberConnection[] live = new SubscriberConnection[0];
    private volatile boolean closed;
    private volatile long inboundDropped;
    private volatile long sentBefore;
    private volatile long droppedBefore;

    /**
     * Starts the topic's I/O thread.
     *
     * @param topic resolved name
     * @param schema its type
     * @param onClose called once when the user closes the publication, to unregister it
     */
    public TopicPublisher(String topic, MessageSchema schema, PublicationOptions options, Clock clock,
            Consumer<TopicPublisher> onClose) {
        this.topic = topic;
        this.schema = schema;
        this.options = new PublicationOptions(options.latched(), Math.max(1, options.queueSize()));
        this.clock = clock;
        this.onClose = onClose;
        inbound = new DropOldestRing<>(Math.max(8, this.options.queueSize()));
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::run, "ros-io-pub-" + topic);
        thread.setDaemon(true);
        thread.start();
    }

    /** Resolved name of the topic. */
    public String topic() {
        return topic;
    }

    /** Type of the topic. */
    public MessageSchema schema() {
        return schema;
    }

    /** Whether new subscribers get the last message. */
    public boolean latched() {
        return options.latched();
    }

    /** Takes over a connection whose header has been answered. */
    void adopt(int id, String callerId, SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        arriving.add(new SubscriberConnection(id, callerId, channel, options.queueSize()));
        selector.wakeup();
        if (closed) {
            Channels.closeQuietly(channel);
        }
    }

    @Override
    public int subscribers() {
        return live.length;
    }

    @Override
    public void publish(ByteBuffer message) {
        publish(message, 0);
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    public void publish(ByteBuffer message, long newcomersNs) {
        if (closed || live.length == 0 && !options.latched() && newcomersNs <= 0 && arriving.isEmpty()) {
            return;
        }
        OutgoingMessage outgoing = take(4 + message.remaining());
        outgoing.fill(message, newcomersUntilNs(newcomersNs));
        OutgoingMessage oldest = inbound.offer(outgoing);
        if (oldest != null) {
            oldest.release();
            inboundDropped = inboundDropped + live.length;
        }
        selector.wakeup();
    }

    private long newcomersUntilNs(long newcomersNs) {
        if (options.latched()) {
            return Long.MAX_VALUE;
        }
        return newcomersNs <= 0 ? Long.MIN_VALUE : clock.monotonicNs() + newcomersNs;
    }

    @Override
    public void publish(Map<String, Object> fields) {
        publish(MessageEncoder.encode(schema, fields));
    }

    /** A free buffer, large enough if there is one; grows the pool only when all are in use. */
    private OutgoingMessage take(int size) {
        OutgoingMessage free = null;
        for (int i = 0; i < pool.size(); i++) {
            OutgoingMessage candidate = pool.get(i);
            if (candidate.isFree()) {
                free = candidate;
                if (candidate.capacity() >= size) {
                    return candidate;
                }
            }
        }
        if (free == null) {
            free = new OutgoingMessage(size + size / 8);
            pool.add(free);
        }
        return free;
    }

    @Override
    public long sent() {
        long sum = sentBefore;
        for (SubscriberConnection connection : live) {
            sum += connection.sent();
        }
        return sum;
    }

    @Override
    public long dropped() {
        long sum = droppedBefore + inboundDropped;
        for (SubscriberConnection connection : live) {
            sum += connection.dropped();
        }
        return sum;
    }

    @Override
    public Map<String, Long> droppedBy() {
        Map<String, Long> drops = new TreeMap<>(gone);
        if (inboundDropped > 0) {
            drops.put("this node's own thread", inboundDropped);
        }
        for (SubscriberConnection connection : live) {
            if (connection.dropped() > 0) {
                drops.merge(connection.callerId, connection.dropped(), Long::sum);
            }
        }
        return drops;
    }

    /** The connections, for getBusInfo. */
    public List<ConnectionInfo> connections() {
        List<ConnectionInfo> infos = new ArrayList<>();
        for (SubscriberConnection c : connections) {
            infos.add(new ConnectionInfo(c.id, c.callerId, true, topic, c.channel.isOpen(),
                    "TCPROS connection to [" + c.channel.socket().getRemoteSocketAddress() + "]",
                    c.sentBytes(), c.sent(), c.dropped()));
        }
        return infos;
    }

    private void run() {
        try {
            while (!closed) {
                transfer();
                selector.select(onReady);
            }
            flushBeforeClosing();
        } catch (IOException e) {
            closed = true;
        } finally {
            connections.forEach(SubscriberConnection::close);
            arriving.forEach(SubscriberConnection::close);
            live = new SubscriberConnection[0];
            closeSelector();
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            // nothing is left to close
        }
    }

    /** Moves new connections and new messages to where they belong, and sends. */
    private void transfer() {
        for (SubscriberConnection arrived = arriving.poll(); arrived != null; arrived = arriving.poll()) {
            adoptHere(arrived);
        }
        SubscriberConnection[] targets = live;
        for (OutgoingMessage message = inbound.poll(); message != null; message = inbound.poll()) {
            for (SubscriberConnection target : targets) {
                target.enqueue(message);
            }
            if (latched != null) {
                latched.release();
                latched = null;
            }
            if (message.isForNewcomers(clock.monotonicNs())) {
                latched = message;
            } else {
                message.release();
            }
        }
        for (SubscriberConnection target : targets) {
            flush(target);
        }
    }

    private void adoptHere(SubscriberConnection arrived) {
        try {
            arrived.register(arrived.channel.register(selector, SelectionKey.OP_READ, arrived));
            if (latched != null && latched.isForNewcomers(clock.monotonicNs())) {
                arrived.enqueue(latched);
            }
            connections.add(arrived);
            live = connections.toArray(new SubscriberConnection[0]);
        } catch (IOException e) {
            arrived.close();
        }
    }

    private void ready(SelectionKey key) {
        SubscriberConnection connection = (SubscriberConnection) key.attachment();
        try {
            if (key.isReadable()) {
                connection.readIgnored();
            }
            if (key.isWritable()) {
                connection.flush();
            }
        } catch (IOException | RuntimeException e) {
            remove(connection);
        }
    }

    private void flush(SubscriberConnection connection) {
        try {
            connection.flush();
        } catch (IOException | RuntimeException e) {
            remove(connection);
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void remove(SubscriberConnection connection) {
        if (connections.remove(connection)) {
            live = connections.toArray(new SubscriberConnection[0]);
            sentBefore = sentBefore + connection.sent();
            droppedBefore = droppedBefore + connection.dropped();
            if (connection.dropped() > 0) {
                gone.merge(gone.size() < MOST_NAMES ? connection.callerId : "others", connection.dropped(), Long::sum);
            }
            connection.close();
        }
    }

    /** Gives subscribers that read a moment to take what was published before the end, such as a last command to rest. */
    private void flushBeforeClosing() throws IOException {
        long deadlineNs = clock.monotonicNs() + FLUSH_LIMIT_NS;
        transfer();
        while (connections.stream().anyMatch(connection -> !connection.isIdle()) && clock.monotonicNs() < deadlineNs) {
            selector.select(onReady, FLUSH_POLL_MS);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        onClose.accept(this);
        beginStop();
        awaitStop();
    }

    /** Ends the publication without unregistering: what is queued goes out to subscribers that read. */
    public void beginStop() {
        closed = true;
        if (selector.isOpen()) {
            selector.wakeup();
        }
    }

    /** Waits, a bounded time, until the connections are closed. */
    public void awaitStop() {
        try {
            thread.join(2 * FLUSH_LIMIT_NS / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
