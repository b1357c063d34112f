package dev.dpros.control;

import dev.dpros.core.Clock;
import java.util.function.LongConsumer;

/**
 * Waits for absolute deadlines, one per period: sleeps until shortly before, then spins. Periods that have passed
 * already are counted and skipped, never made up for. Used by one thread; allocates nothing.
 */
final class Pacer {
    private static final long SIMULATED_POLL_NS = 200_000;
    private final Clock clock;
    private final long periodNs;
    private final WakeMargin margin;
    private final boolean simulated;
    private final LongConsumer park;
    private long nextNs = Long.MIN_VALUE;
    private long missed;
    private volatile boolean released;

    /**
     * A pacer.
     *
     * @param margin how long before a deadline it spins
     * @param simulated whether the deadlines are on {@link Clock#rosNs()}, driven by {@code /clock}
     * @param park sleeps for about so many ns, or less
     */
    Pacer(Clock clock, long periodNs, WakeMargin margin, boolean simulated, LongConsumer park) {
        this.clock = clock;
        this.periodNs = periodNs;
        this.margin = margin;
        this.simulated = simulated;
        this.park = park;
    }

    /** Waits for the next deadline; returns by how many ns it was missed. */
    long await() {
        long now = now();
        if (nextNs == Long.MIN_VALUE || simulated && now < nextNs - periodNs) {
            nextNs = now;
        }
        missed = 0;
        long lateNs = now - nextNs;
        if (lateNs >= periodNs) {
            missed = lateNs / periodNs;
            nextNs += missed * periodNs;
        }
        while (now < nextNs && !released) {
            long leftNs = nextNs - now;
            if (simulated) {
                park.accept(SIMULATED_POLL_NS);
            } else if (leftNs > margin.ns()) {
                sleep(now, leftNs - margin.ns());
            } else {
                Thread.onSpinWait();
            }
            now = now();
            if (simulated && now < nextNs - periodNs) {
                nextNs = now;
            }
        }
        long late = Math.max(0, now - nextNs);
        nextNs += periodNs;
        return late;
    }

    private void sleep(long nowNs, long forNs) {
        park.accept(forNs);
        margin.overslept(clock.monotonicNs() - nowNs - forNs);
    }

    /** Periods skipped before the deadline that {@link #await} returned for. */
    long missed() {
        return missed;
    }

    /** Lets {@link #await} return at once from now on. Any thread. */
    void release() {
        released = true;
    }

    private long now() {
        return simulated ? clock.rosNs() : clock.monotonicNs();
    }
}
