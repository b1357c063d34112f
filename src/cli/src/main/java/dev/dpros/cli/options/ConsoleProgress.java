package dev.dpros.cli.options;

import dev.dpros.core.Progress;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on the terminal's error stream. One thread. */
public final class ConsoleProgress implements Progress, AutoCloseable {
    private ProgressBar bar;

    @Override
    public void begin(String what, long total) {
        begin(what, total, 0);
    }

    @Override
    public void begin(String what, long total, long done) {
        close();
        bar = new ProgressBarBuilder().setTaskName(what).setInitialMax(total).startsFrom(done, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(200).build();
    }

    @Override
    public void advance(long by) {
        bar.stepBy(by);
    }

    @Override
    public void note(String text) {
        bar.setExtraMessage(" " + text);
    }

    @Override
    public void end() {
        close();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
