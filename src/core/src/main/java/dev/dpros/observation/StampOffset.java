package dev.dpros.observation;

import dev.dpros.core.SourceHealth;
import java.util.Arrays;

/**
 * How far a source's stamps usually are from the node's clock: the median of receive time less stamp over the last
 * {@value #WINDOW} samples, of which those that follow within {@value #SPACING_NS} ns are left out, so that a burst (a
 * network that stood still) counts once. One thread; allocates nothing after construction.
 */
final class StampOffset {
    static final int WINDOW = 9;
    static final int LEAST = 3;
    static final long SPACING_NS = 40_000_000L;

    private final long[] window = new long[WINDOW];
    private final long[] sorted = new long[WINDOW];
    private int count;
    private int next;
    private long lastNs;
    private long medianNs = SourceHealth.UNKNOWN;

    /**
     * Takes one difference in.
     *
     * @param differenceNs receive time less stamp, ns
     * @param receivedNs monotonic time
     * @return the median, or {@link SourceHealth#UNKNOWN} before {@value #LEAST} samples
     */
    long add(long differenceNs, long receivedNs) {
        if (count > 0 && receivedNs - lastNs < SPACING_NS) {
            return medianNs;
        }
        lastNs = receivedNs;
        window[next] = differenceNs;
        next = (next + 1) % WINDOW;
        count = Math.min(WINDOW, count + 1);
        if (count >= LEAST) {
            System.arraycopy(window, 0, sorted, 0, count);
            Arrays.sort(sorted, 0, count);
            medianNs = sorted[count / 2];
        }
        return medianNs;
    }

    /** Begins anew: the stamps have jumped. */
    void forget() {
        count = 0;
        next = 0;
        medianNs = SourceHealth.UNKNOWN;
    }
}
