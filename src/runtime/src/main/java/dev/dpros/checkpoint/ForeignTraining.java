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
        return HydraConfig.is(file) ? diffusionPolicy(HydraConfig.read(file)) : LeRobotTraining.read(StrictJson.read(file));
    }

    private static ForeignTraining diffusionPolicy(ConfigNode root) {
        TrainingFields fields = new TrainingFields(root, Set.of("policy", "shape_meta", "task.shape_meta", "task.env_runner.n_test",
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
    private static Map<String, Object> optimizer(TrainingFields fields, PolicyConfig policy) {
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
        ConfigNode target = fields.root().get("optimizer").get("_target_");
        String name = target.isAbsent() ? "AdamW" : DiffusionPolicyConfig.className(target);
        if (name.equals("Adam")) {
            optimizer.put("type", "adam");
        } else if (!name.equals("AdamW")) {
            throw target.wrong("torch.optim.AdamW or torch.optim.Adam");
        }
        if (encoder) {
            optimizer.put("encoder_weight_decay", fields.at("optimizer.obs_encoder_weight_decay").number(1e-6));
        }
        return optimizer;
    }

    /** In a training's settings by the names of diffusers' get_scheduler, of which "constant" has no warm-up. */
    static void schedule(Map<String, Object> optimizer, String name, int warmUpSteps) {
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

    private static ConfigNode dataPath(ConfigNode dataset) {
        return Stream.of("zarr_path", "dataset_dir").map(dataset::get).filter(path -> !path.isAbsent()).findFirst()
                .orElse(dataset.get("dataset_path"));
    }

    static Map<String, Object> tree(Object... keysAndValues) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            tree.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return tree;
    }
}
