package dev.dpros.app.train;

import dev.dpros.config.TrainConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.recording.dataset.EpisodeDataset;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchSource;
import dev.dpros.training.data.DatasetColumns;
import dev.dpros.training.data.EpisodeSplit;
import dev.dpros.training.data.EpisodeWindows;
import dev.dpros.training.data.FittedNormalizers;
import dev.dpros.training.data.PrefetchingBatches;
import dev.dpros.training.data.ReplayData;
import dev.dpros.training.data.WindowBatches;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The demonstrations of a training: in memory, split by episodes, with their normalizers. One thread. */
public final class TrainingData {
    private static final int AHEAD = 4;

    private final TrainConfig config;
    private final PolicyConfig policy;
    private final List<ReplayData> parts = new ArrayList<>();
    private final List<EpisodeSplit> splits = new ArrayList<>();
    private final Map<String, Normalizer> normalizers;

    /**
     * Reads all datasets.
     *
     * @param open opens one
     * @throws InputException if a column is missing or does not fit the policy
     */
    public TrainingData(TrainConfig config, PolicyConfig policy, Function<Path, EpisodeDataset> open) {
        this.config = config;
        this.policy = policy;
        List<FeatureSpec> features = new ArrayList<>(policy.inputs());
        features.add(policy.action());
        Map<String, DatasetColumns.Column> columns = new HashMap<>();
        config.columns().forEach((key, column) -> {
            if (features.stream().noneMatch(feature -> feature.key().equals(key))) {
                throw new InputException("columns: '" + key + "': the policy has no such feature"
                        + dev.dpros.core.NearestName.hint(key, features.stream().map(FeatureSpec::key).toList()));
            }
            columns.put(key, new DatasetColumns.Column(column.from(), column.first()));
        });
        for (Path path : config.datasets()) {
            try (EpisodeDataset dataset = open.apply(path)) {
                ReplayData part = DatasetColumns.read(dataset, features, columns);
                parts.add(part);
                splits.add(new EpisodeSplit(part.episodes(), config.validation().ratio(), 0, config.seed()));
            }
        }
        normalizers = FittedNormalizers.fit(parts);
    }

    /** By feature key. */
    public Map<String, Normalizer> normalizers() {
        return normalizers;
    }

    /** Episodes and steps, for people. */
    public String summary() {
        return parts.stream().mapToInt(ReplayData::episodes).sum() + " episodes, "
                + parts.stream().mapToInt(ReplayData::steps).sum() + " steps";
    }

    /** Shuffled windows of the episodes that are trained on, loaded ahead of time. */
    public BatchSource training() {
        return new PrefetchingBatches(batches(true), config.loader().threads(), AHEAD);
    }

    /** The first batches of held-out windows; none if nothing is held out. */
    public List<Batch> heldOut() {
        List<Batch> held = new ArrayList<>();
        if (config.validation().ratio() > 0) {
            WindowBatches maker = batches(false);
            long count = Math.min(config.validation().batches(), maker.batchesPerEpoch());
            for (int i = 0; i < count; i++) {
                held.add(maker.make(i));
            }
        }
        return held;
    }

    private WindowBatches batches(boolean train) {
        List<WindowBatches.Part> windows = new ArrayList<>();
        for (int p = 0; p < parts.size(); p++) {
            EpisodeSplit split = splits.get(p);
            EpisodeWindows of = new EpisodeWindows(parts.get(p).ends(), policy.horizon(), policy.nObsSteps() - 1,
                    policy.nActionSteps() - 1, train ? split::trained : split::validates);
            windows.add(new WindowBatches.Part(parts.get(p), of, 1));
        }
        List<Integer> crop = policy.vision() == null ? null : policy.vision().cropShape();
        try {
            return new WindowBatches(windows, normalizers, new WindowBatches.Options(policy.nObsSteps(), policy.horizon(),
                    config.loader().batchSize(), config.seed(), train, crop, null));
        } catch (IllegalArgumentException e) {
            throw new InputException((train ? "datasets: " : "validation: ") + e.getMessage(), e);
        }
    }
}
