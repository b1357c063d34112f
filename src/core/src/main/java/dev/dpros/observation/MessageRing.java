package dev.dpros.observation;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A ring of serialized messages in which the newest overwrites the oldest. One writer (the transport's I/O thread), any
 * number of readers, each with its own {@link MessageCopy}; nobody ever waits.
 *
 * <p>Messages are numbered 1, 2, ...; message n lies in slot (n - 1) mod slots. Each slot is a sequence lock (Boehm,
 * "Can seqlocks get along with programming language memory models?", MSPC 2012): its number is 0 while it is being
 * written, so a reader that finds the same number before and after copying has copied one whole message.
 *
 * <p>Slots are direct buffers that grow to the messages that come, up to the configured maximum; once every slot has
 * seen the largest message nothing is allocated.
 */
public final class MessageRing implements MessageSlots {
    private static final VarHandle SEQUENCE;
    private static final VarHandle NEWEST;
    private static final int SMALLEST_SLOT_BYTES = 256;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SEQUENCE = lookup.findVarHandle(Slot.class, "sequence", long.class);
            NEWEST = lookup.findVarHandle(MessageRing.class, "newest", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Slot[] slots;
    private final int maxMessageBytes;
    private final Runnable onCommit;
    private @Nullable Slot claimed;
    @SuppressWarnings("unused") // through NEWEST
    private long newest;

    /** One message and its sequence lock. */
    private static final class Slot {
        @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
        ByteBuffer buffer; // position 0, limit = capacity, for ever: readers race on it
        @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
        ByteBuffer writable; // the same memory with the writer's position and limit
        int length;
        long receivedNs;
        long receivedRosNs;
        @SuppressWarnings("unused") // through SEQUENCE
        long sequence;
    }

    /** A ring that wakes nobody. */
    public MessageRing(int slots, int maxMessageBytes) {
        this(slots, maxMessageBytes, () -> { });
    }

    /**
     * A ring; its memory is taken when messages come.
     *
     * @param slots number of messages kept, at least 2
     * @param maxMessageBytes longest message accepted
     * @param onCommit runs on the writer's thread after each commit; must not block
     * @throws InputException if a bound is not met
     */
    public MessageRing(int slots, int maxMessageBytes, Runnable onCommit) {
        if (slots < 2 || slots > 65_536) {
            throw InputException.of("message ring", "slots", "2 to 65536", Integer.toString(slots), "");
        }
        if (maxMessageBytes < 1) {
            throw InputException.of("message ring", "max_message_bytes", "at least 1", Integer.toString(maxMessageBytes), "");
        }
        this.slots = new Slot[slots];
        for (int i = 0; i < slots; i++) {
            this.slots[i] = new Slot();
        }
        this.maxMessageBytes = maxMessageBytes;
        this.onCommit = onCommit;
    }

    @Override
    public @Nullable ByteBuffer claim(int length) {
        if (length < 0 || length > maxMessageBytes) {
            return null;
        }
        Slot slot = slots[(int) (newest % slots.length)];
        SEQUENCE.setOpaque(slot, 0L);
        VarHandle.storeStoreFence();
        if (slot.buffer == null || slot.buffer.capacity() < length) {
            slot.buffer = allocate(length);
            slot.writable = slot.buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
        claimed = slot;
        slot.length = length;
        return slot.writable.clear().limit(length);
    }

    private ByteBuffer allocate(int length) {
        long withHeadroom = length + (long) (length / 4); // compressed images vary in size
        int capacity = (int) Math.min(maxMessageBytes, Math.max(SMALLEST_SLOT_BYTES, withHeadroom));
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        Slot slot = claimed;
        if (slot == null) {
            throw new IllegalStateException("commit without a claimed slot");
        }
        claimed = null;
        slot.receivedNs = receivedNs;
        slot.receivedRosNs = receivedRosNs;
        long number = newest + 1;
        SEQUENCE.setRelease(slot, number);
        NEWEST.setRelease(this, number);
        onCommit.run();
    }

    @Override
    public void abandon() {
        claimed = null; // the slot keeps sequence 0: its old message is gone, which readers see
    }

    /** Number of the newest message, 0 before the first. Any thread. */
    public long newest() {
        return (long) NEWEST.getAcquire(this);
    }

    /** Number of slots. */
    public int slots() {
        return slots.length;
    }

    /**
     * Copies message {@code number} out. Any thread, with a copy of its own; allocates only when the copy must grow.
     *
     * @return false if that message is not there (yet, or any more), or was overwritten while it was being copied; the
     *     copy's contents are then undefined
     */
    public boolean copy(long number, MessageCopy copy) {
        if (number < 1) {
            return false;
        }
        Slot slot = slots[(int) ((number - 1) % slots.length)];
        if ((long) SEQUENCE.getAcquire(slot) != number) {
            return false;
        }
        ByteBuffer source = slot.buffer;
        int length = slot.length;
        if (source == null || length < 0 || length > source.capacity()) {
            return false; // being overwritten: the fields belong to different messages
        }
        copy.take(source, length);
        copy.number = number;
        copy.receivedNs = slot.receivedNs;
        copy.receivedRosNs = slot.receivedRosNs;
        VarHandle.loadLoadFence();
        return (long) SEQUENCE.getOpaque(slot) == number;
    }
}
