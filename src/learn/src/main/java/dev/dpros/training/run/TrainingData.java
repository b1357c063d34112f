package dev.dpros.training.run;

import dev.dpros.config.TrainConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.Progress;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.sim.PushTEnv;
import dev.dpros.training.CachedCoordinates;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMaker;
import dev.dpros.training.data.BatchSource;
import dev.dpros.training.data.DatasetColumns;
import dev.dpros.training.data.EpisodeSplit;
import dev.dpros.training.data.EpisodeWindows;
import dev.dpros.training.data.FittedNormalizers;
import dev.dpros.training.data.Frames;
import dev.dpros.training.data.PrefetchingBatches;
import dev.dpros.training.data.ReplayData;
import dev.dpros.training.data.ToolWindows;
import dev.dpros.training.data.VectorNoise;
import dev.dpros.training.data.WindowBatches;
import dev.dpros.training.data.WindowIndex;
import dev.dpros.training.data.WindowOrder;
import dev.dpros.training.frames.CachedOrder;
import dev.dpros.training.frames.FrameCache;
import dev.dpros.training.pusht.PoseFrames;
import dev.dpros.training.pusht.PoseNoise;
import dev.dpros.training.pusht.PushTPoses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The demonstrations of a training: split by episodes, with their normalizers; in memory, many pictures in a cache on disk. One
 * thread; closes the cache, whose file stays.
 */
public final class TrainingData implements AutoCloseable {
    private static final int AHEAD = 4;
    /** Share of an encoder's frames that are drawn of random poses: with demonstrations alone it overfits. */
    private static final double DRAWN = 0.5;

    private final TrainConfig config;
    private final PolicyConfig policy;
    private final List<PolicyDefinition> earlier;
    private final List<PushTPoses> poses = new ArrayList<>();
    private final List<ReplayData> parts = new ArrayList<>();
    private final List<EpisodeSplit> splits = new ArrayList<>();
    private final List<Recorded> recorded = new ArrayList<>();
    private final Map<String, Normalizer> normalizers;
    private final FrameCache cache;

    /**
     * What a part was made of.
     *
     * @param origins of each window of tool poses, which is an episode of the part, the recorded one; null where they are the same
     * @param rows of the part's rows the recorded ones whose pictures they show
     */
    private record Recorded(int episodes, int frames, int[] origins, IntUnaryOperator rows) {
        /** Which of the part's episodes come from recorded ones. */
        IntPredicate from(IntPredicate chosen) {
            return origins == null ? chosen : window -> chosen.test(origins[window]);
        }
    }

    /**
     * Reads all datasets.
     *
     * @param earlier policies whose normalizers are kept; later ones win
     * @param output folder of the training: the cache's place, if the configuration names none
     * @param open opens a data set, and the same one again as often as asked
     * @throws InputException if a column is missing or does not fit the policy
     */
    public TrainingData(TrainConfig config, PolicyConfig policy, List<PolicyDefinition> earlier, Path output,
            Function<Path, Supplier<EpisodeDataset>> open) {
        this.config = config;
        this.policy = policy;
        this.earlier = earlier;
        boolean tools = policy.trajectory().poses() != null;
        List<ReplayData> read = List.of();
        if (config.pusht().poses()) {
            cache = null;
            for (Path path : config.datasets()) {
                try (EpisodeDataset dataset = open.apply(path).get()) {
                    addPoses(dataset);
                }
            }
        } else {
            int span = tools ? (policy.nObsSteps() - 1) * config.toolPoses().downSampleSteps() + 1 : policy.trainedObsSteps();
            DemonstrationReader reader = new DemonstrationReader(config, policy.cameras(),
                    dataset -> tools ? ToolWindows.columns(policy, dataset) : features(), columns(), span, output);
            reader.read(open);
            cache = reader.cache();
            read = reader.parts();
        }
        try {
            read.forEach(tools ? this::addTools : this::add);
            normalizers = fitted(tools ? toolRules() : Map.of());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Map<String, Normalizer> fitted(Map<String, FittedNormalizers.Rule> usual) {
        Map<String, FittedNormalizers.Rule> rules = new HashMap<>(usual);
        config.columns().forEach((key, column) -> rules.put(key, FittedNormalizers.Rule.valueOf(column.normalize().name())));
        Map<String, Normalizer> found = new HashMap<>(FittedNormalizers.fit(parts, rules));
        earlier.forEach(before -> before.normalizers().forEach((key, normalizer) ->
                found.computeIfPresent(key, (k, fitted) -> fitted.size() == normalizer.size() ? normalizer : fitted)));
        return found;
    }

    private void addPoses(EpisodeDataset dataset) {
        PushTPoses recorded = PushTPoses.read(dataset, policy.vision() != null);
        for (PushTPoses one : config.pusht().mirror() ? List.of(recorded, recorded.mirrored()) : List.of(recorded)) {
            poses.add(one);
            add(one.columns(policy.inputs()));
        }
    }

    private void addTools(ReplayData whole) {
        ToolWindows windows = ToolWindows.of(whole, policy, toolOptions(config));
        add(windows.data(), new Recorded(whole.episodes(), whole.steps(), windows.origins(), windows.pictures()));
    }

    /** How a configuration has windows of tool poses made. */
    static ToolWindows.Options toolOptions(TrainConfig config) {
        TrainConfig.ToolPoses tools = config.toolPoses();
        return new ToolWindows.Options(tools.downSampleSteps(), tools.latencySteps(), tools.actionPadding(), tools.startNoise(), config.seed());
    }

    /** As UMI's data set has it: rotations and pictures as they are, the rest by its range. */
    private Map<String, FittedNormalizers.Rule> toolRules() {
        Map<String, FittedNormalizers.Rule> rules = new HashMap<>();
        policy.inputs().forEach(input -> rules.put(input.key(), input.kind() == FeatureSpec.Kind.VISUAL || input.key().contains("rot_axis_angle")
                ? FittedNormalizers.Rule.IDENTITY : FittedNormalizers.Rule.RANGE));
        rules.put(policy.action().key(), FittedNormalizers.Rule.TOOLS);
        return rules;
    }

    private void add(ReplayData part) {
        add(part, new Recorded(part.episodes(), part.steps(), null, IntUnaryOperator.identity()));
    }

    private void add(ReplayData part, Recorded from) {
        parts.add(part);
        recorded.add(from);
        splits.add(new EpisodeSplit(from.episodes(), config.validation().ratio(),
                config.validation().mostTrained(), config.seed()));
    }

    private List<FeatureSpec> features() {
        List<FeatureSpec> features = new ArrayList<>(policy.inputs());
        features.add(policy.action());
        return features;
    }

    private Map<String, DatasetColumns.Column> columns() {
        List<String> keys = features().stream().map(FeatureSpec::key).toList();
        Map<String, DatasetColumns.Column> columns = new HashMap<>();
        config.columns().forEach((key, column) -> {
            if (!keys.contains(key)) {
                throw new InputException("columns: '" + key + "': the policy has no such feature" + NearestName.hint(key, keys));
            }
            columns.put(key, new DatasetColumns.Column(column.from().isEmpty() ? List.of(key) : column.from(), column.first(),
                    column.convert() == TrainConfig.Convert.ROTATION_6D));
        });
        return columns;
    }

    /** By feature key. */
    public Map<String, Normalizer> normalizers() {
        return normalizers;
    }

    /** Episodes and steps, for people. */
    public String summary() {
        int trained = 0;
        for (int p = 0; p < parts.size(); p++) {
            trained += (int) IntStream.range(0, recorded.get(p).episodes()).filter(splits.get(p)::trained).count();
        }
        int episodes = recorded.stream().mapToInt(Recorded::episodes).sum();
        return episodes + " episodes, " + recorded.stream().mapToInt(Recorded::frames).sum() + " frames; " + trained + " episodes are trained on, "
                + (episodes - trained) + " held out";
    }

    /** The cache of the pictures; null if they are in memory. */
    public FrameCache cache() {
        return cache;
    }

    /** Memory that the data take: vectors as floats, recorded pictures as bytes. */
    public long bytes() {
        long bytes = 0;
        for (int p = 0; p < parts.size(); p++) {
            ReplayData part = parts.get(p);
            for (float[] vector : part.vectors().values()) {
                bytes += (long) vector.length * Float.BYTES;
            }
            for (FeatureSpec feature : part.features()) {
                boolean elsewhere = config.pusht().poses() || cache != null;
                bytes += feature.kind() == FeatureSpec.Kind.VISUAL && !elsewhere ? (long) recorded.get(p).frames() * Frames.bytes(feature) : 0;
            }
        }
        return bytes;
    }

    /** Puts what a frozen encoder makes of the pictures in their place. @param progress is told of the pictures */
    public void cacheCoordinates(PolicyDefinition initial, Progress progress) {
        progress.begin("pictures encoded", parts.stream().mapToLong(ReplayData::steps).sum());
        parts.replaceAll(part -> CachedCoordinates.of(part, initial, config.threads(), progress));
        progress.end();
        policy.cameras().forEach(camera -> normalizers.remove(camera.key()));
    }

    /** The first training batch as it was recorded, neither normalised nor cropped; what was cached of pictures is no picture. */
    public Batch recorded() {
        return windows(true, policy.nObsSteps(), Map.of(), null, null).make(0);
    }

    /** Shuffled windows, or frames, of the episodes that are trained on, loaded ahead of time. */
    public BatchSource training() {
        return new PrefetchingBatches(batches(true), config.loader().threads(), AHEAD);
    }

    /** The first batches of held-out windows, or frames; none if nothing is held out. */
    public List<Batch> heldOut() {
        List<Batch> held = new ArrayList<>();
        if (config.validation().ratio() > 0 && anyHeldOut()) {
            BatchMaker maker = batches(false);
            long count = Math.min(config.validation().batches(), maker.batchesPerEpoch());
            for (int i = 0; i < count; i++) {
                held.add(maker.make(i));
            }
        }
        return held;
    }

    /** A single episode is trained on, whatever the ratio. */
    private boolean anyHeldOut() {
        return IntStream.range(0, parts.size()).anyMatch(p -> IntStream.range(0, recorded.get(p).episodes()).anyMatch(splits.get(p)::validates));
    }

    private VectorNoise noise() {
        TrainConfig.PushT pusht = config.pusht();
        return pusht.shiftPx() > 0 || pusht.turnRad() > 0 ? new PoseNoise(pusht.shiftPx(), pusht.turnRad()) : null;
    }

    private BatchMaker batches(boolean train) {
        return config.objective() == TrainConfig.Objective.POSE ? frames(train)
                : windows(train, policy.trainedObsSteps(), normalizers, crop(), noise());
    }

    /** What is cut out of pictures; a network that resizes them does that itself. */
    private List<Integer> crop() {
        return policy.vision() == null || policy.vision().resizeShape() != null ? null : policy.vision().cropShape();
    }

    private PoseFrames frames(boolean train) {
        List<PushTPoses> chosen = new ArrayList<>();
        for (int p = 0; p < poses.size(); p++) {
            EpisodeSplit split = splits.get(p);
            chosen.add(poses.get(p).only(train ? split::trained : split::validates));
        }
        return new PoseFrames(chosen, labels(), policy.cameras().get(0).key(), config.loader().batchSize(), config.seed(),
                train ? DRAWN : 0);
    }

    /** The normalizer of the keypoints: an earlier policy's that takes them, so that it can take the encoder's features. */
    private Normalizer labels() {
        for (PolicyDefinition before : earlier) {
            for (FeatureSpec input : before.config().inputs()) {
                if (input.kind() == FeatureSpec.Kind.ENV && input.size() == 2 * PushTEnv.KEYPOINTS) {
                    return before.normalizers().get(input.key());
                }
            }
        }
        FeatureSpec keypoints = FeatureSpec.of("observation.environment_state", FeatureSpec.Kind.ENV, 2 * PushTEnv.KEYPOINTS);
        return FittedNormalizers.fit(poses.stream().map(one -> one.columns(List.of(keypoints))).toList()).get(keypoints.key());
    }

    private WindowBatches windows(boolean train, int obsSteps, Map<String, Normalizer> normalised, List<Integer> crop,
            VectorNoise noise) {
        List<WindowBatches.Part> windows = new ArrayList<>();
        for (int p = 0; p < parts.size(); p++) {
            EpisodeSplit split = splits.get(p);
            boolean whole = recorded.get(p).origins() == null; // a window of tool poses is an episode of its own
            EpisodeWindows of = new EpisodeWindows(parts.get(p).ends(), policy.horizon(), whole ? policy.nObsSteps() - 1 : 0,
                    whole ? config.loader().padAfter(policy.nActionSteps()) : 0, recorded.get(p).from(train ? split::trained : split::validates));
            windows.add(new WindowBatches.Part(parts.get(p), of, 1));
        }
        boolean cached = train && cache != null && !parts.get(0).frames().isEmpty();
        WindowOrder order = !cached ? null : new CachedOrder(new WindowIndex(windows, recorded.stream().map(Recorded::rows).toList()), cache,
                policy.trainedObsSteps(), config.seed());
        try {
            return new WindowBatches(windows, normalised, new WindowBatches.Options(obsSteps, policy.horizon(),
                    config.loader().batchSize(), config.seed(), train, crop, noise), order);
        } catch (IllegalArgumentException e) {
            throw new InputException((train ? "datasets: " : "validation: ") + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
    }
}
