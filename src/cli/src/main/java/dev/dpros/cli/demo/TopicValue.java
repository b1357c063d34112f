package dev.dpros.cli.demo;

import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageSlots;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The latest and the greatest value of a {@code std_msgs/Float64} topic. Written by the transport's thread, read by any;
 * allocates nothing per message.
 */
final class TopicValue implements MessageSlots {
    private static final int LARGEST_BYTES = 32;

    private final MessageReader in;
    private final ByteBuffer slot = ByteBuffer.allocate(LARGEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private volatile double value = Double.NaN;
    private volatile double max = Double.NEGATIVE_INFINITY;
    private volatile long maxAtNs;
    private volatile long count;

    /** @param in reads its messages */
    TopicValue(MessageReader in) {
        this.in = in;
    }

    @Override
    public ByteBuffer claim(int length) {
        return length > 0 && length <= LARGEST_BYTES ? slot.clear().limit(length) : null;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        double latest = in.begin(slot).f64();
        value = latest;
        if (latest > max) {
            max = latest;
            maxAtNs = receivedRosNs;
        }
        count++;
    }

    @Override
    public void abandon() {
        // the slot is simply overwritten by the next message
    }

    /** The latest value, NaN before the first. */
    double value() {
        return value;
    }

    /** The greatest since {@link #restart()}, negative infinity before the first. */
    double max() {
        return max;
    }

    /** Stamp time at which the greatest value came. */
    long maxAtNs() {
        return maxAtNs;
    }

    /** Messages since {@link #restart()}. */
    long count() {
        return count;
    }

    /** Forgets what was received. */
    void restart() {
        value = Double.NaN;
        max = Double.NEGATIVE_INFINITY;
        maxAtNs = 0;
        count = 0;
    }
}
