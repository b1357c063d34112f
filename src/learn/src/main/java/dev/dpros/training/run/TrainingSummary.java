package dev.dpros.training.run;

import dev.dpros.config.TrainConfig;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.frames.CachePlan;
import dev.dpros.training.frames.FrameCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a training is about to do, for people. Stateless. */
public final class TrainingSummary {
    /** Weights, two moments, average and gradients. */
    private static final int BLOCKS = 5;

    private TrainingSummary() {}

    /**
     * A line on the data, one on the network and one on the steps.
     *
     * @param parameters of the whole network
     */
    public static List<String> of(TrainConfig config, TrainingData data, PolicyTrainer trainer, long parameters) {
        TrainingState state = trainer.state();
        long trained = state.tensors().stream().mapToLong(tensor -> tensor.count()).sum();
        long windows = (long) config.loader().batchSize() * config.loader().microBatches();
        double epoch = Math.max(1, (double) trainer.batchesPerEpoch() / config.loader().microBatches());
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "data: %s; %s in memory", data.summary(), size(data.bytes())));
        if (data.cache() != null) {
            lines.add(pictures(data.cache(), config.cache().threads()));
        }
        lines.addAll(List.of(
                String.format(Locale.ROOT, "network: %,d parameters%s; %s for weights, gradients, moments and average, besides what a step "
                        + "needs", parameters, trained == parameters ? "" : String.format(Locale.ROOT, ", %,d of them trained", trained),
                        size(trained * Float.BYTES * BLOCKS)),
                String.format(Locale.ROOT, "training: steps %,d to %,d of %,d windows each, %,.0f steps an epoch, %.1f epochs in all",
                        state.steps() + 1, config.steps(), windows, epoch, config.steps() / epoch)));
        return lines;
    }

    private static String pictures(FrameCache cache, int threads) {
        CachePlan plan = cache.plan();
        String stay = plan.whole() ? "all that is trained on stays there" : size(plan.residentBytes()) + " stay there, the rest is decoded "
                + "anew in each epoch, in stretches of " + size(plan.stretchBytes());
        String earlier = !cache.discarded().isEmpty() ? "; the file of an earlier run was given up: " + cache.discarded()
                : cache.counts().claimed() > 0 ? String.format(Locale.ROOT, "; %d of %d blocks are there from an earlier run",
                        cache.counts().claimed(), plan.blocks().count()) : "";
        return String.format(Locale.ROOT, "pictures: %s, decoded by %d threads into %s of %s: %s%s", size(plan.blocks().bytes()), threads,
                cache.path(), size(plan.bytes()), stay, earlier);
    }

    private static String size(long bytes) {
        return bytes < 1_000_000_000 ? String.format(Locale.ROOT, bytes < 10_000_000 ? "%.1f MB" : "%.0f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
