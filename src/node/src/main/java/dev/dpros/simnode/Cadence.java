package dev.dpros.simnode;

/** When something periodic is due next, on a grid anchored at its start. One thread; allocates nothing. */
final class Cadence {
    private final double periodNs;
    private long startNs;
    private long count;

    /** @param rateHz times a second, more than 0 */
    Cadence(double rateHz) {
        periodNs = 1e9 / rateHz;
    }

    /** Begins a grid whose first instant is {@code startNs}. */
    void restart(long newStartNs) {
        startNs = newStartNs;
        count = 0;
    }

    /** Whether an instant of the grid has come since the last time this was true; skipped instants count once. */
    boolean isDue(long nowNs) {
        // half a nanosecond of slack: a rate that divides the tick rate must not slip by rounding
        long due = (long) Math.floor((nowNs - startNs + 0.5) / periodNs) + 1;
        if (nowNs < startNs || due <= count) {
            return false;
        }
        count = due;
        return true;
    }
}
