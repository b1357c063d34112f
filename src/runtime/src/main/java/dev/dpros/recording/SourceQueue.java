package dev.dpros.recording;

import dev.dpros.core.MessageSlots;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bounded queue between one source's transport thread and the recorder thread: a ring of slots whose buffers grow
 * to the largest message seen and then stay. Lock-free; once warm neither side allocates. A message that finds the ring
 * full is counted as dropped; one larger than the limit, as refused. Two publishers of one topic may deliver from two
 * threads: the second to claim at the same moment is counted as dropped, never mixed up.
 */
public final class SourceQueue implements MessageSlots {
    private static final int GROWTH_BYTES = 4096;

    private final ByteBuffer[] buffers;
    private final long[] receivedNs;
    private final long[] receivedRosNs;
    private final int mask;
    private final int maxMessageBytes;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong released = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean accepting;

    /**
     * A queue.
     *
     * @param slots messages it holds, a power of two
     * @param maxMessageBytes largest message it takes
     */
    public SourceQueue(int slots, int maxMessageBytes) {
        if (Integer.bitCount(slots) != 1 || maxMessageBytes <= 0) {
            throw new IllegalArgumentException("source queue: expected a power of two and a positive size, found "
                    + slots + " slots of at most " + maxMessageBytes + " bytes");
        }
        buffers = new ByteBuffer[slots];
        receivedNs = new long[slots];
        receivedRosNs = new long[slots];
        mask = slots - 1;
        this.maxMessageBytes = maxMessageBytes;
        for (int i = 0; i < slots; i++) {
            buffers[i] = ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Grows all slots to hold messages of this length, so that the first episode allocates nothing either. */
    public void warm(int messageBytes) {
        for (int i = 0; i < buffers.length; i++) {
            grow(i, messageBytes);
        }
    }

    @Override
    public ByteBuffer claim(int length) {
        if (length < 0 || length > maxMessageBytes) {
            refused.incrementAndGet();
            return null;
        }
        if (!claimed.compareAndSet(false, true)) {
            countDrop();
            return null;
        }
        long next = committed.get();
        if (next - released.get() >= buffers.length) {
            countDrop();
            claimed.set(false);
            return null;
        }
        int slot = (int) next & mask;
        grow(slot, length);
        return buffers[slot].clear().limit(length);
    }

    @Override
    public void commit(long receivedAtNs, long receivedAtRosNs) {
        long next = committed.get();
        int slot = (int) next & mask;
        buffers[slot].position(0);
        receivedNs[slot] = receivedAtNs;
        receivedRosNs[slot] = receivedAtRosNs;
        received.incrementAndGet();
        if (accepting) {
            committed.set(next + 1);
        }
        claimed.set(false);
    }

    @Override
    public void abandon() {
        claimed.set(false);
    }

    /** The oldest message, or null if there is none. Recorder thread; the slot is its own until {@link #release}. */
    ByteBuffer peek() {
        long oldest = released.get();
        return oldest == committed.get() ? null : buffers[(int) oldest & mask];
    }

    /** Monotonic receive time of the message that {@link #peek} returned. */
    long peekReceivedNs() {
        return receivedNs[(int) released.get() & mask];
    }

    /** Stamp time of the receipt of the message that {@link #peek} returned. */
    long peekReceivedRosNs() {
        return receivedRosNs[(int) released.get() & mask];
    }

    /** Gives the oldest message's slot back. */
    void release() {
        released.incrementAndGet();
    }

    /** Whether messages are queued, or only counted. */
    void accept(boolean on) {
        accepting = on;
    }

    /** Messages received since creation, recorded or not. */
    public long received() {
        return received.get();
    }

    /** Messages lost since creation because the queue was full while an episode ran. */
    public long dropped() {
        return dropped.get();
    }

    /** Messages too large to take. */
    public long refused() {
        return refused.get();
    }

    private void countDrop() {
        if (accepting) {
            dropped.incrementAndGet();
        }
    }

    private void grow(int slot, int length) {
        if (buffers[slot].capacity() < length) {
            int rounded = (length + GROWTH_BYTES - 1) / GROWTH_BYTES * GROWTH_BYTES;
            buffers[slot] = ByteBuffer.allocateDirect(rounded).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
