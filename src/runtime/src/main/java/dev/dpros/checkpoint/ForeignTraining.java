package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.PolicyConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The training configuration of another program: diffusion_policy's (hybrid image, image and low-dim workspaces) or
 * LeRobot's train_config.json. Immutable.
 *
 * @param policy the architecture; PushT's features get LeRobot's names
 * @param settings as a tree with the keys of this project's own training configuration
 * @param epochs what the file counts in passes over the data, or null
 * @param ignored keys without effect here
 */
public record ForeignTraining(PolicyConfig policy, Map<String, Object> settings, Epochs epochs, List<String> ignored) {
    private static final String TRAIN_CONFIG = "train_config.json";
    private static final String IMAGE = "observation.image";
    private static final String STATE = "observation.state";
    private static final String KEYPOINTS = "observation.environment_state";
    private static final int KEYPOINT_VALUES = 18;
    private static final int AGENT_VALUES = 2;

    /** Passes in all, and between two rollouts, saved states, validations and samplings of actions. */
    public record Epochs(long count, long rolloutEvery, long checkpointEvery, long valEvery, long sampleEvery) {}

    /**
     * The configuration that a run left in its folder: LeRobot's train_config.json beside its newest policy, or diffusion_policy's
     * {@code .hydra/config.yaml}; what was given, if it is no folder or holds neither.
     */
    public static Path within(Path given) {
        if (!Files.isDirectory(given)) {
            return given;
        }
        Path inner = PolicyLocation.of(given).path();
        return Stream.of(given.resolve(TRAIN_CONFIG), inner.resolve(TRAIN_CONFIG), given.resolve(".hydra/config.yaml"))
                .filter(Files::isRegularFile).findFirst().orElse(given);
    }

    /** Whether a file is one of these. @throws dev.dpros.core.InputException if it cannot be read */
    public static boolean is(Path file) {
        return HydraConfig.is(file) || isLeRobot(file);
    }

    private static boolean isLeRobot(Path file) {
        return file.getFileName().toString().endsWith(".json") && StrictJson.read(file).get("policy").json().isObject();
    }

    /** Reads it. @throws dev.dpros.core.InputException naming file and field if it cannot be followed */
    public static ForeignTraining read(Path file) {
        return HydraConfig.is(file) ? diffusionPolicy(HydraConfig.read(file)) : leRobot(StrictJson.read(file));
    }

    private static ForeignTraining diffusionPolicy(ConfigNode root) {
        Fields fields = new Fields(root, Set.of("policy", "shape_meta", "task.shape_meta", "task.env_runner.n_test",
                "task.env_runner.test_start_seed", "task.env_runner.n_train", "task.env_runner.n_test_vis", "task.dataset", "name", "horizon", "n_obs_steps",
                "n_action_steps",
                "n_latency_steps", "obs_as_global_cond", "optimizer._target_", "ema._target_", "_target_", "defaults", "task.name",
                "obs_dim", "action_dim", "keypoint_dim", "task.obs_dim", "task.action_dim", "task.keypoint_dim", "task.image_shape",
                "task_name", "dataset_obs_steps", "obs_as_local_cond", "obs_as_cond", "pred_action_steps_only", "past_action_visible",
                "task.pose_repr", "task.dataset_path", "task.camera_obs_latency", "task.robot_obs_latency", "task.gripper_obs_latency",
                "task.dataset_frequeny", "task.obs_down_sample_steps", "task.low_dim_obs_horizon", "task.img_obs_horizon",
                "task.action_horizon", "task.ignore_proprioception"));
        Map<String, Object> settings = new LinkedHashMap<>();
        ConfigNode dataset = root.get("task").get("dataset");
        String data = DiffusionPolicyConfig.className(dataset.get("_target_"));
        PolicyConfig policy = DiffusionPolicyConfig.read(root, name -> null);
        if (data.startsWith("PushT")) {
            policy = renamed(policy, settings);
        } else if (data.startsWith("RobomimicReplay")) {
            settings.put("columns", RobomimicColumns.of(dataset, policy));
        }
        if (UmiPolicy.is(root)) {
            UmiTraining.put(root, settings);
        }
        if (fields.at("training.freeze_encoder").bool(false) && policy.vision() != null) {
            settings.put("frozen", List.of("rgb_encoder."));
        }
        settings.put("datasets", List.of(dataPath(dataset).text()));
        Map<String, Object> optimizer = optimizer(fields, policy);
        if (UmiPolicy.is(root) && root.get("policy").get("obs_encoder").get("pretrained").bool(false)) {
            optimizer.put("encoder_lr_factor", UmiTraining.PRETRAINED_RATE);
        }
        settings.put("optimizer", optimizer);
        HubPaths.backbone(root.get("policy").get("obs_encoder").get("rgb_model").get("name").text(""),
                root.get("policy").get("obs_encoder").get("rgb_model").get("weights"), settings);
        Map<String, Object> loader = tree("batch_size", fields.at("dataloader.batch_size").integer(),
                "micro_batches", fields.at("training.gradient_accumulate_every").integer(1));
        ConfigNode after = dataset.get("pad_after");
        if (after.json().isNumber() && after.integer() != policy.nActionSteps() - 1) {
            loader.put("pad_after", after.integer());
        }
        settings.put("loader", loader);
        settings.put("seed", fields.at("training.seed").integer(42));
        settings.put("validation", tree("ratio", dataset.get("val_ratio").number(0),
                "most_trained", dataset.get("max_train_episodes").integer(0)));
        settings.put("evaluation", tree("env", data.startsWith("PushT") ? "pusht" : "none",
                "first_seed", root.get("task").get("env_runner").get("test_start_seed").integer(100_000),
                "episodes", root.get("task").get("env_runner").get("n_test").integer(50),
                "train_episodes", root.get("task").get("env_runner").get("n_train").integer(6),
                "gifs", root.get("task").get("env_runner").get("n_test_vis").integer(4),
                "denoising_steps", Math.min(16, policy.scheduler().inferenceSteps())));
        settings.put("checkpoint", tree("keep_best", fields.at("checkpoint.topk.k").integer(1)));
        Epochs epochs = new Epochs(fields.at("training.num_epochs").integer(), fields.at("training.rollout_every").integer(50),
                fields.at("training.checkpoint_every").integer(50), fields.at("training.val_every").integer(1),
                fields.at("training.sample_every").integer(5));
        return new ForeignTraining(policy, settings, epochs, fields.unread());
    }

    /** A transformer's has names and defaults of its own (get_optimizer). */
    private static Map<String, Object> optimizer(Fields fields, PolicyConfig policy) {
        boolean transformer = policy.transformer() != null;
        boolean encoder = transformer && policy.vision() != null;
        List<ConfigNode> betas = fields.at("optimizer.betas").items();
        Map<String, Object> optimizer = tree("lr", fields.at(transformer ? "optimizer.learning_rate" : "optimizer.lr").number(1e-4),
                "betas", List.of(betas.get(0).number(), betas.get(1).number()), "eps", fields.at("optimizer.eps").number(1e-8),
                "weight_decay", fields.at(encoder ? "optimizer.transformer_weight_decay" : "optimizer.weight_decay")
                        .number(transformer ? 1e-3 : 1e-6),
                "ema_power", fields.at("training.use_ema").bool(policy.energy() == null) ? fields.at("ema.power").number(0.75) : 0);
        schedule(optimizer, fields.at("training.lr_scheduler").text("constant"), fields.at("training.lr_warmup_steps").integer(0));
        Map<String, Object> ema = new LinkedHashMap<>();
        averaging(ema, "update_after_step", fields.at("ema.update_after_step"), 0);
        averaging(ema, "inv_gamma", fields.at("ema.inv_gamma"), 1);
        averaging(ema, "min_value", fields.at("ema.min_value"), 0);
        averaging(ema, "max_value", fields.at("ema.max_value"), 0.9999);
        if (!ema.isEmpty()) {
            optimizer.put("ema", ema);
        }
        if (encoder) {
            optimizer.put("encoder_weight_decay", fields.at("optimizer.obs_encoder_weight_decay").number(1e-6));
        }
        return optimizer;
    }

    /** In a training's settings by the names of diffusers' get_scheduler, of which "constant" has no warm-up. */
    private static void schedule(Map<String, Object> optimizer, String name, int warmUpSteps) {
        boolean constant = name.equals("constant_with_warmup");
        optimizer.put("schedule", constant ? "constant" : name);
        optimizer.put("warm_up_steps", name.equals("constant") ? 0 : warmUpSteps);
    }

    private static void averaging(Map<String, Object> ema, String key, ConfigNode node, double usual) {
        if (node.number(usual) != usual) {
            ema.put(key, node.number());
        }
    }

    /** The same network by LeRobot's names, and where the data have its features. */
    private static PolicyConfig renamed(PolicyConfig policy, Map<String, Object> settings) {
        List<FeatureSpec> inputs = new ArrayList<>();
        Map<String, Object> columns = new LinkedHashMap<>();
        for (FeatureSpec input : policy.inputs()) {
            if (input.kind() == Kind.VISUAL) {
                inputs.add(new FeatureSpec(IMAGE, Kind.VISUAL, input.shape()));
                columns.put(IMAGE, tree("from", "image", "first", 0));
                continue;
            }
            if (input.size() == KEYPOINT_VALUES + AGENT_VALUES) {
                inputs.add(FeatureSpec.of(KEYPOINTS, Kind.ENV, KEYPOINT_VALUES));
                columns.put(KEYPOINTS, tree("from", "keypoint", "first", 0));
            }
            inputs.add(FeatureSpec.of(STATE, Kind.STATE, AGENT_VALUES));
            columns.put(STATE, tree("from", "state", "first", 0));
        }
        settings.put("columns", columns);
        return policy.with(inputs, policy.vision());
    }

    private static ForeignTraining leRobot(ConfigNode root) {
        Fields fields = new Fields(root, Set.of("policy"));
        PolicyConfig policy = LeRobotConfig.read(root.get("policy"));
        Map<String, Object> settings = new LinkedHashMap<>();
        ConfigNode data = fields.at("dataset.root");
        settings.put("datasets", List.of(data.isAbsent() ? HubPaths.dataset(fields.at("dataset.repo_id")) : data.text()));
        boolean preset = fields.at("use_policy_training_preset").bool(true);
        ConfigNode p = root.get("policy");
        ConfigNode o = root.get("optimizer");
        boolean own = preset || o.isAbsent();
        List<ConfigNode> betas = (own ? p.get("optimizer_betas") : fields.at("optimizer.betas")).items();
        if (policy.vision() != null) {
            HubPaths.backbone(p.get("vision_backbone").text("resnet18"), p.get("pretrained_backbone_weights"), settings);
        }
        Map<String, Object> optimizer = tree("type", own ? "adam" : type(fields.at("optimizer.type")),
                "lr", (own ? p.get("optimizer_lr") : fields.at("optimizer.lr")).number(1e-4),
                "betas", List.of(betas.get(0).number(), betas.get(1).number()),
                "eps", (own ? p.get("optimizer_eps") : fields.at("optimizer.eps")).number(1e-8),
                "weight_decay", (own ? p.get("optimizer_weight_decay") : fields.at("optimizer.weight_decay")).number(1e-6),
                "clip_norm", own ? 10.0 : fields.at("optimizer.grad_clip_norm").number(10), "ema_power", 0);
        boolean dit = MultiTaskDit.is(p);
        double rate = own && dit ? p.get("vision_encoder_lr_multiplier").number(0.1) : 1;
        if (rate != 1) {
            optimizer.put("encoder_lr_factor", rate);
        }
        if (own || root.get("scheduler").isAbsent()) {
            schedule(optimizer, p.get("scheduler_name").text("cosine"), p.get("scheduler_warmup_steps").integer(dit ? 0 : 500));
        } else {
            fields.at("scheduler.type").choice(Map.of("diffuser", true), true);
            schedule(optimizer, fields.at("scheduler.name").text("cosine"), fields.at("scheduler.num_warmup_steps").integer(0));
        }
        average(fields, optimizer);
        settings.put("optimizer", optimizer);
        settings.put("loader", loader(fields, p, policy));
        Map<String, Object> columns = new LinkedHashMap<>();
        policy.inputs().forEach(input -> normalized(columns, input, fields, p));
        normalized(columns, policy.action(), fields, p);
        if (!columns.isEmpty()) {
            settings.put("columns", columns);
        }
        settings.put("steps", fields.at("steps").integer(100_000));
        settings.put("seed", fields.at("seed").integer(1000));
        settings.put("validation", tree("ratio", fields.at("dataset.eval_split").number(0)));
        int evaluateEvery = fields.at("env_eval_freq").integer(fields.at("eval_freq").integer(20_000));
        boolean pusht = fields.at("env.type").text("none").equals("pusht") && evaluateEvery > 0;
        settings.put("evaluation", tree("env", pusht ? "pusht" : "none", "every_steps", Math.max(1, evaluateEvery),
                "episodes", fields.at("eval.n_episodes").integer(50), "train_episodes", 0,
                "denoising_steps", policy.scheduler().inferenceSteps()));
        boolean saves = fields.at("save_checkpoint").bool(true);
        settings.put("checkpoint", tree("every_steps", saves ? Math.max(0, fields.at("save_freq").integer(20_000)) : 0, "keep_best", 1));
        return new ForeignTraining(policy, settings, null, fields.unread());
    }

    /** What LeRobot's normalization_mapping says of a feature, where that is not a training's usual way; types it leaves out stay as they are. */
    private static void normalized(Map<String, Object> columns, FeatureSpec feature, Fields fields, ConfigNode p) {
        ConfigNode mapping = p.get("normalization_mapping");
        boolean visual = feature.kind() == Kind.VISUAL;
        String usual = visual ? "MEAN_STD" : feature.kind() == Kind.ENV ? "IDENTITY" : "MIN_MAX";
        ConfigNode mode = mapping.get(feature.kind().name());
        String name = mode.text(mapping.isAbsent() ? usual : "IDENTITY");
        boolean imagenet = visual && name.equals("MEAN_STD") && fields.root.get("dataset").get("use_imagenet_stats").bool(true);
        switch (name) {
            case "MIN_MAX" -> { }
            case "IDENTITY" -> columns.put(feature.key(), tree("normalize", "identity"));
            case "MEAN_STD" -> {
                if (imagenet) {
                    fields.at("dataset.use_imagenet_stats");
                    columns.put(feature.key(), tree("normalize", "imagenet"));
                } else if (!visual) {
                    columns.put(feature.key(), tree("normalize", "mean_std"));
                }
            }
            default -> throw mode.wrong("MIN_MAX, MEAN_STD or IDENTITY");
        }
    }

    /** The frames that LeRobot drops say how far windows reach beyond an episode; its default of 7 is for chunks of 8 out of 16. */
    private static Map<String, Object> loader(Fields fields, ConfigNode p, PolicyConfig policy) {
        boolean dit = MultiTaskDit.is(p);
        Map<String, Object> loader = tree("batch_size", fields.at("batch_size").integer(8),
                "mask_padding", p.get("do_mask_loss_for_padding").bool(false));
        ConfigNode random = p.get(dit ? "image_crop_is_random" : "crop_is_random");
        if (policy.vision() != null && policy.vision().cropShape() != null && !random.bool(true)) {
            throw random.wrong("true: pictures are cropped at random in training");
        }
        int most = policy.horizon() - policy.nObsSteps();
        ConfigNode dropped = p.get("drop_n_last_frames");
        int drop = dropped.integer(dit ? most - policy.nActionSteps() + 1 : 7);
        if (drop < 0 || drop > most) {
            throw dropped.wrong("0 to " + most + " = horizon - n_obs_steps");
        }
        if (most - drop != policy.nActionSteps() - 1) {
            loader.put("pad_after", most - drop);
        }
        return loader;
    }

    /** LeRobot's Adam has the weight decay in the gradient, its AdamW beside it. */
    private static String type(ConfigNode type) {
        return type.choice(Map.of("adam", "adam", "adamw", "adamw"), "adam");
    }

    /** EMAModel of the library diffusers, which counts an update earlier than diffusion_policy's; off unless enabled. */
    private static void average(Fields fields, Map<String, Object> optimizer) {
        if (!fields.at("ema").get("enable").bool(false)) {
            return;
        }
        ConfigNode ema = fields.at("ema");
        ConfigNode constant = ema.get("decay");
        optimizer.put("ema_power", ema.get("power").number(0.75));
        optimizer.put("ema", tree("update_after_step", ema.get("update_after_step").integer(0) - 1,
                "inv_gamma", ema.get("inv_gamma").number(1),
                "min_value", constant.number(ema.get("min_decay").number(0)),
                "max_value", constant.number(ema.get("max_decay").number(0.9999))));
    }

    private static ConfigNode dataPath(ConfigNode dataset) {
        return Stream.of("zarr_path", "dataset_dir").map(dataset::get).filter(path -> !path.isAbsent()).findFirst()
                .orElse(dataset.get("dataset_path"));
    }

    private static Map<String, Object> tree(Object... keysAndValues) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            tree.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return tree;
    }

    /** Remembers what was read, to tell what was not. */
    private static final class Fields {
        private final ConfigNode root;
        private final Set<String> read;

        Fields(ConfigNode root, Set<String> otherwise) {
            this.root = root;
            read = new TreeSet<>(otherwise);
        }

        ConfigNode at(String path) {
            read.add(path);
            ConfigNode node = root;
            for (String name : path.split("\\.")) {
                node = node.get(name);
            }
            return node;
        }

        /** Keys that were not read, no deeper than two names; a group none of whose keys was read stands for all of them. */
        List<String> unread() {
            List<String> unread = new ArrayList<>();
            root.fields().forEach((name, node) -> add(unread, name, node));
            return unread;
        }

        private void add(List<String> unread, String path, ConfigNode node) {
            if (read.contains(path) || node.isAbsent()) {
                return;
            }
            boolean within = read.stream().anyMatch(other -> other.startsWith(path + "."));
            if (within && node.json().isObject()) {
                node.fields().forEach((name, child) -> add(unread, path + "." + name, child));
            } else {
                unread.add(path);
            }
        }
    }
}
