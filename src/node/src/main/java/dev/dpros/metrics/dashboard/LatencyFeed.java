package dev.dpros.metrics.dashboard;

import dev.dpros.metrics.LatencyRecorder;
import dev.dpros.metrics.MetricsRegistry;
import java.util.List;

/** The last ten seconds of every stage's latency, as the page's {@code latency} event. The dashboard's thread. */
final class LatencyFeed {
    /** Ends of the histogram's bins, ns: 10 us to 1 s, 1-2-5. */
    private static final long[] BIN_ENDS_NS = {
        10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000,
        50_000_000, 100_000_000, 200_000_000, 500_000_000, 1_000_000_000};

    private final MetricsRegistry registry;

    LatencyFeed(MetricsRegistry registry) {
        this.registry = registry;
    }

    /**
     * One stage.
     *
     * @param stage label
     * @param source instance, or empty
     * @param count durations in the window
     * @param p50 median, ms
     * @param p99 99th percentile, ms
     * @param p999 99.9th percentile, ms
     * @param max longest, ms
     * @param bins counts between the bins' ends 10 us, 20 us, 50 us ... 1 s
     */
    record Row(String stage, String source, long count, double p50, double p99, double p999, double max, long[] bins) {}

    /** All stages that recorded anything in the window. */
    List<Row> read() {
        return registry.latencies().stream().map(LatencyFeed::row).filter(row -> row.count > 0).toList();
    }

    private static Row row(LatencyRecorder recorder) {
        return new Row(recorder.stage().label(), recorder.tag(), recorder.windowCount(), ms(recorder, 50),
                ms(recorder, 99), ms(recorder, 99.9), ms(recorder, 100), recorder.windowBins(BIN_ENDS_NS));
    }

    private static double ms(LatencyRecorder recorder, double percentile) {
        return recorder.windowNs(percentile) / 1e6;
    }
}
