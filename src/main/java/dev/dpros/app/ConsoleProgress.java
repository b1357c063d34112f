package dev.dpros.app;

import dev.dpros.recording.dataset.ExportProgress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on the terminal's error stream. One thread. */
final class ConsoleProgress implements ExportProgress, AutoCloseable {
    private ProgressBar bar;

    @Override
    public void begin(String what, long total) {
        close();
        bar = new ProgressBarBuilder().setTaskName(what).setInitialMax(total).setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200).build();
    }

    @Override
    public void advance(long by) {
        bar.stepBy(by);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
