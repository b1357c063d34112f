package dev.dpros.ros.tcpros;

import dev.dpros.core.Clock;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport.Subscription;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A subscribed topic: one {@link PublisherConnection} with a thread of its own per publisher, which connects again for
 * as long as the master lists the publisher. The message slots have one writer at a time, also when several publishers
 * send at once.
 */
public final class TopicSubscriber implements Subscription {
    private static final int MAX_REFUSALS = 16;
    private static final long TURN_POLL_NS = 50_000;
    private static final long STALLED_NS = 2_000_000_000L;

    /**
     * What a subscription needs from its node.
     *
     * @param callerId resolved node name
     * @param clock for receive times
     * @param locator asks a publisher for its TCPROS address
     * @param maxMessageBytes a longer message is taken for a malformed frame
     * @param onClose called once when the user closes the subscription, to unregister it
     */
    public record Context(String callerId, Clock clock, PublisherLocator locator, int maxMessageBytes,
            Consumer<TopicSubscriber> onClose) {}

    private final String topic;
    private final String type;
    private final String md5;
    private final String definition;
    private final MessageSlots slots;
    private final Context context;
    private final Map<URI, PublisherConnection> connections = new ConcurrentHashMap<>();
    private final AtomicReference<PublisherConnection> writer = new AtomicReference<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private volatile String messageDefinition;
    private volatile String messageType;
    private volatile long receivedBefore;
    private volatile long rejectedBefore;
    private volatile boolean closed;

    /**
     * A subscription without publishers yet.
     *
     * @param type expected type, or {@code *}
     * @param md5 expected sum, or {@code *}
     * @param definition message definition to send along, may be empty
     */
    public TopicSubscriber(String topic, String type, String md5, String definition, MessageSlots slots, Context context) {
        this.topic = topic;
        this.type = type;
        this.md5 = md5;
        this.definition = definition;
        this.slots = slots;
        this.context = context;
    }

    /** Resolved name of the topic. */
    public String topic() {
        return topic;
    }

    /** Expected type, or {@code *}. */
    public String type() {
        return type;
    }

    String md5() {
        return md5;
    }

    String definition() {
        return definition;
    }

    Context context() {
        return context;
    }

    /**
     * Takes the master's list of publishers: connects to new ones and drops the others.
     *
     * @param keepConnected whether connections that stand are kept although the list lacks them, as after a restart of
     *     the master, when publishers that never register again go on sending
     */
    public synchronized void setPublishers(Collection<URI> uris, boolean keepConnected) {
        if (closed) {
            return;
        }
        for (PublisherConnection connection : List.copyOf(connections.values())) {
            if (!uris.contains(connection.publisher()) && !(keepConnected && connection.isConnected())) {
                connections.remove(connection.publisher());
                connection.close();
            }
        }
        for (URI uri : uris) {
            PublisherConnection known = connections.get(uri);
            if (known == null) {
                PublisherConnection connection = new PublisherConnection(this, uri);
                connections.put(uri, connection);
                connection.start();
            } else {
                known.listed();
            }
        }
    }

    /** True if no other publisher is connected, so that messages may be read straight into the slots. */
    boolean isSole(PublisherConnection connection) {
        return connection.isConnected() && connected.get() == 1;
    }

    boolean tryTurn(PublisherConnection connection) {
        return writer.compareAndSet(null, connection);
    }

    /**
     * Waits for the slots; one that holds them for seconds has stalled in mid-message and is disconnected. False if the
     * subscription was closed meanwhile.
     */
    boolean awaitTurn(PublisherConnection connection) {
        long deadlineNs = context.clock().monotonicNs() + STALLED_NS;
        while (!closed) {
            if (writer.compareAndSet(null, connection)) {
                return true;
            }
            LockSupport.parkNanos(this, TURN_POLL_NS);
            if (context.clock().monotonicNs() - deadlineNs > 0) {
                PublisherConnection stalled = writer.get();
                if (stalled != null) {
                    stalled.disconnect();
                }
                deadlineNs = context.clock().monotonicNs() + STALLED_NS;
            }
        }
        return false;
    }

    void endTurn(PublisherConnection connection) {
        writer.compareAndSet(connection, null);
    }

    MessageSlots slots() {
        return slots;
    }

    void connected(Map<String, String> header) {
        connected.incrementAndGet();
        messageType = header.get("type");
        messageDefinition = header.get("message_definition");
    }

    void disconnected() {
        connected.decrementAndGet();
    }

    synchronized void refused(String reason) {
        if (refusals.isEmpty() || !refusals.get(refusals.size() - 1).equals(reason)) {
            refusals.add(reason);
            if (refusals.size() > MAX_REFUSALS) {
                refusals.remove(0);
            }
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void ended(PublisherConnection connection) {
        receivedBefore = receivedBefore + connection.received();
        rejectedBefore = rejectedBefore + connection.rejected();
        connection.forgetCounts();
    }

    @Override
    public int publishers() {
        return connected.get();
    }

    @Override
    public String messageDefinition() {
        return messageDefinition;
    }

    @Override
    public String messageType() {
        return messageType;
    }

    @Override
    public long received() {
        long sum = receivedBefore;
        for (PublisherConnection connection : connections.values()) {
            sum += connection.received();
        }
        return sum;
    }

    @Override
    public long rejected() {
        long sum = rejectedBefore;
        for (PublisherConnection connection : connections.values()) {
            sum += connection.rejected();
        }
        return sum;
    }

    @Override
    public List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** The connections, for getBusInfo. */
    public List<ConnectionInfo> connections() {
        List<ConnectionInfo> infos = new ArrayList<>();
        connections.values().forEach(connection -> infos.add(connection.info()));
        return infos;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        context.onClose().accept(this);
        stop();
    }

    /** Closes the connections without unregistering; no message is delivered after its return. */
    public void stop() {
        List<PublisherConnection> ending;
        synchronized (this) {
            closed = true;
            ending = List.copyOf(connections.values());
            ending.forEach(PublisherConnection::close);
        }
        ending.forEach(PublisherConnection::join);
    }
}
