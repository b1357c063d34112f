package dev.dpros.training.run;

import dev.dpros.training.frames.FrameCounts;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Speed of each pass over pictures that come from a cache on disk: a line at its end, and a word for the progress between. Passes
 * that a run began within count from there. One thread.
 */
public final class EpochReport {
    private final FrameCounts counts;
    private final long stepsPerEpoch;
    private final LongSupplier nowNs;
    private final Consumer<String> say;
    private FrameCounts.Snapshot epochCounts;
    private long epochNs;
    private long epochStep;
    private FrameCounts.Snapshot wordCounts;
    private long wordNs;

    /**
     * Nothing said yet.
     *
     * @param nowNs monotonic time, ns
     * @param say takes a line
     */
    public EpochReport(FrameCounts counts, long stepsPerEpoch, LongSupplier nowNs, Consumer<String> say) {
        this.counts = counts;
        this.stepsPerEpoch = stepsPerEpoch;
        this.nowNs = nowNs;
        this.say = say;
    }

    /** Before the first step. @param done steps of earlier runs */
    void begin(long done) {
        epochStep = done;
        epochNs = nowNs.getAsLong();
        epochCounts = counts.now();
        wordNs = epochNs;
        wordCounts = epochCounts;
    }

    /** After a step. */
    void step(long step) {
        if (step % stepsPerEpoch != 0) {
            return;
        }
        long now = nowNs.getAsLong();
        double seconds = Math.max(1e-9, (now - epochNs) / 1e9);
        FrameCounts.Snapshot since = counts.now().since(epochCounts);
        say.accept(String.format(Locale.ROOT, "epoch %d: %d steps in %.0f s, %.2f/s; pictures: %d decoded, %.0f/s, %.1f %% of %d from the cache%s",
                step / stepsPerEpoch, step - epochStep, seconds, (step - epochStep) / seconds, since.decoded(), since.decoded() / seconds,
                since.hits(), since.reads(), since.damaged() == 0 ? "" : ", " + since.damaged() + " damaged blocks decoded anew"));
        epochStep = step;
        epochNs = now;
        epochCounts = counts.now();
    }

    /** A word for the progress line. */
    String word() {
        long now = nowNs.getAsLong();
        String word = counts.word(wordCounts, (now - wordNs) / 1e9);
        wordNs = now;
        wordCounts = counts.now();
        return word;
    }
}
