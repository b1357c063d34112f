package dev.dpros.safety;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The last transitions of a watchdog, in a preallocated ring. The control thread writes, any thread reads; a reader
 * that is overtaken is told so. Neither side allocates or waits.
 */
public final class TransitionLog {
    private static final SafetyState[] STATES = SafetyState.values();
    private static final int WORDS = 3;
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
        public SafetyState from;
        /** State after. */
        public SafetyState to;
        /** Reason. */
        public SafetyEvent event;
        /** Index of the source it is about, or {@link Watchdog#NO_SOURCE}. */
        public int source;
    }

    TransitionLog(int capacity) {
        this.capacity = capacity;
        words = new AtomicLongArray(capacity * WORDS);
    }

    void append(long nowNs, long rosNs, SafetyState from, SafetyState to, SafetyEvent event, int source) {
        long index = written.get();
        begun.set(index + 1);
        int at = (int) (index % capacity) * WORDS;
        words.set(at, nowNs);
        words.set(at + 1, rosNs);
        words.set(at + 2, from.ordinal() | (long) to.ordinal() << 8 | (long) event.ordinal() << 16
                | (long) (source + 1) << 32);
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
        if (begun.get() > index + capacity) {
            return false;
        }
        out.nowNs = nowNs;
        out.rosNs = rosNs;
        out.from = STATES[(int) (packed & 0xff)];
        out.to = STATES[(int) (packed >> 8 & 0xff)];
        out.event = SafetyEvent.of((int) (packed >> 16 & 0xffff));
        out.source = (int) (packed >> 32) - 1;
        return true;
    }
}
