package dev.dpros.cli.bench;

import dev.dpros.core.LatencySink;
import java.util.Arrays;
import java.util.Map;

/** Durations, kept one by one. One thread. */
final class Samples implements LatencySink {
    private long[] ns = new long[1024];
    private int count;

    @Override
    public void recordNs(long durationNs) {
        if (count == ns.length) {
            ns = Arrays.copyOf(ns, 2 * count);
        }
        ns[count++] = durationNs;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** A share of them takes no longer than this, ms; NaN if there are none. */
    double quantileMs(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(ns, count);
        Arrays.sort(sorted);
        return sorted[Math.min(count - 1, (int) (count * share))] / 1e6;
    }

    /** The middle one, ms. */
    double medianMs() {
        return quantileMs(0.5);
    }

    void into(Map<String, Object> row, String name) {
        row.put(name + "_min", quantileMs(0));
        row.put(name + "_p50", medianMs());
        row.put(name + "_p99", quantileMs(0.99));
        row.put(name + "_max", quantileMs(1));
    }
}
