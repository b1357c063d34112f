package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.PacketWriter;
import java.nio.ByteBuffer;

/**
 * A reliable writer: which sample is due, and those that wait because one before them is missing.
 *
 * <p>The series starts with the writer's first HEARTBEAT, which says what there is; samples that come before it wait. From then on every
 * sample is handed over once, in order, or is known to be gone. {@link Missing} asks for what is missing.
 */
final class ReliableWriterProxy extends WriterProxy {
    /** Samples that may wait behind a missing one; of those beyond none is kept. */
    static final int WINDOW = 256;

    private static final int MASK = WINDOW - 1;

    private final Missing missing = new Missing(this);
    private final boolean historyWanted;
    private final Assembly[] waiting = new Assembly[WINDOW];
    private boolean started;
    private boolean begun;
    private long next;
    private long seen;
    private long announced;
    private int sampleBytes;
    private int samplePieces = 1;

    /** A writer. @param historyWanted whether what it wrote before this reader came is taken, too */
    ReliableWriterProxy(RemoteEndpoint remote, boolean historyWanted, Delivery delivery) {
        super(remote, delivery);
        this.historyWanted = historyWanted;
    }

    @Override
    boolean reliable() {
        return true;
    }

    @Override
    void look(long nowNs) {
        missing.look(nowNs);
    }

    @Override
    boolean isDue(long nowNs) {
        return missing.isDue(nowNs);
    }

    @Override
    long nextNs() {
        return missing.nextNs();
    }

    @Override
    void ask(PacketWriter packet, int readerId, int burstBytes, long nowNs) {
        missing.write(packet, readerId, burstBytes, nowNs);
    }

    @Override
    long asked() {
        return missing.asked();
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

    /** Whether the writer has said that the sample that is due exists. */
    boolean isAnnounced() {
        return next <= announced;
    }

    /** Whether something came that was sent after a part of the sample that is due which is not there. */
    boolean isOvertaken() {
        Assembly sample = waiting(next);
        return next < seen || sample != null && sample.hasHole();
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
        return waiting[(int) sequence & MASK];
    }

    private void keep(long sequence, Assembly sample) {
        waiting[(int) sequence & MASK] = sample;
    }

    /** Whether the writer has sent the sample to its end. */
    boolean sentToItsEnd(long sequence, long nowNs) {
        return sequence < seen || nowNs - waiting(sequence).lastNs() > (sequence <= announced ? Missing.IN_FLIGHT_NS : Missing.STALLED_NS);
    }

    @Override
    void data(PacketReader packet, ByteBuffer from, long nowNs) {
        long sequence = packet.sequence();
        if (!accepts(sequence)) {
            return;
        }
        sampleBytes = packet.payloadBytes();
        samplePieces = 1;
        if (waiting(sequence) != null) {
            duplicate();
        } else if (started && sequence == next) {
            next++;
            begun = true;
            delivery().whole(packet, from);
            drain();
            missing.arrived(sequence, 1, 1);
        } else {
            keep(sequence, delivery().keep(packet, from));
            missing.arrived(sequence, 1, 1);
        }
        missing.look(nowNs);
    }

    @Override
    void fragments(PacketReader packet, ByteBuffer from, long nowNs) {
        long sequence = packet.sequence();
        if (!accepts(sequence)) {
            return;
        }
        sampleBytes = packet.sampleBytes();
        samplePieces = (sampleBytes - 1) / packet.fragmentBytes() + 1;
        if (waiting(sequence) == null) {
            keep(sequence, delivery().open(packet, started && sequence == next));
        }
        Assembly sample = waiting(sequence);
        if (sample == null || sample != Assembly.IRRELEVANT && !sample.fits(packet)) {
            return; // no memory now, or nonsense
        }
        int added = sample == Assembly.IRRELEVANT || sample.complete() ? 0 : sample.put(packet, from, nowNs);
        if (added == 0) {
            duplicate();
        } else {
            missing.arrived(sequence, packet.fragment(), added);
        }
        drain();
        missing.look(nowNs);
    }

    /** Whether a sample is neither old nor too far ahead; notes that it exists. */
    private boolean accepts(long sequence) {
        if (!started && (next == 0 || sequence < next && seen - sequence < WINDOW)) {
            next = sequence; // for the time being
        }
        if (sequence < next) {
            duplicate();
            return false;
        }
        fresh();
        if (sequence - next >= WINDOW) {
            return false;
        }
        seen = Math.max(seen, sequence);
        return true;
    }

    private void restartAt(long sequence) {
        clear();
        next = sequence;
        seen = sequence - 1;
        announced = sequence - 1;
    }

    @Override
    void heartbeat(long first, long last, boolean isFinal, long nowNs) {
        boolean starts = !started;
        if (starts) {
            start(first, last);
        } else if (last + 1 < next) {
            if (isStale(nowNs)) {
                restartAt(last + 1);
            }
        } else {
            fresh();
            skipTo(first);
        }
        announced = last; // not the largest ever: one that lied is forgotten
        missing.heartbeat(starts, isFinal, nowNs);
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

    /** Samples before {@code first} that are not there will not come; they are lost, unless the series begins with them. */
    private void skipTo(long first) {
        long gone = Math.max(0, first - next);
        long until = Math.min(first, next + WINDOW);
        while (next < until) {
            Assembly sample = waiting(next);
            gone -= sample != null && (sample == Assembly.IRRELEVANT || sample.complete()) ? 1 : 0;
            leave();
        }
        if (next < first) {
            next = first;
            seen = Math.max(seen, first - 1);
        }
        lose(begun ? gone : 0);
        drain();
    }

    /** Hands over or forgets what is due and goes on to the next. */
    private void leave() {
        Assembly sample = waiting(next);
        keep(next, null);
        next++;
        if (sample == null || sample == Assembly.IRRELEVANT) {
            return;
        }
        if (sample.complete()) {
            begun = true;
            delivery().deliver(sample);
        } else {
            delivery().drop(sample);
        }
    }

    private void drain() {
        if (!started) {
            return;
        }
        for (Assembly due = waiting(next); due != null && (due == Assembly.IRRELEVANT || due.complete()); due = waiting(next)) {
            leave();
        }
    }

    @Override
    void gap(PacketReader packet, long nowNs) {
        if (!started) {
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
        Assembly sample = waiting(sequence);
        if (sample != null && (sample == Assembly.IRRELEVANT || sample.complete())) {
            return;
        }
        if (sample != null) {
            delivery().drop(sample);
        }
        keep(sequence, Assembly.IRRELEVANT);
        lose(begun ? 1 : 0);
    }

    @Override
    void heartbeatFrag(long sequence, int fragment, long nowNs) {
        if (sequence < next || sequence - next >= WINDOW) {
            return;
        }
        Assembly sample = waiting(sequence);
        if (sample != null && sample != Assembly.IRRELEVANT) {
            sample.sentUpTo(fragment);
            missing.look(nowNs);
        }
    }

    @Override
    void clear() {
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] != null) {
                delivery().drop(waiting[i]);
                waiting[i] = null;
            }
        }
    }
}
