package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of one topic: takes the samples of every matched writer, each in its own order, into one {@link SampleSink}. Samples are handed over by
 * the receive thread of its port; matching and counts are for any thread.
 */
public final class Reader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
    private static final int MAX_WRITERS = 128;
    private static final WriterProxy[] NONE = {};

    private final ReaderConfig config;
    private final Guid guid;
    private final Reception reception;
    private final Delivery delivery;
    private final Consumer<Reader> onClose;
    private final Queue<WriterProxy> leaving = new ConcurrentLinkedQueue<>();
    private volatile WriterProxy[] writers = NONE;
    private long lostBefore;
    private long duplicatesBefore;
    private long askedBefore;

    Reader(ReaderConfig config, SampleSink sink, Guid participant, Reception reception, Consumer<Reader> onClose) {
        this.onClose = onClose;
        this.config = config;
        this.reception = reception;
        guid = participant.withEntity(config.entityId());
        delivery = new Delivery(sink, config.maxSampleBytes());
    }

    /** Its GUID. */
    public Guid guid() {
        return guid;
    }

    /** Where its writers must send: the unicast locator to announce. */
    public InetSocketAddress address() {
        return reception.address();
    }

    ReaderConfig config() {
        return config;
    }

    Reception reception() {
        return reception;
    }

    /**
     * Takes a writer's samples from now on. One that matches already goes on, at its new address if that has changed. At most
     * {@value #MAX_WRITERS} match.
     */
    public synchronized void match(RemoteEndpoint writer) {
        for (WriterProxy known : writers) {
            if (known.remote().guid().equals(writer.guid())) {
                known.remote(writer);
                return;
            }
        }
        if (writers.length == MAX_WRITERS) {
            LOG.warn("reader {}: writer {} is one more than {}: passed over", guid, writer.guid(), MAX_WRITERS);
            return;
        }
        WriterProxy[] more = Arrays.copyOf(writers, writers.length + 1);
        more[writers.length] = WriterProxy.of(writer, config, delivery);
        writers = more;
        reception.wake();
    }

    /** Takes no more of a writer's samples; what waits of it is forgotten. */
    public void unmatch(Guid writer) {
        removeIf(proxy -> proxy.remote().guid().equals(writer));
    }

    /** Takes no more of any writer of a participant. */
    void unmatchParticipant(Guid participant) {
        removeIf(proxy -> proxy.remote().guid().samePrefix(participant));
    }

    private synchronized void removeIf(Predicate<WriterProxy> leaves) {
        WriterProxy[] before = writers;
        writers = Arrays.stream(before).filter(leaves.negate()).toArray(WriterProxy[]::new);
        for (WriterProxy proxy : before) {
            if (leaves.test(proxy)) {
                lostBefore += proxy.lost();
                duplicatesBefore += proxy.duplicates();
                askedBefore += proxy.asked();
                leaving.add(proxy);
            }
        }
        if (!leaving.isEmpty()) {
            reception.wake();
        }
    }

    /** Number of matched writers. */
    public int writers() {
        return writers.length;
    }

    /** Samples handed over. */
    public long received() {
        return delivery.received();
    }

    /** Samples refused: too long, too short, or by the sink. */
    public long rejected() {
        return delivery.rejected();
    }

    /** Samples that never came, as far as is known. */
    public synchronized long lost() {
        long sum = lostBefore;
        for (WriterProxy proxy : writers) {
            sum += proxy.lost();
        }
        return sum;
    }

    /** Samples and fragments that had come before. */
    public synchronized long duplicates() {
        long sum = duplicatesBefore;
        for (WriterProxy proxy : writers) {
            sum += proxy.duplicates();
        }
        return sum;
    }

    /** How often something missing was asked for. */
    public synchronized long repairsAsked() {
        long sum = askedBefore;
        for (WriterProxy proxy : writers) {
            sum += proxy.asked();
        }
        return sum;
    }

    /** Takes a submessage, if it is of a matched writer and for this reader. Receive thread. */
    void take(PacketReader packet, ByteBuffer from, long nowNs, long rosNs) {
        if (packet.readerId() != 0 && packet.readerId() != config.entityId()) {
            return;
        }
        WriterProxy writer = find(packet.sourceHigh(), Guid.low(packet.sourceLow(), packet.writerId()));
        if (writer == null) {
            return;
        }
        writer.heard(nowNs);
        delivery.at(nowNs, rosNs);
        switch (packet.kind()) {
            case Submessages.DATA -> writer.data(packet, from, nowNs);
            case Submessages.DATA_FRAG -> writer.fragments(packet, from, nowNs);
            case Submessages.HEARTBEAT ->
                    writer.heartbeat(packet.sequence(), packet.lastSequence(), packet.has(Submessages.FLAG_FINAL), nowNs);
            case Submessages.HEARTBEAT_FRAG -> writer.heartbeatFrag(packet.sequence(), packet.fragment(), nowNs);
            case Submessages.GAP -> writer.gap(packet, nowNs);
            default -> { }
        }
        ask(writer, nowNs);
    }

    /** Whether every matched writer that is reliable has been heard: it knows of this reader, and what it writes from now on comes. */
    public boolean isExpected() {
        for (WriterProxy writer : writers) {
            if (writer.reliable() && writer.heardNs() == Long.MIN_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** When something came last of any writer of a participant; {@link Long#MIN_VALUE} for never. */
    long heardNs(Guid participant) {
        long lastNs = Long.MIN_VALUE;
        for (WriterProxy writer : writers) {
            if (writer.remote().guid().samePrefix(participant)) {
                lastNs = Math.max(lastNs, writer.heardNs());
            }
        }
        return lastNs;
    }

    private WriterProxy find(long high, long low) {
        for (WriterProxy writer : writers) {
            Guid of = writer.remote().guid();
            if (of.low() == low && of.high() == high) {
                return writer;
            }
        }
        return null;
    }

    private void ask(WriterProxy writer, long nowNs) {
        if (writer.isDue(nowNs)) {
            RemoteEndpoint remote = writer.remote();
            AckSender acks = reception.acks();
            writer.ask(acks.begin(remote.guid()), config.entityId(), reception.burstBytes(), nowNs);
            acks.send(remote.address());
        }
    }

    /** When {@link #tick} is to come at the latest; {@link Long#MAX_VALUE} if only after another packet. Receive thread. */
    long dueNs() {
        long dueNs = Long.MAX_VALUE;
        for (WriterProxy writer : writers) {
            dueNs = Math.min(dueNs, writer.nextNs());
        }
        return dueNs;
    }

    /** What is due by time. Receive thread. */
    void tick(long nowNs, long rosNs) {
        delivery.at(nowNs, rosNs);
        for (WriterProxy gone = leaving.poll(); gone != null; gone = leaving.poll()) {
            gone.clear();
        }
        for (WriterProxy writer : writers) {
            writer.look(nowNs);
            ask(writer, nowNs);
        }
    }

    /** Forgets its writers; nothing is handed over after the return unless the call came from the receive thread itself. */
    @Override
    public void close() {
        removeIf(proxy -> true);
        onClose.accept(this);
        if (!reception.isCurrentThread()) {
            leaving.forEach(WriterProxy::clear);
        }
    }
}
