package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketWriter;
import dev.dpros.ros2.wire.Submessages;
import java.util.Arrays;

/**
 * What a reader misses of one writer's samples, and when it asks for it: when a gap is certain, then again when all that was asked for has
 * come, or else after a pause that doubles. So a writer that answers every question with everything, or every HEARTBEAT of one that sends many,
 * does not multiply traffic. It asks for no more at a time than the receive buffer holds. Receive thread; allocates nothing after construction.
 *
 * <p>A gap is certain when a HEARTBEAT announces what did not come. What is merely overtaken may have changed places with a packet behind it:
 * that is certain after two further packets, the next HEARTBEAT, or a millisecond. The end of a sample may still be under way: that is certain
 * when nothing of it has come for two milliseconds, if it was announced, and for ten, if not.
 */
final class Missing {
    /** Fragments announced by a HEARTBEAT may still be under way for so long. */
    static final long IN_FLIGHT_NS = 2_000_000L;
    /** A writer sends a sample without long pauses: after such a one the rest was lost, and the HEARTBEAT with it. */
    static final long STALLED_NS = 10_000_000L;

    private static final long REORDER_NS = 1_000_000L;
    private static final int REORDERED_PACKETS = 2;
    private static final long FIRST_PAUSE_NS = 10_000_000L;
    private static final long LAST_PAUSE_NS = 160_000_000L;
    private static final long FIRST_GREETING_NS = 100_000_000L;
    private static final long LAST_GREETING_NS = 2_000_000_000L;
    private static final int MOST_SAMPLES = 4;
    private static final long LEAST_WINDOW = 4096;

    private final ReliableWriterProxy writer;
    private final int[] words = new int[Submessages.MAX_SET_BITS / 32];
    private boolean due;
    private long overtaken;
    private long overtakenNs;
    private int packetsSince;
    private long lookNs = Long.MAX_VALUE;
    private boolean again;
    private long allowedNs = Long.MIN_VALUE;
    private long pauseNs = FIRST_PAUSE_NS;
    private long askedSequence;
    private int askedUntil;
    private int outstanding;
    private int total;
    private long window = Integer.MAX_VALUE;
    private long greetingNs = Long.MIN_VALUE;
    private long greetingPauseNs = FIRST_GREETING_NS;
    private int ackCount;
    private int nackCount;
    private boolean answer;
    private volatile long asked;

    Missing(ReliableWriterProxy writer) {
        this.writer = writer;
    }

    /** Something new came, a whole sample or fragments; what was asked for brings the next question nearer. */
    void arrived(long sequence, int fragment, int added) {
        packetsSince++;
        if (outstanding > 0 && (sequence < askedSequence || sequence == askedSequence && fragment <= askedUntil)) {
            outstanding -= added;
            again |= outstanding <= 0;
        }
    }

    /** Looks whether something is missing. */
    void look(long nowNs) {
        lookNs = Long.MAX_VALUE;
        if (!writer.started()) {
            return;
        }
        if (writer.next() > writer.last()) {
            due = false;
            overtaken = 0;
            outstanding = 0;
            total = 0;
            pauseNs = FIRST_PAUSE_NS;
        } else if (writer.isOvertaken()) {
            lookAtOvertaken(nowNs);
        } else {
            overtaken = 0;
            Assembly sample = writer.waiting(writer.next());
            due |= sample == null || writer.sentToItsEnd(writer.next(), nowNs);
            lookNs = sample == null ? Long.MAX_VALUE : sample.lastNs() + 1 + (writer.isAnnounced() ? IN_FLIGHT_NS : STALLED_NS);
        }
    }

    private void lookAtOvertaken(long nowNs) {
        if (overtaken != writer.next()) {
            overtaken = writer.next();
            overtakenNs = nowNs;
            packetsSince = 0;
        }
        due |= packetsSince >= REORDERED_PACKETS || nowNs - overtakenNs >= REORDER_NS;
        lookNs = overtakenNs + REORDER_NS;
    }

    /**
     * A HEARTBEAT came; one that is not final is answered.
     *
     * @param starts whether it was the writer's first
     */
    void heartbeat(boolean starts, boolean isFinal, long nowNs) {
        boolean earlier = overtaken == writer.next() && nowNs > overtakenNs; // not just now, in packets taken together
        look(nowNs);
        due |= writer.isAnnounced() && overtaken == writer.next() && (earlier || starts);
        answer |= !isFinal && !due;
        again |= !isFinal && mostCame(); // the writer is done with what was asked for
    }

    private boolean mostCame() {
        return outstanding < total && outstanding <= total / 4;
    }

    /** Whether something is to be sent now. */
    boolean isDue(long nowNs) {
        if (!writer.started()) {
            return nowNs >= greetingNs;
        }
        return answer || due && (again || nowNs >= allowedNs);
    }

    /** When it is to be looked at again; {@link Long#MAX_VALUE} if only after another packet. */
    long nextNs() {
        return !writer.started() ? greetingNs : due ? allowedNs : lookNs;
    }

    /**
     * Writes what is missing behind the packet's INFO_DST.
     *
     * @param burstBytes about how many bytes may be asked for
     */
    void write(PacketWriter packet, int readerId, int burstBytes, long nowNs) {
        int writerId = writer.remote().guid().entityId();
        if (!writer.started()) {
            packet.ackNack(false, readerId, writerId, 1).missing(0, words, ++ackCount);
            greetingNs = nowNs + greetingPauseNs;
            greetingPauseNs = Math.min(2 * greetingPauseNs, LAST_GREETING_NS);
            return;
        }
        answer = false;
        long base = writer.next();
        if (!due) {
            packet.ackNack(true, readerId, writerId, base).missing(0, words, ++ackCount);
            return;
        }
        adapt(burstBytes);
        again = false;
        outstanding = 0;
        askedSequence = writeSamples(packet, readerId, writerId, base, nowNs);
        writeFragments(packet, readerId, writerId, base, nowNs);
        total = outstanding;
        due = total > 0;
        if (due) {
            allowedNs = nowNs + pauseNs;
            pauseNs = Math.min(2 * pauseNs, LAST_PAUSE_NS);
            asked = asked + 1;
        }
    }

    /** How much to ask for: what the receive buffer holds, less if what was asked for last did not come. */
    private void adapt(int burstBytes) {
        boolean came = total == 0 || mostCame();
        window = came ? Math.min(burstBytes, 2L * window) : Math.max(LEAST_WINDOW, window / 2);
        if (came) {
            pauseNs = FIRST_PAUSE_NS;
        }
    }

    /** ACKNACK with the samples of which nothing is there, as many as the window allows; returns the last sample looked at. */
    private long writeSamples(PacketWriter packet, int readerId, int writerId, long base, long nowNs) {
        long last = Math.min(writer.last(), base + ReliableWriterProxy.WINDOW - 1);
        Arrays.fill(words, 0);
        int bits = 0;
        long cost = 0;
        long until = base - 1;
        for (long sequence = base; sequence <= last && cost < window; sequence++) {
            Assembly sample = writer.waiting(sequence);
            if (sample == null) {
                int bit = (int) (sequence - base);
                words[bit >>> 5] |= 1 << 31 - (bit & 31);
                bits = bit + 1;
                cost += Math.max(1, writer.sampleBytes());
                outstanding += writer.samplePieces();
            } else if (sample != Assembly.IRRELEVANT && !sample.complete()) {
                cost += (long) sample.missing(writer.sentToItsEnd(sequence, nowNs)) * sample.fragmentBytes();
            }
            until = sequence;
        }
        packet.ackNack(true, readerId, writerId, base).missing(bits, words, ++ackCount);
        return until;
    }

    private void writeFragments(PacketWriter packet, int readerId, int writerId, long base, long nowNs) {
        int samples = 0;
        long budget = window;
        for (long sequence = base; sequence <= askedSequence && samples < MOST_SAMPLES && budget > 0; sequence++) {
            Assembly sample = writer.waiting(sequence);
            if (sample != null && sample != Assembly.IRRELEVANT && !sample.complete()) {
                int missing = writeFragments(packet, readerId, writerId, sequence, budget, nowNs);
                budget -= (long) missing * sample.fragmentBytes();
                samples += missing > 0 ? 1 : 0;
            }
        }
    }

    /** One NACK_FRAG; returns how many fragments it asks for. */
    private int writeFragments(PacketWriter packet, int readerId, int writerId, long sequence, long budget, long nowNs) {
        Assembly sample = writer.waiting(sequence);
        int until = sample.sent(writer.sentToItsEnd(sequence, nowNs));
        int first = 0;
        while (first < until && sample.has(first)) {
            first++;
        }
        if (first == until) {
            return 0;
        }
        Arrays.fill(words, 0);
        int missing = 0;
        int bits = 0;
        long most = Math.max(1, budget / sample.fragmentBytes());
        for (int i = first; i < until && i - first < Submessages.MAX_SET_BITS && missing < most; i++) {
            if (!sample.has(i)) {
                words[i - first >>> 5] |= 1 << 31 - (i - first & 31);
                bits = i - first + 1;
                missing++;
            }
        }
        packet.nackFrag(readerId, writerId, sequence, first + 1).missing(bits, words, ++nackCount);
        outstanding += missing;
        askedUntil = first + bits;
        return missing;
    }

    /** Questions asked. */
    long asked() {
        return asked;
    }
}
