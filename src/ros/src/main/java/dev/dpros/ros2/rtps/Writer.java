package dev.dpros.ros2.rtps;

import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A writer of one topic. {@link #publish(ByteBuffer)} copies the sample into the history and wakes the participant's sending thread, which does
 * all else: whatever readers there are, the caller neither waits nor allocates once every place of the history has seen the longest sample. A reader
 * that is slow loses what the history no longer holds.
 */
public final class Writer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int MAX_READERS = 128;
    private static final long POLL_NS = 1_000_000;
    private static final ReaderProxy[] NONE = {};

    private final WriterConfig config;
    private final Guid guid;
    private final Outbox outbox;
    private final History history;
    private volatile ReaderProxy[] readers = NONE;
    private long sentBefore;
    private long repairedBefore;
    private long droppedBefore;

    Writer(WriterConfig config, Guid participant, Outbox outbox) {
        this.config = config;
        this.outbox = outbox;
        guid = participant.withEntity(config.entityId());
        history = new History(config.depth());
    }

    /** Its GUID. */
    public Guid guid() {
        return guid;
    }

    History history() {
        return history;
    }

    /**
     * Writes a sample: its encapsulation and contents, position to limit, which stay as they are. One thread at a time.
     *
     * @return its number
     * @throws InputException if it is longer than the writer's longest
     */
    public long publish(ByteBuffer payload) {
        return publish(payload, 0, 0, 0);
    }

    /** The same, said to answer sample {@code relatedSequence} of another writer. */
    public long publish(ByteBuffer payload, Guid relatedWriter, long relatedSequence) {
        return publish(payload, relatedWriter.high(), relatedWriter.low(), relatedSequence);
    }

    private long publish(ByteBuffer payload, long relatedHigh, long relatedLow, long relatedSequence) {
        check(payload);
        if (readers.length == 0 && !config.transientLocal()) {
            return history.skip();
        }
        History.Sample sample = history.next(payload);
        sample.statusInfo = 0;
        sample.relatedHigh = relatedHigh;
        sample.relatedLow = relatedLow;
        sample.relatedSequence = relatedSequence;
        return show(sample);
    }

    /**
     * Disposes and unregisters an instance. One thread at a time, as {@link #publish}.
     *
     * @param instance its key, as discovery has it
     * @param key encapsulation and key, position to limit
     * @return number of the disposal
     */
    public long dispose(Guid instance, ByteBuffer key) {
        check(key);
        History.Sample sample = history.next(key);
        sample.statusInfo = 3;
        sample.relatedHigh = instance.high();
        sample.relatedLow = instance.low();
        sample.relatedSequence = 0;
        return show(sample);
    }

    private void check(ByteBuffer payload) {
        if (payload.remaining() > config.maxSampleBytes()) {
            throw InputException.of("writer " + guid, "sample", "at most " + config.maxSampleBytes() + " bytes",
                    payload.remaining() + " bytes", "");
        }
    }

    private long show(History.Sample sample) {
        sample.timestampNs = outbox.wallNs();
        long number = history.show(sample);
        outbox.wake();
        return number;
    }

    /** Takes a sample out of the history, so that nobody who comes later gets it. One thread at a time, as {@link #publish}. */
    public void forget(long sequence) {
        history.forget(sequence);
    }

    /**
     * Sends to a reader from now on; one that wants what was written before gets it, if the writer keeps it. One that matches already goes on,
     * at its new address if that has changed. At most {@value #MAX_READERS} match.
     */
    public synchronized void match(RemoteEndpoint reader) {
        for (ReaderProxy known : readers) {
            if (known.remote().guid().equals(reader.guid())) {
                known.remote(reader);
                return;
            }
        }
        if (readers.length == MAX_READERS) {
            LOG.warn("writer {}: reader {} is one more than {}: passed over", guid, reader.guid(), MAX_READERS);
            return;
        }
        boolean reliable = config.reliable() && reader.reliable();
        boolean past = config.transientLocal() && reader.transientLocal();
        ReaderProxy[] more = Arrays.copyOf(readers, readers.length + 1);
        more[readers.length] = new ReaderProxy(reader, reliable, past ? history.first() : history.last() + 1, history.last());
        readers = more;
        outbox.wake();
    }

    /** Sends no more to a reader. */
    public void unmatch(Guid reader) {
        removeIf(proxy -> proxy.remote().guid().equals(reader));
    }

    /** Sends no more to any reader of a participant. */
    void unmatchParticipant(Guid participant) {
        removeIf(proxy -> proxy.remote().guid().samePrefix(participant));
    }

    private synchronized void removeIf(Predicate<ReaderProxy> leaves) {
        ReaderProxy[] before = readers;
        readers = Arrays.stream(before).filter(leaves.negate()).toArray(ReaderProxy[]::new);
        for (ReaderProxy proxy : before) {
            if (leaves.test(proxy)) {
                sentBefore += proxy.sent();
                repairedBefore += proxy.repaired();
                droppedBefore += proxy.dropped();
            }
        }
    }

    ReaderProxy[] proxies() {
        return readers;
    }

    /** Number of matched readers. */
    public int readers() {
        return readers.length;
    }

    /** Samples sent, summed over readers. */
    public synchronized long sent() {
        long sum = sentBefore;
        for (ReaderProxy proxy : readers) {
            sum += proxy.sent();
        }
        return sum;
    }

    /** Packets sent again, summed over readers. */
    public synchronized long repaired() {
        long sum = repairedBefore;
        for (ReaderProxy proxy : readers) {
            sum += proxy.repaired();
        }
        return sum;
    }

    /** Samples that a reader did not get as the history held them no longer, as far as is known. */
    public synchronized long dropped() {
        long sum = droppedBefore;
        for (ReaderProxy proxy : readers) {
            sum += proxy.dropped();
        }
        return sum;
    }

    /** The same by matched reader, without those that got all. Allocates. */
    public Map<Guid, Long> droppedBy() {
        Map<Guid, Long> drops = new HashMap<>();
        for (ReaderProxy proxy : readers) {
            if (proxy.dropped() > 0) {
                drops.put(proxy.remote().guid(), proxy.dropped());
            }
        }
        return drops;
    }

    /** Whether every matched reader that is reliable has been heard: it knows of this writer, and gets what is written from now on. */
    public boolean isExpected() {
        for (ReaderProxy reader : readers) {
            if (!reader.isExpecting()) {
                return false;
            }
        }
        return true;
    }

    /** Waits until every reader has been sent all, and every reliable one has said that it has it. False when the time is over. Slow path. */
    public boolean awaitAcknowledged(long timeoutMs) {
        long deadlineNs = outbox.monotonicNs() + timeoutMs * 1_000_000;
        while (outbox.monotonicNs() - deadlineNs < 0) {
            long last = history.last();
            if (Arrays.stream(readers).allMatch(proxy -> proxy.isDone(last))) {
                return true;
            }
            LockSupport.parkNanos(POLL_NS);
        }
        return false;
    }

    /** Takes an ACKNACK or NACK_FRAG. A receive thread. */
    void take(PacketReader packet, long nowNs) {
        for (ReaderProxy reader : readers) {
            Guid of = reader.remote().guid();
            if (of.high() == packet.sourceHigh() && of.low() == Guid.low(packet.sourceLow(), packet.readerId())) {
                boolean asks = packet.kind() == Submessages.ACKNACK ? reader.ackNack(packet, nowNs) : reader.nackFrag(packet);
                if (asks) {
                    outbox.wake();
                }
                return;
            }
        }
    }

    /** Sends no more. */
    @Override
    public void close() {
        removeIf(proxy -> true);
        outbox.remove(this);
    }
}
