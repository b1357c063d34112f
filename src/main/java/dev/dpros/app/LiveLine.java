package dev.dpros.app;

import dev.dpros.app.EpisodeDriver.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/** One line of a terminal, rewritten as an episode goes on. Confined to one thread. */
final class LiveLine implements AutoCloseable {
    private static final int BAR = 24;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter out;
    private int lastSteps = -1;

    /** Writes to {@code out}; null shows nothing. */
    LiveLine(PrintWriter out) {
        this.out = out;
    }

    /** Shows an episode's progress. */
    void show(Progress progress) {
        if (out == null || progress.steps() == lastSteps) {
            return;
        }
        lastSteps = progress.steps();
        double reward = Double.isNaN(progress.reward()) ? 0 : progress.reward();
        int filled = (int) Math.round(reward * BAR);
        out.printf(Locale.ROOT, "%sseed %d  %5.1f s  [%s%s] reward %.3f  best %.3f", CLEAR, progress.seed(),
                progress.steps() / 10.0, "#".repeat(filled), ".".repeat(BAR - filled), reward, progress.maxReward());
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
