package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import java.nio.ByteBuffer;

/**
 * What a reader knows of one matched writer: which sample is due, and those that wait because one before them is missing. Receive thread of the
 * reader's port; its memory is bounded whatever the writer sends, and is not allocated anew once warm.
 *
 * <p>A reliable series starts with the writer's first HEARTBEAT, which says what there is; samples that come before it wait. From then on every
 * sample is handed over once, in order, or is known to be gone. What is missing is asked for when the gap is seen, not when a HEARTBEAT comes.
 */
final class WriterProxy {
    /** Samples that may wait behind a missing one; of those beyond none is kept. */
    static final int WINDOW = 256;

    private static final long HEARD_STEP_NS = 50_000_000L;
    private static final int MASK = WINDOW - 1;
    /** So long only old numbers must come before they are believed: the writer started anew, or lied about its numbers. */
    private static final long STALE_NS = 1_000_000_000L;

    private final Missing missing;
    private final Delivery delivery;
    private final boolean reliable;
    private final boolean historyWanted;
    private final Assembly[] waiting;
    private volatile RemoteEndpoint remote;
    private boolean started;
    private long next;
    private long seen;
    private long announced;
    private int sampleBytes;
    private int samplePieces = 1;
    private long staleSinceNs = Long.MIN_VALUE;
    private volatile long heardNs = Long.MIN_VALUE;
    private volatile long lost;
    private volatile long duplicates;

    WriterProxy(RemoteEndpoint remote, ReaderConfig config, Delivery delivery) {
        this.remote = remote;
        this.delivery = delivery;
        reliable = config.reliable() && remote.reliable();
        historyWanted = config.transientLocal() || !remote.transientLocal();
        missing = new Missing(this);
        waiting = new Assembly[reliable ? WINDOW : 1];
        started = !reliable;
        next = reliable ? 0 : 1;
    }

    /** The writer and where it is reached. Any thread. */
    RemoteEndpoint remote() {
        return remote;
    }

    /** The writer is reached elsewhere now. Any thread. */
    void remote(RemoteEndpoint moved) {
        remote = moved;
    }

    /** Something of it came. */
    void heard(long nowNs) {
        if (heardNs == Long.MIN_VALUE || nowNs - heardNs > HEARD_STEP_NS) {
            heardNs = nowNs;
        }
    }

    /** When something of it came last, within 50 ms; {@link Long#MIN_VALUE} for never. Any thread. */
    long heardNs() {
        return heardNs;
    }

    /** What is missing, and when it is asked for. */
    Missing missing() {
        return missing;
    }

    boolean reliable() {
        return reliable;
    }

    /** Whether the writer has said what it has. */
    boolean started() {
        return started;
    }

    /** The sample that is due; 0 if nothing is known. */
    long next() {
        return next;
    }

    /** The last sample that is known to exist. */
    long last() {
        return Math.max(seen, announced);
    }

    /** Length of the sample that came last. */
    int sampleBytes() {
        return sampleBytes;
    }

    /** Packets in which the sample that came last was sent. */
    int samplePieces() {
        return samplePieces;
    }

    /** What waits of a sample at or after {@link #next()}; null if nothing. */
    Assembly waiting(long sequence) {
        return waiting[index(sequence)];
    }

    private int index(long sequence) {
        return reliable ? (int) sequence & MASK : 0;
    }

    /** Whether the writer has sent the sample to its end. */
    boolean sentToItsEnd(long sequence, long nowNs) {
        return sequence < seen || sequence <= announced && nowNs - waiting(sequence).lastNs() > Missing.IN_FLIGHT_NS;
    }

    /** A whole sample. */
    void data(PacketReader packet, ByteBuffer from, long nowNs) {
        long sequence = packet.sequence();
        if (!accepts(sequence, nowNs)) {
            return;
        }
        if (!reliable) {
            dropWaiting();
            next = sequence + 1;
            delivery.whole(packet, from);
            return;
        }
        sampleBytes = packet.payloadBytes();
        samplePieces = 1;
        int index = index(sequence);
        if (waiting[index] != null) {
            duplicate();
        } else if (started && sequence == next) {
            next++;
            delivery.whole(packet, from);
            drain();
            missing.arrived(sequence, 1, 1);
        } else {
            waiting[index] = delivery.keep(packet, from);
            missing.arrived(sequence, 1, 1);
        }
        missing.look(nowNs);
    }

    /** Some fragments of a sample. */
    void fragments(PacketReader packet, ByteBuffer from, long nowNs) {
        long sequence = packet.sequence();
        if (!accepts(sequence, nowNs)) {
            return;
        }
        sampleBytes = packet.sampleBytes();
        samplePieces = (sampleBytes - 1) / packet.fragmentBytes() + 1;
        int index = index(sequence);
        if (!reliable) {
            makeWay(sequence);
        }
        if (waiting[index] == null) {
            waiting[index] = delivery.open(packet, started && (!reliable || sequence == next));
        }
        Assembly sample = waiting[index];
        if (sample == null || sample != Assembly.IRRELEVANT && !sample.fits(packet)) {
            return; // no memory now, or nonsense
        }
        int added = sample == Assembly.IRRELEVANT || sample.complete() ? 0 : sample.put(packet, from, nowNs);
        if (added == 0) {
            duplicate();
        } else {
            missing.arrived(sequence, packet.fragment(), added);
        }
        if (!reliable) {
            finishBestEffort(sequence, sample);
            return;
        }
        drain();
        missing.look(nowNs);
    }

    /** Best effort: a newer sample displaces one that is not whole. */
    private void makeWay(long sequence) {
        if (next != sequence) {
            dropWaiting();
            next = sequence;
        }
    }

    private void finishBestEffort(long sequence, Assembly sample) {
        if (sample == Assembly.IRRELEVANT || sample.complete()) {
            waiting[0] = null;
            next = sequence + 1;
            if (sample != Assembly.IRRELEVANT) {
                delivery.deliver(sample);
            }
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void dropWaiting() {
        if (waiting[0] != null) {
            delivery.drop(waiting[0]);
            waiting[0] = null;
            lost = lost + 1;
        }
    }

    /** Whether a sample is neither old nor too far ahead; notes that it exists. */
    private boolean accepts(long sequence, long nowNs) {
        if (!started && (next == 0 || sequence < next && seen - sequence < WINDOW)) {
            next = sequence; // for the time being
        }
        if (sequence < next) {
            duplicate();
            if (!reliable) {
                stale(sequence, nowNs);
            }
            return false;
        }
        staleSinceNs = Long.MIN_VALUE;
        if (reliable && sequence - next >= WINDOW) {
            return false;
        }
        seen = Math.max(seen, sequence);
        return true;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void duplicate() {
        duplicates = duplicates + 1;
    }

    /** Nothing but old numbers for long: goes back behind the last of them. */
    private void stale(long last, long nowNs) {
        if (staleSinceNs == Long.MIN_VALUE) {
            staleSinceNs = nowNs;
        } else if (nowNs - staleSinceNs > STALE_NS) {
            staleSinceNs = Long.MIN_VALUE;
            restartAt(last + 1);
        }
    }

    private void restartAt(long sequence) {
        clear();
        next = sequence;
        seen = sequence - 1;
        announced = sequence - 1;
    }

    /** The writer has samples {@code first} to {@code last}. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void heartbeat(long first, long last, boolean isFinal, long nowNs) {
        if (!reliable) {
            return;
        }
        if (!started) {
            start(first, last);
        } else if (last + 1 < next) {
            stale(last, nowNs);
        } else {
            staleSinceNs = Long.MIN_VALUE;
            long before = next;
            int there = skipTo(first);
            lost = lost + Math.max(0, first - before - there);
        }
        announced = last; // not the largest ever: one that lied is forgotten
        missing.heartbeat(isFinal, nowNs);
    }

    private void start(long first, long last) {
        long from = historyWanted ? first : next == 0 ? last + 1 : Math.max(first, Math.min(next, last + 1));
        if (next == 0 || seen - from >= WINDOW) {
            restartAt(from);
        } else if (from < next) {
            next = from; // the samples that wait keep their places
        }
        started = true;
        skipTo(from);
        drain();
    }

    /** Samples before {@code first} that are not there will not come; returns how many were. */
    private int skipTo(long first) {
        int there = 0;
        long until = Math.min(first, next + WINDOW);
        while (next < until) {
            Assembly sample = waiting[index(next)];
            there += sample != null && (sample == Assembly.IRRELEVANT || sample.complete()) ? 1 : 0;
            leave();
        }
        if (next < first) {
            next = first;
            seen = Math.max(seen, first - 1);
        }
        drain();
        return there;
    }

    /** Hands over or forgets what is due and goes on to the next. */
    private void leave() {
        Assembly sample = waiting[index(next)];
        waiting[index(next)] = null;
        next++;
        if (sample == null || sample == Assembly.IRRELEVANT) {
            return;
        }
        if (sample.complete()) {
            delivery.deliver(sample);
        } else {
            delivery.drop(sample);
        }
    }

    private void drain() {
        if (!started) {
            return;
        }
        for (Assembly due = waiting[index(next)]; due != null && (due == Assembly.IRRELEVANT || due.complete()); due = waiting[index(next)]) {
            leave();
        }
    }

    /** The writer will not send these. */
    void gap(PacketReader packet, long nowNs) {
        if (!reliable || !started) {
            return;
        }
        long first = packet.sequence();
        long last = packet.lastSequence();
        if (first <= next && last >= next) {
            skipTo(last + 1);
        }
        long until = Math.min(last, next + WINDOW - 1);
        for (long sequence = Math.max(first, next); sequence <= until; sequence++) {
            irrelevant(sequence);
        }
        for (int i = 0; i < packet.bits(); i++) {
            if (packet.bit(i)) {
                irrelevant(last + 1 + i);
            }
        }
        drain();
        missing.look(nowNs);
    }

    private void irrelevant(long sequence) {
        if (sequence < next || sequence - next >= WINDOW) {
            return;
        }
        Assembly sample = waiting[index(sequence)];
        if (sample != null && (sample == Assembly.IRRELEVANT || sample.complete())) {
            return;
        }
        if (sample != null) {
            delivery.drop(sample);
        }
        waiting[index(sequence)] = Assembly.IRRELEVANT;
    }

    /** The writer has sent the fragments of a sample up to this one. */
    void heartbeatFrag(long sequence, int fragment, long nowNs) {
        if (!reliable || sequence < next || sequence - next >= WINDOW) {
            return;
        }
        Assembly sample = waiting[index(sequence)];
        if (sample != null && sample != Assembly.IRRELEVANT) {
            sample.sentUpTo(fragment);
            missing.look(nowNs);
        }
    }

    /** Forgets everything that waits: the writer is gone. */
    void clear() {
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] != null) {
                delivery.drop(waiting[i]);
                waiting[i] = null;
            }
        }
    }

    long lost() {
        return lost;
    }

    long duplicates() {
        return duplicates;
    }
}
