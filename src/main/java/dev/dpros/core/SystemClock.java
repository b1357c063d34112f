package dev.dpros.core;

import java.time.Instant;

/**
 * The machine's clock. {@link #rosNs()} is the monotonic clock plus an offset to the wall clock taken by
 * {@link #recalibrate()}, so that a step of the wall clock (NTP) is seen as one measured jump rather than as noise.
 *
 * <p>Reads allocate nothing and may be made from any thread; one housekeeping thread calls {@link #recalibrate()}.
 */
public final class SystemClock implements Clock {
    private static final int READINGS = 5;

    private volatile long offsetNs;

    /** A clock calibrated to the wall clock of this moment. */
    public SystemClock() {
        offsetNs = measureOffsetNs();
    }

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }

    @Override
    public long rosNs() {
        return System.nanoTime() + offsetNs;
    }

    /** Takes the wall clock anew; returns by how many nanoseconds the stamp time jumped. Allocates. */
    public long recalibrate() {
        long before = offsetNs;
        offsetNs = measureOffsetNs();
        return offsetNs - before;
    }

    /** The least disturbed of several readings, so that a preemption between the two clocks does not become a jump. */
    private static long measureOffsetNs() {
        long offset = 0;
        long leastNs = Long.MAX_VALUE;
        for (int i = 0; i < READINGS; i++) {
            long before = System.nanoTime();
            Instant now = Instant.now();
            long after = System.nanoTime();
            if (after - before < leastNs) {
                leastNs = after - before;
                offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - (before + (after - before) / 2);
            }
        }
        return offset;
    }
}
