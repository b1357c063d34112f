package dev.dpros.cli.demo;

import dev.dpros.cli.demo.EpisodeDriver.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/** One line of a terminal, rewritten as an episode goes on. Confined to one thread. */
final class LiveLine implements AutoCloseable {
    private static final int BAR = 24;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter out;
    private final MetricsPoll metrics;
    private int lastSteps = -1;

    /** Writes to {@code out}, null shows nothing, with what the node's metrics say. */
    LiveLine(PrintWriter out, MetricsPoll metrics) {
        this.out = out;
        this.metrics = metrics;
    }

    /** Shows an episode's progress. */
    void show(Progress progress) {
        if (out == null || progress.steps() == lastSteps) {
            return;
        }
        lastSteps = progress.steps();
        double reward = Double.isNaN(progress.reward()) ? 0 : progress.reward();
        int filled = (int) Math.round(reward * BAR);
        out.printf(Locale.ROOT, "%sseed %d %5.1f s [%s%s] %.3f best %.3f | %s | inference p50 %.0f p99 %.0f ms | misses %.0f",
                CLEAR, progress.seed(), progress.steps() / 10.0, "#".repeat(filled), ".".repeat(BAR - filled), reward,
                progress.maxReward(), metrics.watchdogState(), metrics.latencyMs("inference", "0.5"),
                metrics.latencyMs("inference", "0.99"), metrics.sum("dpros_deadline_misses_total"));
        out.flush();
    }

    /** Empties the line. */
    void clear() {
        if (out != null) {
            out.print(CLEAR);
            out.flush();
        }
    }

    @Override
    public void close() {
        clear();
    }
}
