package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A training: what {@code dpros train --config} reads. Unknown keys are errors; docs/training.md explains each.
 *
 * @param policy LeRobot's config.json with features, horizons, network and noise schedule, or a directory that holds one
 * @param backboneWeights of a ResNet as torchvision or R3M publish them, with which the image encoders begin; null to draw them
 * @param initial policies whose tensors and normalizers are taken where names and shapes agree; later ones win
 * @param frozen prefixes of tensors that keep their initial values
 * @param objective what the network learns
 * @param datasets replay buffers or recording directories, all with the same columns
 * @param columns by the policy's feature: the data's column or columns, what of them is used, and how
 * @param pusht data that are PushT's poses and actions
 * @param toolPoses how windows of tool poses are made of the data
 * @param optimizer AdamW, schedule, average
 * @param loader how batches are made
 * @param cache where pictures lie that are too many for memory
 * @param steps optimisation steps
 * @param seed of weights, shuffling and noise
 * @param precision of matrix products: float32 or bfloat16
 * @param threads of libtorch
 * @param validation share of episodes held out
 * @param evaluation rollouts in the simulator
 * @param checkpoint what is kept
 */
public record TrainConfig(Path policy, Path backboneWeights, List<Path> initial, List<String> frozen, Objective objective, List<Path> datasets,
        Map<String, Column> columns, PushT pusht, ToolPoses toolPoses, Optimizer optimizer, Loader loader, Cache cache, long steps, long seed,
        Precision precision, int threads, Validation validation, Evaluation evaluation, Checkpoint checkpoint) {
    private static final String DEFAULTS = "train-defaults.yaml";

    /** Of matrix products; weights and sums are float32. */
    public enum Precision { /** float32. */ FLOAT32, /** Operands in bfloat16. */ BFLOAT16 }

    /** What the network learns. */
    public enum Objective {
        /** To tell the noise (or what prediction_type says) in noisy actions. */ DIFFUSION,
        /** The actions' mean, from the observations alone: the explicit baseline. */ REGRESSION,
        /** The block's keypoints from the picture: the encoder of the only camera. */ POSE
    }

    /**
     * PushT's episodes as poses and actions.
     *
     * @param poses whether the data are these: keypoints follow from them, and pictures that were not recorded
     * @param mirror whether each episode is used a second time, mirrored
     * @param shiftPx standard deviation of a pose estimator's error, px
     * @param turnRad the same of its angle, rad
     */
    public record PushT(boolean poses, boolean mirror, double shiftPx, double turnRad) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public PushT {
            inRange("shift_px", shiftPx, 0, 100);
            inRange("turn_rad", turnRad, 0, 1);
            if (!poses && (mirror || shiftPx > 0 || turnRad > 0)) {
                throw new IllegalArgumentException("poses: expected true with any other key of pusht, found false");
            }
        }
    }

    /**
     * Data of tool poses, for a policy of them.
     *
     * @param downSampleSteps recorded steps from one step of the policy's grid to the next
     * @param latencySteps by key, recorded steps by which its values come late
     * @param actionPadding whether windows may end after their episode
     * @param startNoise standard deviation of what is added to the pose in which an episode began, m and rad
     * @param inputPerturbation more noise, in parts of the noise, in what the network sees than in what it is to tell
     */
    public record ToolPoses(int downSampleSteps, Map<String, Double> latencySteps, boolean actionPadding, double startNoise,
            double inputPerturbation) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public ToolPoses {
            inRange("down_sample_steps", downSampleSteps, 1, 1000);
            latencySteps.forEach((key, steps) -> inRange("latency_steps." + key, steps, -1000, 1000));
            latencySteps = Map.copyOf(latencySteps);
            inRange("start_noise", startNoise, 0, 10);
            inRange("input_perturbation", inputPerturbation, 0, 10);
        }
    }

    /** Where the weight decay acts. */
    public enum OptimizerType { /** Beside the gradient. */ ADAMW, /** As a part of the gradient. */ ADAM }

    /** The learning rate after its warm-up. */
    public enum Schedule { /** Half a cosine, to 0. */ COSINE, /** The same throughout. */ CONSTANT }

    /** What is made of a column's values. */
    public enum Convert {
        /** They stay. */ NONE,
        /** Of each seven values position, axis-angle and gripper become position, two rows of the rotation matrix and gripper. */ ROTATION_6D
    }

    /** How a feature is normalized. */
    public enum Normalize {
        /** Each element's range to -1 to 1; a range below 1e-4 counts as none. */ LIMITS,
        /** The same; a range below 1e-7 counts as none. */ RANGE,
        /** All by the largest magnitude of any. */ MAX_ABS,
        /** Each element's mean to 0, its standard deviation to 1. */ MEAN_STD,
        /** Pictures by the mean and deviation of ImageNet's. */ IMAGENET,
        /** Not at all. */ IDENTITY,
        /** Of an action of one arm or two: positions by their range, the rest not at all. */ POSITIONS
    }

    /**
     * A column of the data, or several, one after the other.
     *
     * @param from its key, or theirs; null for the feature's own
     * @param first first value that is used; null for 0
     * @param convert what is made of the values before; null for none
     * @param normalize null for limits
     */
    public record Column(@JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> from, Integer first,
            Convert convert, Normalize normalize) {
        /** With the defaults of what the file leaves out. */
        public Column {
            from = from == null ? List.of() : List.copyOf(from);
            first = first == null ? 0 : first;
            convert = convert == null ? Convert.NONE : convert;
            normalize = normalize == null ? Normalize.LIMITS : normalize;
        }
    }

    /**
     * AdamW or Adam (factor of the encoder's learning rate; the encoder's own weight decay, or null), its schedule, and the power of the
     * weights' moving average; 0 for no average.
     */
    public record Optimizer(OptimizerType type, double lr, double encoderLrFactor, List<Double> betas, double eps, double weightDecay,
            Double encoderWeightDecay, double clipNorm, Schedule schedule, long warmUpSteps, double emaPower, Ema ema) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Optimizer {
            inRange("lr", lr, 1e-12, 10);
            inRange("encoder_lr_factor", encoderLrFactor, 0, 1000);
            if (type == OptimizerType.ADAM && encoderWeightDecay != null) {
                throw new IllegalArgumentException("encoder_weight_decay: expected null with type adam, which has one weight decay for all, found "
                        + encoderWeightDecay);
            }
            if (betas.size() != 2) {
                throw new IllegalArgumentException("betas: expected two numbers, found " + betas);
            }
            inRange("warm_up_steps", (double) warmUpSteps, 0, 1e9);
            inRange("ema_power", emaPower, 0, 10);
        }
    }

    /**
     * More of the moving average: its decay after n updates is 1 - (1 + (n - updateAfterStep - 1) / invGamma) ^ -power, within
     * bounds. -1 for updateAfterStep counts as LeRobot's trainer does, 0 as diffusion_policy.
     */
    public record Ema(long updateAfterStep, double invGamma, double minValue, double maxValue) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Ema {
            inRange("update_after_step", (double) updateAfterStep, -1, 1e9);
            inRange("inv_gamma", invGamma, 1e-12, 1e12);
            inRange("max_value", maxValue, 0, 1);
            inRange("min_value", minValue, 0, maxValue);
        }
    }

    /**
     * Windows per batch, batches per step, threads that load, whether the loss leaves out what is padded, and by how many steps a window
     * may reach beyond the end of its episode (null: all but one of those that are carried out).
     */
    public record Loader(int batchSize, int microBatches, int threads, boolean maskPadding, Integer padAfter) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Loader {
            inRange("batch_size", batchSize, 1, 65_536);
            inRange("micro_batches", microBatches, 1, 1024);
            inRange("threads", threads, 1, 64);
            inRange("pad_after", padAfter == null ? 0 : padAfter, 0, 100_000);
        }

        /** Steps that a policy's windows may reach beyond their episode. @param actionSteps that are carried out */
        public int padAfter(int actionSteps) {
            return padAfter == null ? actionSteps - 1 : padAfter;
        }
    }

    /**
     * Pictures that take more than {@code memoryGb} lie decoded in a file of at most {@code diskGb} (10^9 bytes each), in {@code folder}, or
     * the training's own if it is null; {@code threads} decode.
     */
    public record Cache(double memoryGb, double diskGb, Path folder, int threads) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Cache {
            inRange("memory_gb", memoryGb, 0, 1e6);
            inRange("disk_gb", diskGb, 0, 1e6);
            inRange("threads", threads, 1, 16);
        }
    }

    /**
     * Share of episodes that is held out, most that are trained on (0: all others), how often the loss of those held out is taken, of how many
     * batches, and how often actions are sampled for a batch of the others (0: never).
     */
    public record Validation(double ratio, int mostTrained, long everySteps, int batches, long sampleEverySteps) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Validation {
            inRange("ratio", ratio, 0, 0.9);
            inRange("most_trained", mostTrained, 0, 1e9);
            inRange("every_steps", (double) everySteps, 1, 1e9);
            inRange("batches", batches, 1, 10_000);
            inRange("sample_every_steps", (double) sampleEverySteps, 0, 1e9);
        }
    }

    /** Simulator (pusht, or none), how often, test seeds, denoising steps, how many of the seeds 0, 1, ... more, rollouts that are drawn. */
    public record Evaluation(Env env, long everySteps, long firstSeed, int episodes, int denoisingSteps, int trainEpisodes, int gifs) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Evaluation {
            inRange("every_steps", (double) everySteps, 1, 1e9);
            inRange("episodes", episodes, 1, 10_000);
            inRange("denoising_steps", denoisingSteps, 1, 1000);
            inRange("train_episodes", trainEpisodes, 0, 10_000);
            inRange("gifs", gifs, 0, 100);
            if (firstSeed < trainEpisodes) {
                throw new IllegalArgumentException("first_seed: expected " + trainEpisodes + " or more (the train episodes are seeds 0 to "
                        + (trainEpisodes - 1) + "), found " + firstSeed);
            }
        }
    }

    /** Simulated tasks. */
    public enum Env { /** No simulator. */ NONE, /** PushT. */ PUSHT }

    /** How often the training is saved (0: at its end alone), and how many of the best policies are kept. */
    public record Checkpoint(long everySteps, int keepBest) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Checkpoint {
            inRange("every_steps", (double) everySteps, 0, 1e9);
            inRange("keep_best", keepBest, 0, 100);
        }
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public TrainConfig {
        if (policy == null || policy.toString().isEmpty()) {
            throw new IllegalArgumentException("policy: expected the path of a config.json, found nothing");
        }
        if (datasets.isEmpty()) {
            throw new IllegalArgumentException("datasets: expected at least one path, found none");
        }
        if (objective == Objective.POSE && !pusht.poses()) {
            throw new IllegalArgumentException("pusht.poses: expected true with objective pose, found false");
        }
        initial = List.copyOf(initial);
        frozen = List.copyOf(frozen);
        datasets = List.copyOf(datasets);
        columns = Map.copyOf(columns);
        inRange("steps", (double) steps, 1, 1 << 24);
        inRange("threads", threads, 1, 64);
    }

    /** A value given on the command line, as the file would have it. @param source what gives it @throws dev.dpros.core.InputException if it is no YAML */
    public static Object value(String source, String text) {
        return YamlTree.value(source, text);
    }

    /** A configuration and the complete tree that it came from, as YAML. */
    public record Result(TrainConfig config, Map<String, Object> inForce) {}

    /**
     * Reads defaults, file and overrides.
     *
     * @param overrides from the command line
     * @throws dev.dpros.core.InputException naming file and line, or option, key, what was expected and found
     */
    public static Result read(Path file, Layer overrides) {
        return read(file, YamlTree.read(file), overrides);
    }

    /**
     * As {@link #read(Path, Layer)}, of settings that the file says in another form.
     *
     * @param settings a tree of this class's keys; {@code policy} becomes the file itself
     */
    public static Result of(Path file, Map<String, Object> settings, Layer overrides) {
        ObjectNode root = new ObjectMapper().valueToTree(settings);
        root.put("policy", file.toAbsolutePath().toString());
        return read(file, new YamlTree(file.toString(), root, Map.of()), overrides);
    }

    private static Result read(Path file, YamlTree settings, Layer overrides) {
        ConfigTree tree = ConfigTree.of(defaults(), List.of(Layer.file(settings), overrides));
        resolvePaths(tree.merged(), file.toAbsolutePath().getParent());
        return new Result(StrictBinder.bind(tree, TrainConfig.class), tree.asMap());
    }

    private static void resolvePaths(ObjectNode root, Path base) {
        if (root.path("policy").isTextual() && !root.get("policy").asText().isEmpty()) {
            root.put("policy", base.resolve(root.get("policy").asText()).normalize().toString());
        }
        if (root.path("backbone_weights").isTextual()) {
            root.put("backbone_weights", base.resolve(root.get("backbone_weights").asText()).normalize().toString());
        }
        if (root.path("cache").path("folder").isTextual()) {
            ObjectNode cache = (ObjectNode) root.get("cache");
            cache.put("folder", base.resolve(cache.get("folder").asText()).normalize().toString());
        }
        for (String key : List.of("datasets", "initial")) {
            if (root.path(key).isArray()) {
                List<String> paths = new java.util.ArrayList<>();
                root.get(key).forEach(path -> paths.add(base.resolve(path.asText()).normalize().toString()));
                root.set(key, new ObjectMapper().valueToTree(paths));
            }
        }
    }

    private static Layer defaults() {
        try (InputStream in = TrainConfig.class.getResourceAsStream(DEFAULTS)) {
            return Layer.defaults(YamlTree.parse(DEFAULTS, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
