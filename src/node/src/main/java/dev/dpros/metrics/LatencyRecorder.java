package dev.dpros.metrics;

import dev.dpros.core.LatencySink;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Takes one stage's durations in without waiting, and gives them out as window, total and Micrometer timer.
 *
 * <p>{@link #recordNs} is called by the stage's one thread: wait-free, no allocation. All else is called by the metrics
 * thread or, after it has ended, by whoever prints the summary. Values keep two significant digits (1 %) from 0.25 us to
 * 10 s; longer ones count as 10 s.
 */
public final class LatencyRecorder implements LatencySink {
    /** Longest duration told apart, ns. */
    static final long LONGEST_NS = 10_000_000_000L;
    private static final long FINEST_NS = 250;
    private static final int DIGITS = 2;
    private static final int WINDOW_INTERVALS = 10;

    private final Stage stage;
    private final String tag;
    private final Timer timer;
    private final SingleWriterRecorder recorder = new SingleWriterRecorder(FINEST_NS, LONGEST_NS, DIGITS);
    private final Histogram[] intervals = new Histogram[WINDOW_INTERVALS];
    private final Histogram window = new Histogram(FINEST_NS, LONGEST_NS, DIGITS);
    private final Histogram total = new Histogram(FINEST_NS, LONGEST_NS, DIGITS);
    private int next;

    LatencyRecorder(Stage stage, String tag, Timer timer) {
        this.stage = stage;
        this.tag = tag;
        this.timer = timer;
    }

    @Override
    public void recordNs(long durationNs) {
        recorder.recordValue(Math.min(LONGEST_NS, Math.max(0, durationNs)));
    }

    /** What is measured. */
    public Stage stage() {
        return stage;
    }

    /** Which instance of it, such as the source's name, or empty. */
    public String tag() {
        return tag;
    }

    /** Moves what was recorded since the last call into window, total and timer. Metrics thread. */
    synchronized void drain() {
        Histogram interval = recorder.getIntervalHistogram(intervals[next]);
        intervals[next] = interval;
        next = (next + 1) % WINDOW_INTERVALS;
        total.add(interval);
        window.reset();
        for (Histogram part : intervals) {
            if (part != null) {
                window.add(part);
            }
        }
        for (HistogramIterationValue bucket : interval.recordedValues()) {
            long value = interval.medianEquivalentValue(bucket.getValueIteratedTo());
            for (long i = bucket.getCountAtValueIteratedTo(); i > 0; i--) {
                timer.record(value, TimeUnit.NANOSECONDS);
            }
        }
    }

    /** A percentile over the last ten drains (ten seconds), ns; 0 if nothing was recorded. Any thread. */
    public synchronized long windowNs(double percentile) {
        return window.getTotalCount() == 0 ? 0 : window.getValueAtPercentile(percentile);
    }

    /** Durations recorded in the last ten drains. Any thread. */
    public synchronized long windowCount() {
        return window.getTotalCount();
    }

    /** How many of the window's durations fall into each bin; bin i ends at {@code endsNs[i]}, the last is open. */
    public synchronized long[] windowBins(long[] endsNs) {
        long[] counts = new long[endsNs.length + 1];
        for (HistogramIterationValue bucket : window.recordedValues()) {
            int bin = Arrays.binarySearch(endsNs, window.medianEquivalentValue(bucket.getValueIteratedTo()));
            counts[bin < 0 ? -bin - 1 : bin] += bucket.getCountAtValueIteratedTo();
        }
        return counts;
    }

    /** The whole run's row, up to the last drain. */
    synchronized RunSummary.Row row() {
        return new RunSummary.Row(stage.label(), tag, total.getTotalCount(), ms(50), ms(99), ms(99.9), ms(100));
    }

    private double ms(double percentile) {
        return total.getTotalCount() == 0 ? 0 : total.getValueAtPercentile(percentile) / 1e6;
    }
}
