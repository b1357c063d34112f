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
    private static final int FRAGMENT_REQUESTS = 4;
    private static final long BURST_BYTES = 256 << 10;
    /** Bytes per microsecond of what is sent again or sent late. */
    private static final long PACE_BYTES_PER_US = 100;

    /** Fragments asked for of one sample. */
    private static final class FragmentRequest {
        private long sequence;
        private int base;
        private int bits;
        private final int[] words = new int[Submessages.MAX_SET_BITS / 32];
    }

    private final boolean reliable;
    private final long firstRelevant;
    private final long pacedUntil;
    private final int[] samples = new int[Submessages.MAX_SET_BITS / 32];
    private final FragmentRequest[] fragments = new FragmentRequest[FRAGMENT_REQUESTS];
    private volatile RemoteEndpoint remote;
    private int oldestRequest;
    private long samplesBase;
    private long next;
    private int nextFragment;
    private long acked;
    private long wholeSequence;
    private int wholeFragment;
    private long tokens = BURST_BYTES;
    private long tokensNs = Long.MIN_VALUE;
    private boolean heartbeatAsked = true;
    private long heartbeatNs = Long.MAX_VALUE;
    private long answeredNs = Long.MIN_VALUE;
    private long periodNs = FIRST_PERIOD_NS;
    private int heartbeats;
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
        for (int i = 0; i < fragments.length; i++) {
            fragments[i] = new FragmentRequest();
        }
        if (!reliable) {
            heartbeatAsked = false;
        }
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
            tokens = Math.min(BURST_BYTES, tokens + (nowNs - tokensNs) * PACE_BYTES_PER_US / 1000);
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
        return nowNs + Math.max(0, -tokens) * 1000 / PACE_BYTES_PER_US + 1;
    }

    /** The reader says what it has and what it misses; true if something is to be sent. */
    synchronized boolean ackNack(PacketReader packet, long nowNs) {
        if (!reliable) {
            return false;
        }
        long base = packet.sequence();
        if (base - 1 > acked && base <= next) {
            acked = base - 1;
            periodNs = FIRST_PERIOD_NS;
        }
        if (acked >= next - 1) {
            heartbeatNs = Long.MAX_VALUE;
            periodNs = FIRST_PERIOD_NS;
        }
        boolean asks = false;
        samplesBase = base;
        for (int word = 0; word < samples.length; word++) {
            samples[word] = 0;
        }
        for (int i = 0; i < packet.bits(); i++) {
            long sequence = base + i;
            if (packet.bit(i) && sequence > 0 && sequence < next && sequence != wholeSequence) {
                samples[i >>> 5] |= 1 << (i & 31);
                asks = true;
            }
        }
        if (!packet.has(Submessages.FLAG_FINAL)) {
            heartbeatAsked = true;
        }
        return asks || heartbeatAsked;
    }

    /** The reader says which fragments it misses; true if something is to be sent. */
    synchronized boolean nackFrag(PacketReader packet) {
        if (!reliable || packet.sequence() >= next && (packet.sequence() > next || nextFragment == 0)) {
            return false;
        }
        FragmentRequest request = null;
        for (FragmentRequest known : fragments) {
            if (known.sequence == packet.sequence()) {
                request = known;
            }
        }
        if (request == null) {
            request = fragments[oldestRequest++ % FRAGMENT_REQUESTS];
        }
        request.sequence = packet.sequence();
        request.base = packet.fragment() - 1;
        request.bits = packet.bits();
        for (int word = 0; word < request.words.length; word++) {
            request.words[word] = 0;
        }
        for (int i = 0; i < packet.bits(); i++) {
            if (packet.bit(i)) {
                request.words[i >>> 5] |= 1 << (i & 31);
            }
        }
        return true;
    }

    /** Takes the next thing asked for into {@code repair}; false if nothing is. */
    synchronized boolean nextRepair(Repair repair) {
        if (wholeSequence == 0) {
            wholeSequence = takeSample();
            wholeFragment = 0;
        }
        if (wholeSequence != 0) {
            repair.set(wholeSequence, wholeFragment, true);
            return true;
        }
        for (FragmentRequest request : fragments) {
            if (request.sequence != 0) {
                int bit = takeBit(request.words);
                if (bit >= 0) {
                    repair.set(request.sequence, request.base + bit, false);
                    return true;
                }
                request.sequence = 0;
            }
        }
        return false;
    }

    private long takeSample() {
        int bit = takeBit(samples);
        return bit < 0 ? 0 : samplesBase + bit;
    }

    private static int takeBit(int[] words) {
        for (int word = 0; word < words.length; word++) {
            if (words[word] != 0) {
                int bit = Integer.numberOfTrailingZeros(words[word]);
                words[word] &= words[word] - 1;
                return 32 * word + bit;
            }
        }
        return -1;
    }

    /** What was asked for went out; of a whole sample its last packet, if {@code toItsEnd}. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void repaired(Repair repair, boolean toItsEnd) {
        repaired = repaired + 1;
        if (repair.isWhole()) {
            wholeFragment++;
            if (toItsEnd) {
                wholeSequence = 0;
            }
        }
        heartbeatAsked |= toItsEnd && !isAsked();
    }

    /** What was asked for is gone, up to this sample: nothing of it is sent. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void gone(long sequence, long until) {
        if (wholeSequence == sequence) {
            wholeSequence = 0;
        }
        for (FragmentRequest request : fragments) {
            if (request.sequence <= until) {
                request.sequence = 0;
            }
        }
        for (long number = Math.max(sequence, samplesBase); number <= until && number - samplesBase < Submessages.MAX_SET_BITS; number++) {
            int bit = (int) (number - samplesBase);
            samples[bit >>> 5] &= ~(1 << (bit & 31));
        }
    }

    private boolean isAsked() {
        for (int word : samples) {
            if (word != 0) {
                return true;
            }
        }
        for (FragmentRequest request : fragments) {
            if (request.sequence != 0) {
                return true;
            }
        }
        return wholeSequence != 0;
    }

    /** Whether the reader is to be told now what there is; {@link #heartbeatSent} follows. */
    synchronized boolean isHeartbeatDue(long nowNs) {
        return heartbeatAsked && nowNs - answeredNs >= LEAST_ANSWER_NS || nowNs >= heartbeatNs;
    }

    /** A HEARTBEAT that asks for an answer goes out. */
    synchronized void heartbeatSent(long nowNs) {
        if (nowNs >= heartbeatNs) {
            periodNs = Math.min(2 * periodNs, LAST_PERIOD_NS);
            heartbeatNs = nowNs + periodNs;
        }
        heartbeatAsked = false;
        answeredNs = nowNs;
    }

    /** The count of the next HEARTBEAT. */
    int heartbeatCount() {
        return ++heartbeats;
    }

    /** When the sending thread must look again at the latest. */
    synchronized long dueNs(long nowNs) {
        return heartbeatAsked ? nowNs + LEAST_ANSWER_NS : heartbeatNs;
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
}
