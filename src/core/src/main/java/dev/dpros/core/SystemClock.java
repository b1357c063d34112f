package dev.dpros.core;

import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The machine's clock. Stamp time is the monotonic clock plus an offset, so that two stamps differ by exactly the time that
 * passed between them: velocities and accelerations are divided by such differences. {@link #recalibrate()} compares with
 * the wall clock: a step of it (NTP, an operator) is followed at once, as one measured jump; less than that is made up for
 * slowly, and what may be an error of the measurement not at all. (Trimming of the wall clock's rate moves both clocks.)
 *
 * <p>Reads allocate nothing and may be made from any thread; one housekeeping thread calls {@link #recalibrate()}.
 */
public final class SystemClock implements Clock {
    private static final int READINGS = 5;
    private static final long STEP_NS = 5_000_000;
    private static final long NOISE_NS = 50_000;
    /** 50 ppm. */
    private static final long NS_PER_NS_OF_SLEW = 20_000;

    /** The offset at an instant of the monotonic clock, and what it moves towards from then on. */
    private record Offset(long sinceNs, long fromNs, long toNs) {
        long at(long monotonicNs) {
            long most = Math.max(0, monotonicNs - sinceNs) / NS_PER_NS_OF_SLEW;
            return fromNs + Math.max(-most, Math.min(most, toNs - fromNs));
        }
    }

    private final LongSupplier monotonic;
    private final LongSupplier wall;
    private volatile Offset offset;

    /** A clock calibrated to the wall clock of this moment. */
    public SystemClock() {
        this(System::nanoTime, () -> {
            Instant now = Instant.now();
            return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        });
    }

    /** The same with clocks of a test: monotonic time and time since the Unix epoch, ns. */
    SystemClock(LongSupplier monotonic, LongSupplier wall) {
        this.monotonic = monotonic;
        this.wall = wall;
        long measuredNs = measureOffsetNs();
        offset = new Offset(monotonic.getAsLong(), measuredNs, measuredNs);
    }

    @Override
    public long monotonicNs() {
        return monotonic.getAsLong();
    }

    @Override
    public long rosNs() {
        return rosNs(monotonic.getAsLong());
    }

    @Override
    public long rosNs(long monotonicNs) {
        return monotonicNs + offset.at(monotonicNs);
    }

    /** Compares with the wall clock; returns by how many nanoseconds the stamp time jumped, mostly 0. Allocates. */
    public long recalibrate() {
        long nowNs = monotonic.getAsLong();
        long beforeNs = offset.at(nowNs);
        long measuredNs = measureOffsetNs();
        long apartNs = measuredNs - beforeNs;
        boolean step = Math.abs(apartNs) > STEP_NS;
        if (step) {
            offset = new Offset(nowNs, measuredNs, measuredNs);
        } else if (Math.abs(apartNs) > NOISE_NS) {
            offset = new Offset(nowNs, beforeNs, measuredNs);
        }
        return step ? apartNs : 0;
    }

    /** The least disturbed of several readings, so that a preemption between the two clocks does not become a jump. */
    private long measureOffsetNs() {
        long offsetNs = 0;
        long leastNs = Long.MAX_VALUE;
        for (int i = 0; i < READINGS; i++) {
            long before = monotonic.getAsLong();
            long wallNs = wall.getAsLong();
            long after = monotonic.getAsLong();
            if (after - before < leastNs) {
                leastNs = after - before;
                offsetNs = wallNs - (before + (after - before) / 2);
            }
        }
        return offsetNs;
    }
}
