package dev.dpros.training.run;

import dev.dpros.checkpoint.ForeignTraining;
import dev.dpros.config.Layer;
import dev.dpros.config.TrainConfig;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.training.data.EpisodeSplit;
import dev.dpros.training.data.EpisodeWindows;
import dev.dpros.training.data.ToolWindows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A training's configuration from a file of any known kind: this project's own, diffusion_policy's or LeRobot's.
 *
 * @param result the configuration
 * @param ignored keys of the file without effect
 */
public record TrainingSettings(TrainConfig.Result result, List<String> ignored) {
    /**
     * Reads the file.
     *
     * @param overrides from the command line
     * @param open opens a dataset: what counts in passes over the data depends on its size
     * @throws dev.dpros.core.InputException naming file, key, what was expected and found
     */
    public static TrainingSettings read(Path file, Layer overrides, Function<Path, EpisodeDataset> open) {
        if (!Files.isRegularFile(file) || !ForeignTraining.is(file)) {
            return new TrainingSettings(TrainConfig.read(file, overrides), List.of());
        }
        ForeignTraining foreign = ForeignTraining.read(file);
        Map<String, Object> settings = new LinkedHashMap<>(foreign.settings());
        TrainConfig.Result result = TrainConfig.of(file, settings, overrides);
        if (foreign.epochs() != null) {
            long steps = stepsPerEpoch(result.config(), foreign.policy(), open);
            settings.put("steps", foreign.epochs().count() * steps);
            merge(settings, "evaluation", "every_steps", foreign.epochs().rolloutEvery() * steps);
            merge(settings, "checkpoint", "every_steps", foreign.epochs().checkpointEvery() * steps);
            merge(settings, "validation", "every_steps", foreign.epochs().valEvery() * steps);
            merge(settings, "validation", "sample_every_steps", foreign.epochs().sampleEvery() * steps);
            result = TrainConfig.of(file, settings, overrides);
        }
        return new TrainingSettings(result, foreign.ignored());
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> settings, String section, String key, long steps) {
        Map<String, Object> merged = new LinkedHashMap<>((Map<String, Object>) settings.get(section));
        merged.put(key, steps);
        settings.put(section, merged);
    }

    private static long stepsPerEpoch(TrainConfig config, PolicyConfig policy, Function<Path, EpisodeDataset> open) {
        long windows = 0;
        for (Path path : config.datasets()) {
            try (EpisodeDataset dataset = open.apply(path)) {
                int[] ends = new int[dataset.episodes()];
                for (int e = 0; e < ends.length; e++) {
                    try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                        ends[e] = (e == 0 ? 0 : ends[e - 1]) + episode.length();
                    }
                }
                EpisodeSplit split = new EpisodeSplit(ends.length, config.validation().ratio(), config.validation().mostTrained(),
                        config.seed());
                windows += policy.trajectory().poses() != null
                        ? ToolWindows.count(ends, policy, TrainingData.toolOptions(config), split::trained)
                        : new EpisodeWindows(ends, policy.horizon(), policy.nObsSteps() - 1,
                        config.loader().padAfter(policy.nActionSteps()), split::trained).count();
            }
        }
        int batch = config.loader().batchSize();
        long batches = (windows + batch - 1) / batch;
        return Math.max(1, (batches + config.loader().microBatches() - 1) / config.loader().microBatches());
    }
}
