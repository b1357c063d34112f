package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;

/**
 * What a writer knows of one matched reader: what is to be sent first, what it asked for again, when it is told what there is. The sending thread
 * works it off; receive threads note what the reader says. Each holds the lock for some tens of instructions only, and a thread that publishes never.
 * Its size does not depend on what the reader sends.
 */
final class ReaderProxy {
    private static final long FIRST_PERIOD_NS = 20_000_000L;
    private static final long LAST_PERIOD_NS = 1_000_000_000L;
    private static final long LEAST_ANSWER_NS = 1_000_000L;
    private static final long MS = 1_000_000L;
    private static final long BURST_BYTES = 256 << 10;
    /** Bytes per millisecond of what is sent again or sent late. */
    private static final long MOST_PACE = 100_000;
    private static final long LEAST_PACE = 8_000;

    private final boolean reliable;
    private final long firstRelevant;
    private final long pacedUntil;
    private final RepairRequests requests = new RepairRequests();
    private volatile RemoteEndpoint remote;
    private long next;
    private int nextFragment;
    private long acked;
    private long tokens = BURST_BYTES;
    private volatile long pace = MOST_PACE;
    private long repairedUntil;
    private int repairedSince;
    private long tokensNs = Long.MIN_VALUE;
    private boolean heartbeatAsked;
    private long heartbeatNs = Long.MAX_VALUE;
    private long nextAnswerNs = Long.MIN_VALUE;
    private long periodNs = FIRST_PERIOD_NS;
    private int heartbeats;
    private volatile boolean expecting;
    private volatile long sent;
    private volatile long repaired;
    private volatile long dropped;

    /**
     * A reader.
     *
     * @param first the first sample that it is to get
     * @param newest the newest there is: those up to it are old, and sent at a measured pace
     */
    ReaderProxy(RemoteEndpoint remote, boolean reliable, long first, long newest) {
        this.remote = remote;
        this.reliable = reliable;
        firstRelevant = first;
        next = first;
        acked = first - 1;
        pacedUntil = newest;
        heartbeatAsked = reliable;
    }

    RemoteEndpoint remote() {
        return remote;
    }

    void remote(RemoteEndpoint moved) {
        remote = moved;
    }

    boolean reliable() {
        return reliable;
    }

    /** The first sample that the reader is to get. */
    long firstRelevant() {
        return firstRelevant;
    }

    /** The sample to be sent next for the first time. */
    synchronized long next() {
        return next;
    }

    /** Its fragment, from 0. */
    synchronized int nextFragment() {
        return nextFragment;
    }

    /** Whether the next sample is sent at a measured pace. */
    boolean isPaced(long sequence) {
        return sequence <= pacedUntil;
    }

    /** The history holds nothing before {@code first} any more. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void skipTo(long first) {
        dropped = dropped + (first - next);
        next = first;
        nextFragment = 0;
    }

    /** A packet of the next sample went out. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void sentNext(boolean toItsEnd, long nowNs) {
        if (!toItsEnd) {
            nextFragment++;
            return;
        }
        next++;
        nextFragment = 0;
        sent = sent + 1;
        if (reliable && heartbeatNs == Long.MAX_VALUE) {
            heartbeatNs = nowNs + periodNs;
        }
    }

    /** Whether so many bytes may be sent again now; they count as sent. */
    boolean takeTokens(int bytes, long nowNs) {
        if (tokensNs != Long.MIN_VALUE) {
            tokens = Math.min(BURST_BYTES, tokens + (nowNs - tokensNs) * pace / MS);
        }
        tokensNs = nowNs;
        if (tokens < 0) {
            return false;
        }
        tokens -= bytes;
        return true;
    }

    /** When tokens will be there again. */
    long tokensNs(long nowNs) {
        return nowNs + Math.max(0, -tokens) * MS / pace + 1;
    }

    /** The reader says what it has and what it misses; true if something is to be sent. */
    synchronized boolean ackNack(PacketReader packet, long nowNs) {
        expecting = true;
        if (!reliable) {
            return false;
        }
        long base = packet.sequence();
        if (base - 1 > acked && base <= next) {
            acked = base - 1;
            periodNs = FIRST_PERIOD_NS;
            pace = Math.min(MOST_PACE, pace + pace / 4);
        }
        if (acked >= next - 1) {
            heartbeatNs = Long.MAX_VALUE;
            periodNs = FIRST_PERIOD_NS;
        }
        adaptPace(packet);
        boolean asks = requests.samples(packet, next);
        if (!packet.has(Submessages.FLAG_FINAL)) {
            heartbeatAsked = true;
        }
        return asks || heartbeatAsked;
    }

    /** What was sent again is asked for again: if much of it, then the network or the reader does not keep up. */
    private void adaptPace(PacketReader packet) {
        if (packet.sequence() > repairedUntil || repairedSince == 0 || !requests.isEmpty()) {
            return;
        }
        int missing = 0;
        for (int i = 0; i < packet.bits(); i++) {
            missing += packet.bit(i) ? 1 : 0;
        }
        pace = 4 * missing > repairedSince ? Math.max(LEAST_PACE, pace / 2) : Math.min(MOST_PACE, pace + pace / 4);
        repairedSince = 0;
    }

    /** The reader says which fragments it misses; true if something is to be sent. */
    synchronized boolean nackFrag(PacketReader packet) {
        if (!reliable || packet.sequence() >= next && (packet.sequence() > next || nextFragment == 0)) {
            return false;
        }
        adaptPace(packet);
        return requests.fragments(packet);
    }

    /** Takes the next thing asked for into {@code repair}, oldest sample first; false if nothing is asked for. */
    synchronized boolean nextRepair(Repair repair) {
        return requests.next(repair);
    }

    /** What was asked for is gone, up to this sample: nothing of it is sent. */
    synchronized void gone(long sequence, long until) {
        requests.gone(sequence, until);
    }

    /** What was asked for went out; of a whole sample its last packet, if {@code toItsEnd}. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void repaired(Repair repair, boolean toItsEnd) {
        repaired = repaired + 1;
        repairedSince++;
        repairedUntil = Math.max(repairedUntil, repair.sequence());
        requests.sent(repair, toItsEnd);
        heartbeatAsked |= toItsEnd && requests.isEmpty();
    }

    /** Whether the reader is to be told now what there is; {@link #heartbeatSent} follows. */
    synchronized boolean isHeartbeatDue(long nowNs) {
        return heartbeatAsked && nowNs >= nextAnswerNs || nowNs >= heartbeatNs;
    }

    /** A HEARTBEAT that asks for an answer goes out. */
    synchronized void heartbeatSent(long nowNs) {
        if (nowNs >= heartbeatNs) {
            periodNs = Math.min(2 * periodNs, LAST_PERIOD_NS);
            heartbeatNs = nowNs + periodNs;
        }
        heartbeatAsked = false;
        nextAnswerNs = nowNs + LEAST_ANSWER_NS;
    }

    /** The count of the next HEARTBEAT. */
    int heartbeatCount() {
        return ++heartbeats;
    }

    /** When the sending thread must look again at the latest. */
    synchronized long dueNs() {
        return heartbeatAsked ? Math.min(nextAnswerNs, heartbeatNs) : heartbeatNs;
    }

    /** Whether all samples up to {@code last} were sent, and acknowledged if the reader is reliable. */
    synchronized boolean isDone(long last) {
        return next > last && (!reliable || acked >= last);
    }

    long sent() {
        return sent;
    }

    long repaired() {
        return repaired;
    }

    long dropped() {
        return dropped;
    }

    /** Whether it has ever acknowledged, which it does first when it finds the writer; always true of one that does not. Any thread. */
    boolean isExpecting() {
        return expecting || !reliable;
    }
}
