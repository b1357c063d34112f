package dev.dpros.ros.tcpros;

import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport.Subscription;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscribed topic: one {@link PublisherConnection} with a thread of its own per publisher, which connects again for
 * as long as the master lists the publisher, shared by all subscriptions of the topic (rospy keeps only the newest
 * connection of a node). Who wants the messages joins with {@link #subscribe}. All slots have one writer at a time, the
 * one whose turn it is, also when several publishers send at once.
 */
public final class TopicSubscriber {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSubscriber.class);
    private static final int MAX_REFUSALS = 16;
    private static final int MAX_TRYING = 16;
    private static final int MAX_CONNECTIONS = 256;
    private static final long TURN_POLL_NS = 50_000;
    private static final long STALLED_NS = 2_000_000_000L;

    /**
     * What a subscription needs from its node.
     *
     * @param callerId resolved node name
     * @param clock for receive times
     * @param locator asks a publisher for its TCPROS address
     * @param maxMessageBytes a longer message is taken for a malformed frame
     * @param onClose called for each subscription that its user closes; true if it was the topic's last
     */
    public record Context(String callerId, Clock clock, PublisherLocator locator, int maxMessageBytes,
            Predicate<TopicSubscriber> onClose) {}

    /**
     * What is wanted of a publisher.
     *
     * @param type expected type, or {@code *}
     * @param md5 expected sum, or {@code *}
     * @param definition message definition to send along, may be empty
     */
    public record Wanted(String type, String md5, String definition) {
        /** Whatever is published. */
        public static final Wanted ANY = new Wanted("*", "*", "");

        /** Whether a publisher's type and sum are what is wanted; {@code type} may be null. */
        boolean fits(@Nullable String otherType, @Nullable String otherMd5) {
            return (md5.equals("*") || "*".equals(otherMd5) || md5.equals(otherMd5))
                    && (type.equals("*") || otherType == null || "*".equals(otherType) || type.equals(otherType));
        }
    }

    private final String topic;
    private final Context context;
    private final Map<URI, PublisherConnection> connections = new ConcurrentHashMap<>();
    private final Set<URI> waiting = new LinkedHashSet<>();
    private final AtomicReference<Object> writer = new AtomicReference<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private volatile Wanted wanted = Wanted.ANY;
    private volatile SubscribedSlots[] takers = {};
    private volatile @Nullable String messageDefinition;
    private volatile @Nullable String messageType;
    private volatile long receivedBefore;
    private volatile long rejectedBefore;
    private volatile boolean closed;

    /** A topic without publishers and subscriptions yet. */
    public TopicSubscriber(String topic, Context context) {
        this.topic = topic;
        this.context = context;
    }

    /**
     * Lets one more take the topic's messages, through the connections that stand. It gets at once what a latching
     * publisher sent last.
     *
     * @throws InputException if another subscription wants another type
     */
    public Subscription subscribe(Wanted more, MessageSlots slots) {
        SubscribedSlots taker = new SubscribedSlots(this, slots);
        narrow(more);
        if (awaitTurn(taker)) {
            try {
                connections.values().forEach(connection -> connection.handLatched(taker));
                join(taker);
            } finally {
                endTurn(taker);
            }
        }
        return taker;
    }

    /** Types are checked when a connection is made; one that stands for any type and has another is made anew. */
    private synchronized void narrow(Wanted more) {
        if (more.type().equals("*")) {
            return;
        }
        if (!wanted.type().equals("*") && !wanted.fits(more.type(), more.md5())) {
            throw InputException.of("topic " + topic, "type", wanted.type() + ", as another subscription of this node",
                    more.type(), "check with: rostopic info " + topic);
        }
        wanted = more;
        connections.values().forEach(connection -> connection.disconnectUnlessFits(more));
    }

    private synchronized void join(SubscribedSlots taker) {
        SubscribedSlots[] more = Arrays.copyOf(takers, takers.length + 1);
        more[takers.length] = taker;
        takers = more;
    }

    private synchronized void leave(SubscribedSlots taker) {
        takers = Arrays.stream(takers).filter(other -> other != taker).toArray(SubscribedSlots[]::new);
    }

    /** Takes a subscription that its user has closed out; nothing is delivered to it after the return. */
    void closed(SubscribedSlots taker) {
        boolean last = context.onClose().test(this);
        leave(taker);
        if (last) {
            stop();
        } else if (!(writer.get() instanceof PublisherConnection connection && connection.isCurrentThread())
                && awaitTurn(taker)) {
            endTurn(taker);
        }
    }

    /** Who takes the messages; the array is never changed. */
    SubscribedSlots[] takers() {
        return takers;
    }

    /** Resolved name of the topic. */
    public String topic() {
        return topic;
    }

    /** Expected type, or {@code *}. */
    public String type() {
        return wanted.type();
    }

    Wanted wanted() {
        return wanted;
    }

    Context context() {
        return context;
    }

    /**
     * Takes the master's list of publishers: connects to new ones and drops the others. At most {@value #MAX_TRYING} that
     * do not answer have a thread at a time, in turn, and at most {@value #MAX_CONNECTIONS} are connected.
     *
     * @param keepConnected whether connections that stand are kept although the list lacks them, as after a restart of
     *     the master, when publishers that never register again go on sending
     */
    public synchronized void setPublishers(Collection<URI> uris, boolean keepConnected) {
        if (closed) {
            return;
        }
        Set<URI> listed = new LinkedHashSet<>(uris);
        waiting.retainAll(listed);
        for (PublisherConnection connection : List.copyOf(connections.values())) {
            if (!listed.contains(connection.publisher()) && !(keepConnected && connection.isConnected())) {
                connections.remove(connection.publisher());
                connection.close();
            }
        }
        for (URI uri : listed) {
            PublisherConnection known = connections.get(uri);
            if (known == null) {
                waiting.add(uri);
            } else {
                known.listed();
            }
        }
        if (waiting.size() > MAX_CONNECTIONS) {
            LOG.warn("{}: the master lists {} publishers; {} at a time are tried", topic, listed.size(), MAX_TRYING);
        }
        startWaiting();
    }

    private void startWaiting() {
        long trying = connections.values().stream().filter(connection -> !connection.isConnected()).count();
        while (!closed && !waiting.isEmpty() && trying < MAX_TRYING && connections.size() < MAX_CONNECTIONS) {
            URI uri = waiting.iterator().next();
            waiting.remove(uri);
            PublisherConnection connection = new PublisherConnection(this, uri);
            connections.put(uri, connection);
            connection.start();
            trying++;
        }
    }

    /** After a failure and its pause: true if the connection must end because others wait for their turn to be tried. */
    synchronized boolean givesWay(PublisherConnection connection) {
        if (closed || waiting.isEmpty() || !connections.remove(connection.publisher(), connection)) {
            return false;
        }
        waiting.add(connection.publisher());
        startWaiting();
        return true;
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
    boolean awaitTurn(Object who) {
        long deadlineNs = context.clock().monotonicNs() + STALLED_NS;
        while (!closed) {
            if (writer.compareAndSet(null, who)) {
                return true;
            }
            LockSupport.parkNanos(this, TURN_POLL_NS);
            if (context.clock().monotonicNs() - deadlineNs > 0) {
                if (writer.get() instanceof PublisherConnection stalled) {
                    stalled.disconnect();
                }
                deadlineNs = context.clock().monotonicNs() + STALLED_NS;
            }
        }
        return false;
    }

    void endTurn(Object who) {
        writer.compareAndSet(who, null);
    }

    void connected(Map<String, String> header) {
        connected.incrementAndGet();
        synchronized (this) {
            startWaiting();
        }
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

    /** Number of connected publishers. */
    public int publishers() {
        return connected.get();
    }

    /** The definition that the last connected publisher sent, or null. */
    public @Nullable String messageDefinition() {
        return messageDefinition;
    }

    /** The type that the last connected publisher sent, or null. */
    public @Nullable String messageType() {
        return messageType;
    }

    /** Messages received, however many took them. */
    public long received() {
        long sum = receivedBefore;
        for (PublisherConnection connection : connections.values()) {
            sum += connection.received();
        }
        return sum;
    }

    /** Messages that nobody took: wrong length, malformed, or no slot. */
    public long rejected() {
        long sum = rejectedBefore;
        for (PublisherConnection connection : connections.values()) {
            sum += connection.rejected();
        }
        return sum;
    }

    /** Publishers refused, with the reason, newest last. */
    public List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** The connections, for getBusInfo. */
    public List<ConnectionInfo> connections() {
        List<ConnectionInfo> infos = new ArrayList<>();
        connections.values().forEach(connection -> infos.add(connection.info()));
        return infos;
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
