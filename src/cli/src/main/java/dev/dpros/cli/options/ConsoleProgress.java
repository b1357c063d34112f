package dev.dpros.cli.options;

import dev.dpros.core.Progress;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How far a piece of work is, on the error stream: a bar on a terminal, else a line every ten seconds, and nothing for a command that
 * was told to be quiet. One thread.
 */
public final class ConsoleProgress implements Progress, AutoCloseable {
    /** For a terminal, whose line may be rewritten. */
    static final long BAR = -1;
    private static final long LINE_EVERY_NS = 10_000_000_000L;
    private static final int UPDATE_MS = 200;

    private final PrintWriter err;
    private final boolean quiet;
    private final long lineEveryNs;
    private ProgressBar bar;
    private String what;
    private long total;
    private long done;
    private String note = "";
    private long nextLineNs;
    private long begunNs;
    private long begunAt;

    /** @param spec of the command that works */
    public ConsoleProgress(CommandSpec spec) {
        this(spec.commandLine().getErr(), Verbosity.quiet(spec), Terminals.errors() ? BAR : LINE_EVERY_NS);
    }

    /** @param lineEveryNs how often to write a line; {@link #BAR} to rewrite one instead */
    ConsoleProgress(PrintWriter err, boolean quiet, long lineEveryNs) {
        this.err = err;
        this.quiet = quiet;
        this.lineEveryNs = lineEveryNs;
    }

    @Override
    public void begin(String name, long most) {
        begin(name, most, 0);
    }

    @Override
    public void begin(String name, long most, long before) {
        close();
        done = before;
        if (quiet) {
            return;
        }
        what = name;
        total = most;
        note = "";
        begunNs = System.nanoTime();
        begunAt = before;
        nextLineNs = begunNs + lineEveryNs;
        if (lineEveryNs == BAR) {
            bar = new ProgressBarBuilder().setTaskName(name).setInitialMax(most).startsFrom(before, Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(UPDATE_MS)
                    .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT))).build();
        }
    }

    @Override
    public void advance(long by) {
        done += by;
        if (bar != null) {
            bar.stepBy(by);
        } else if (what != null && System.nanoTime() - nextLineNs >= 0) {
            nextLineNs = System.nanoTime() + lineEveryNs;
            err.println(line(System.nanoTime()));
            err.flush();
        }
    }

    /** How much is done, how fast, and how long the rest takes at that speed. */
    private String line(long nowNs) {
        double perSecond = (done - begunAt) / Math.max(1e-9, (nowNs - begunNs) / 1e9);
        long leftS = perSecond > 0 ? Math.round((total - done) / perSecond) : 0;
        return String.format(Locale.ROOT, "dpros: %s: %d of %d, %.1f/s, %d:%02d:%02d left%s", what, done, total, perSecond, leftS / 3600,
                leftS / 60 % 60, leftS % 60, note.isEmpty() ? "" : ", " + note);
    }

    /** So much of it is done in all. */
    public void reach(long now) {
        advance(now - done);
    }

    @Override
    public void note(String text) {
        note = text;
        if (bar != null) {
            bar.setExtraMessage(" " + text);
        }
    }

    @Override
    public void end() {
        close();
    }

    @Override
    public void close() {
        what = null;
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
