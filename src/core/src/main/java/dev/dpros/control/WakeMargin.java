package dev.dpros.control;

/**
 * How long before its deadline a thread ends its sleep and spins: a little more than it was woken late of late. What is
 * remembered halves in 23,000 periods, so that one wake-up in ten thousand counts. Used by one thread; allocates nothing.
 */
final class WakeMargin {
    private static final int FORGET_SHIFT = 15;
    /** At most one eighth of a core. */
    private static final int PERIODS_PER_SPIN = 8;
    private static final long SLACK_NS = 20_000;
    private final long leastNs;
    private final long mostNs;
    private long ns;

    /** A margin of at least {@code leastNs}, at most {@code mostNs} or an eighth of the period. */
    WakeMargin(long leastNs, long mostNs, long periodNs) {
        this.leastNs = leastNs;
        this.mostNs = Math.max(leastNs, Math.min(mostNs, periodNs / PERIODS_PER_SPIN));
        ns = leastNs;
    }

    /** The margin now. */
    long ns() {
        return ns;
    }

    /** The thread slept for so much longer than it asked for; less than 0 if shorter. */
    void overslept(long lateNs) {
        long wanted = lateNs + lateNs / 4 + SLACK_NS;
        ns = Math.min(mostNs, Math.max(leastNs, Math.max(wanted, ns - (ns >> FORGET_SHIFT))));
    }
}
