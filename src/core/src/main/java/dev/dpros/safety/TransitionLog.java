package dev.dpros.safety;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The last transitions of a watchdog, in a preallocated ring. The control thread writes, any thread reads; a reader
 * that is overtaken is told so. Neither side allocates or waits.
 */
public final class TransitionLog {
    private static final SafetyState[] STATES = SafetyState.values();
    private static final int WORDS = 6;
    private final int capacity;
    private final AtomicLongArray words;
    /** Transitions written; entry {@code n} is complete once this is above {@code n}. */
    private final AtomicLong written = new AtomicLong();
    /** Transitions begun: entry {@code n} is being overwritten once this is above {@code n + capacity}. */
    private final AtomicLong begun = new AtomicLong();

    /** One transition, filled by {@link TransitionLog#read}. A reusable slot of the reader. */
    public static final class Entry {
        /** Monotonic time. */
        public long nowNs;
        /** Stamp time. */
        public long rosNs;
        /** State before. */
        @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
        public SafetyState from;
        /** State after. */
        @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
        public SafetyState to;
        /** Reason. */
        @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
        public SafetyEvent event;
        /** Index of the source it is about, or {@link Watchdog#NO_SOURCE}. */
        public int source;
        /** Index of the action's dimension it is about, or {@link Watchdog#NO_JOINT}. */
        public int joint;
        /** What was found, in the event's unit ({@link Watchdog#value}); NaN if there is nothing to say. */
        public double value;
        /** What would have been allowed, in the same unit; NaN if there is nothing to say. */
        public double limit;
    }

    TransitionLog(int capacity) {
        this.capacity = capacity;
        words = new AtomicLongArray(capacity * WORDS);
    }

    void append(Entry entry) {
        long index = written.get();
        begun.set(index + 1);
        int at = (int) (index % capacity) * WORDS;
        words.set(at, entry.nowNs);
        words.set(at + 1, entry.rosNs);
        words.set(at + 2, entry.from.ordinal() | (long) entry.to.ordinal() << 8 | (long) entry.event.ordinal() << 16
                | (long) (entry.source + 1) << 32);
        words.set(at + 3, entry.joint);
        words.set(at + 4, Double.doubleToRawLongBits(entry.value));
        words.set(at + 5, Double.doubleToRawLongBits(entry.limit));
        written.set(index + 1);
    }

    /** Number of transitions ever made; entries {@code size() - capacity} to {@code size() - 1} can be read. */
    public long size() {
        return written.get();
    }

    /** Number of transitions kept. */
    public int capacity() {
        return capacity;
    }

    /**
     * Copies transition {@code index}, counted from 0 at the start of the loop.
     *
     * @return false if it has not happened yet or has been overwritten
     */
    public boolean read(long index, Entry out) {
        if (index < 0 || index >= written.get()) {
            return false;
        }
        int at = (int) (index % capacity) * WORDS;
        long nowNs = words.get(at);
        long rosNs = words.get(at + 1);
        long packed = words.get(at + 2);
        long joint = words.get(at + 3);
        long value = words.get(at + 4);
        long limit = words.get(at + 5);
        if (begun.get() > index + capacity) {
            return false;
        }
        out.nowNs = nowNs;
        out.rosNs = rosNs;
        out.from = STATES[(int) (packed & 0xff)];
        out.to = STATES[(int) (packed >> 8 & 0xff)];
        out.event = SafetyEvent.of((int) (packed >> 16 & 0xffff));
        out.source = (int) (packed >> 32) - 1;
        out.joint = (int) joint;
        out.value = Double.longBitsToDouble(value);
        out.limit = Double.longBitsToDouble(limit);
        return true;
    }
}
