package dev.dpros.ros2.rtps;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The newest samples of a writer, numbered 1, 2, ... One thread at a time appends and never waits; the sending thread copies out of it. Each slot
 * is a sequence lock: what was overwritten while it was copied is noticed ({@link #holds}), and thrown away. Slots are direct buffers that grow to
 * the samples that come.
 */
final class History {
    private static final VarHandle SEQUENCE;
    private static final VarHandle LAST;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SEQUENCE = lookup.findVarHandle(Sample.class, "sequence", long.class);
            LAST = lookup.findVarHandle(History.class, "last", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A sample and its lock; what is read of it counts only if {@link #holds} says so afterwards. */
    static final class Sample {
        ByteBuffer bytes = ByteBuffer.allocateDirect(0);
        int length;
        long timestampNs;
        int statusInfo;
        /** The request that it answers; of a disposal the key. */
        long relatedHigh;
        long relatedLow;
        long relatedSequence;
        @SuppressWarnings("unused") // through SEQUENCE
        private long sequence;
    }

    private final Sample[] samples;
    private final int depth;
    private long last;

    /** Keeps so many samples, and one place more to write into. */
    History(int depth) {
        this.depth = depth;
        samples = new Sample[depth + 1];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = new Sample();
        }
    }

    private Sample at(long sequence) {
        return samples[(int) (sequence % samples.length)];
    }

    /** Appending thread: the next sample, to be filled and then shown with {@link #show}. */
    Sample next(ByteBuffer payload) {
        Sample sample = at(last + 1);
        SEQUENCE.setOpaque(sample, 0L);
        VarHandle.storeStoreFence();
        int length = payload.remaining();
        if (sample.bytes.capacity() < length) {
            sample.bytes = ByteBuffer.allocateDirect(Math.max(64, length + length / 8)).order(ByteOrder.LITTLE_ENDIAN);
        }
        sample.bytes.put(0, payload, payload.position(), length);
        sample.length = length;
        return sample;
    }

    /** Appending thread: makes the sample visible; returns its number. */
    long show(Sample sample) {
        long number = last + 1;
        SEQUENCE.setRelease(sample, number);
        LAST.setRelease(this, number);
        return number;
    }

    /** Appending thread: a number without a sample, as nobody wants it. */
    long skip() {
        long number = last + 1;
        SEQUENCE.setOpaque(at(number), 0L);
        LAST.setRelease(this, number);
        return number;
    }

    /** Appending thread: a sample that nobody needs any more. */
    void forget(long sequence) {
        Sample sample = at(sequence);
        if (sequence > 0 && (long) SEQUENCE.getOpaque(sample) == sequence) {
            SEQUENCE.setRelease(sample, 0L);
        }
    }

    /** Number of the newest sample, 0 before the first. Any thread. */
    long last() {
        return (long) LAST.getAcquire(this);
    }

    /** Number of the oldest sample that may be there; last + 1 if there is none. Any thread. */
    long first() {
        long newest = last();
        long oldest = Math.max(1, newest - depth + 1);
        while (oldest <= newest && !holds(oldest)) {
            oldest++;
        }
        return oldest;
    }

    /** The sample of this number, or null if it is not there. Sending thread. */
    Sample find(long sequence) {
        Sample sample = at(sequence);
        return sequence > 0 && sequence > last() - depth && (long) SEQUENCE.getAcquire(sample) == sequence ? sample : null;
    }

    /** Whether what was read of the sample belongs to it. */
    boolean holds(Sample sample, long sequence) {
        VarHandle.loadLoadFence();
        return (long) SEQUENCE.getOpaque(sample) == sequence;
    }

    private boolean holds(long sequence) {
        return (long) SEQUENCE.getAcquire(at(sequence)) == sequence;
    }
}
