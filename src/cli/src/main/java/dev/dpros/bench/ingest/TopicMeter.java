package dev.dpros.bench.ingest;

import dev.dpros.core.Clock;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageSlots;
import dev.dpros.observation.MessageRing;
import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;

/**
 * Keeps one topic's messages as the control node does, and measures them: age of the header stamp when the message is
 * whole, and gaps in {@code header.seq} where headers have it. For types whose first field is a std_msgs/Header.
 *
 * <p>Written by the topic's I/O thread without allocation; {@link #begin} and {@link #end} come from another thread, and
 * results may be read once the subscription is closed.
 */
final class TopicMeter implements MessageSlots {
    private static final int SLOTS = 4;
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final int HEADER_BYTES = 12;
    private static final long LONGEST_NS = 60_000_000_000L;

    private final MessageRing ring = new MessageRing(SLOTS, MAX_MESSAGE_BYTES);
    private final Histogram ages = new Histogram(LONGEST_NS, 3);
    private final MessageReader in;
    private final Clock clock;
    private ByteBuffer claimed;
    private int nextSequence;
    private boolean numbered;
    private volatile long threadId;
    private long messages;
    private long lost;
    private Phase measured = Phase.IDLE;
    private volatile Phase phase = Phase.IDLE;

    /** What is done with messages: nothing, measured for practice, measured, nothing any more. */
    private enum Phase { IDLE, WARM_UP, MEASURING, ENDED }

    /** @param in reads its messages */
    TopicMeter(MessageReader in, Clock clock) {
        this.in = in;
        this.clock = clock;
    }

    @Override
    public ByteBuffer claim(int length) {
        if (length < HEADER_BYTES) {
            return null;
        }
        claimed = ring.claim(length);
        return claimed;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        threadId = Thread.currentThread().getId();
        Phase now = phase;
        if (now == Phase.WARM_UP || now == Phase.MEASURING) {
            enter(now);
            measure(claimed, clock.rosNs()); // not when its last packet came
        }
        ring.commit(receivedNs, receivedRosNs);
    }

    /** What was measured in another phase is forgotten: it made the code warm. */
    private void enter(Phase now) {
        if (measured != now) {
            measured = now;
            messages = 0;
            lost = 0;
            ages.reset();
        }
    }

    private void measure(ByteBuffer message, long nowRosNs) {
        long stampNs = in.begin(message).header();
        int sequence = (int) in.sequence();
        // a publisher that starts again counts from 0: no loss; where headers have no number, none is known
        numbered = in.sequence() >= 0;
        int gap = messages == 0 || !numbered ? 0 : sequence - nextSequence;
        lost += Math.max(0, gap);
        nextSequence = sequence + 1;
        messages++;
        ages.recordValue(Math.min(LONGEST_NS, Math.max(0, nowRosNs - stampNs)));
    }

    @Override
    public void abandon() {
        ring.abandon();
    }

    /** Whether any message has come. */
    boolean hasMessages() {
        return ring.newest() > 0;
    }

    /** They have a header: the next messages are measured, but do not count. */
    void warmUp() {
        phase = Phase.WARM_UP;
    }

    /** From the next message on each counts. */
    void begin() {
        phase = Phase.MEASURING;
    }

    /** Later messages do not count. */
    void end() {
        phase = Phase.ENDED;
    }

    /** The thread that brought the newest message; 0 before the first. */
    long threadId() {
        return threadId;
    }

    /**
     * What was measured in so many seconds.
     *
     * @param missing messages that the middleware knows to be lost; counts where headers have no number
     */
    IngestResult.Topic result(String topic, String type, double seconds, long missing) {
        enter(Phase.MEASURING);
        return new IngestResult.Topic(topic, type, messages, messages / seconds, ages.getValueAtPercentile(50) / 1e3,
                ages.getValueAtPercentile(99) / 1e3, ages.getMaxValue() / 1e3, numbered ? lost : missing);
    }
}
