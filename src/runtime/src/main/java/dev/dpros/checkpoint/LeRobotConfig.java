package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.ToolPoses;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LeRobot's config.json of a diffusion policy (configuration_diffusion.py, whose defaults hold for absent fields; or
 * {@link MultiTaskDit}) as a {@link PolicyConfig}. Fields of this project's own: {@code vision_backbone: conv}, {@code vision_pool},
 * {@code imagenet_norm}, {@code conditioning_order}, {@code transformer}, {@code ibc}, {@code trajectory}, and the scheduler's
 * {@code variance_type}, {@code set_alpha_to_one}, {@code steps_offset}, {@code eta}. Stateless.
 */
final class LeRobotConfig {
    private static final int MOST_STEPS = 100_000;
    private static final int MOST_FEATURES = 64;
    private static final int LARGEST_SIZE = 1 << 16;
    private static final int LARGEST_FEATURE = 1 << 27;
    private static final List<String> TYPES = List.of("diffusion", MultiTaskDit.TYPE);
    private static final String STATE_KEY = "observation.state";

    static final Map<String, VisionConfig.Pool> POOLS = Map.of(
            "spatial_softmax", VisionConfig.Pool.SPATIAL_SOFTMAX, "average", VisionConfig.Pool.AVERAGE);
    static final Map<String, VisionConfig.Backbone> BACKBONES = Names.ordered(
            "resnet18", VisionConfig.Backbone.RESNET18, "resnet34", VisionConfig.Backbone.RESNET34,
            "resnet50", VisionConfig.Backbone.RESNET50,
            "conv", VisionConfig.Backbone.CONV);
    private static final Map<String, FeatureSpec.Kind> KINDS = Names.ordered("STATE", FeatureSpec.Kind.STATE,
            "VISUAL", FeatureSpec.Kind.VISUAL, "ENV", FeatureSpec.Kind.ENV, "ACTION", FeatureSpec.Kind.ACTION);

    private LeRobotConfig() {}

    /** @throws InputException naming file and field if it is not a diffusion policy that this project can run */
    static PolicyConfig read(ConfigNode config) {
        requireDiffusion(config);
        List<FeatureSpec> inputs = inputs(config);
        FeatureSpec action = action(config);
        boolean visual = inputs.stream().anyMatch(f -> f.kind() == FeatureSpec.Kind.VISUAL);
        try {
            if (MultiTaskDit.is(config)) {
                return MultiTaskDit.read(config, inputs, action);
            }
            PolicyConfig policy = new PolicyConfig(
                    config.get("n_obs_steps").integer(2),
                    config.get("horizon").integer(64),
                    config.get("n_action_steps").integer(32),
                    inputs, action, denoiser(config), visual ? vision(config, inputs) : null,
                    OwnFields.energy(config) != null ? OwnFields.search(config) : scheduler(config),
                    OwnFields.trajectory(config));
            if (policy.trajectory().poses() != null) {
                new ToolPoses(policy); // each feature has a meaning
            }
            return policy;
        } catch (IllegalArgumentException e) {
            throw new InputException(config.source() + ": " + e.getMessage(), e);
        }
    }

    private static void requireDiffusion(ConfigNode config) {
        ConfigNode type = config.get("type");
        if (type.isAbsent() && (!config.get("input_shapes").isAbsent() || !config.get("down_dims").isAbsent())) {
            return;
        }
        ConfigNode named = type.isAbsent() ? config.get("model_type") : type;
        if (type.isAbsent() || !TYPES.contains(type.text())) {
            throw new InputException(config.source() + ": " + (named.isAbsent() ? "type" : named.path()) + ": expected the policy type "
                    + String.join(" or ", TYPES) + ", found "
                    + (named.isAbsent() ? "nothing" : other(named.text())));
        }
    }

    /** Another policy's name, and what it is; {@code model_type} is how the library transformers names its models. */
    private static String other(String name) {
        return Quoted.of(name) + (OtherFamilies.has(name) ? OtherFamilies.described(name) : NearestName.hint(name, TYPES));
    }

    /** LeRobot's order: state, cameras, environment state; or the order that the policy was imported with. */
    private static List<FeatureSpec> inputs(ConfigNode config) {
        Map<String, FeatureSpec> all = features(config, "input_features", "input_shapes");
        all.values().removeIf(f -> f.kind() == FeatureSpec.Kind.ACTION);
        ConfigNode order = config.get("conditioning_order");
        if (!order.isAbsent()) {
            return inOrder(order, all);
        }
        List<FeatureSpec> inputs = new ArrayList<>();
        all.values().stream().filter(f -> f.kind() == FeatureSpec.Kind.STATE)
                .filter(f -> f.key().equals(STATE_KEY) || !all.containsKey(STATE_KEY)).forEach(inputs::add);
        all.values().stream().filter(f -> f.kind() == FeatureSpec.Kind.VISUAL).forEach(inputs::add);
        all.values().stream().filter(f -> f.kind() == FeatureSpec.Kind.ENV).limit(1).forEach(inputs::add);
        return inputs;
    }

    private static List<FeatureSpec> inOrder(ConfigNode order, Map<String, FeatureSpec> all) {
        List<FeatureSpec> inputs = new ArrayList<>();
        for (ConfigNode key : order.items()) {
            FeatureSpec feature = all.get(key.text());
            if (feature == null || inputs.contains(feature)) {
                throw key.wrong("each of the input features " + all.keySet() + " once");
            }
            inputs.add(feature);
        }
        return inputs;
    }

    private static FeatureSpec action(ConfigNode config) {
        return features(config, "output_features", "output_shapes").values().stream()
                .filter(f -> f.kind() == FeatureSpec.Kind.ACTION).findFirst()
                .orElseThrow(() -> config.get("output_features").wrong("a feature of type ACTION"));
    }

    private static Map<String, FeatureSpec> features(ConfigNode config, String name, String olderName) {
        ConfigNode node = config.get(name);
        boolean older = node.isAbsent() && !config.get(olderName).isAbsent();
        Map<String, ConfigNode> fields = (older ? config.get(olderName) : node).fields();
        if (fields.size() > MOST_FEATURES) {
            throw InputException.of(config.source(), name, "at most " + MOST_FEATURES + " features", fields.size() + "", "");
        }
        Map<String, FeatureSpec> features = new LinkedHashMap<>();
        fields.forEach((key, feature) -> features.put(key,
                older ? feature(key, kindOf(key), feature) : feature(key, feature.get("type").choice(KINDS, null),
                        feature.get("shape"))));
        return features;
    }

    /** Before it had types, LeRobot told features by their names. */
    private static FeatureSpec.Kind kindOf(String key) {
        if (key.startsWith("observation.image")) {
            return FeatureSpec.Kind.VISUAL;
        }
        if (key.equals("observation.environment_state")) {
            return FeatureSpec.Kind.ENV;
        }
        return key.startsWith("action") ? FeatureSpec.Kind.ACTION : FeatureSpec.Kind.STATE;
    }

    private static FeatureSpec feature(String key, FeatureSpec.Kind kind, ConfigNode shape) {
        List<Integer> sizes = shape.integers();
        if (sizes.stream().anyMatch(s -> s > LARGEST_SIZE) || sizes.stream().mapToDouble(s -> s).reduce(1, (a, b) -> a * b)
                > LARGEST_FEATURE) {
            throw shape.wrong("sizes of at most " + LARGEST_SIZE + ", " + LARGEST_FEATURE + " values in all");
        }
        try {
            return new FeatureSpec(key, kind, sizes);
        } catch (IllegalArgumentException e) {
            throw shape.wrong(kind == FeatureSpec.Kind.VISUAL ? "[C, H, W], all positive" : "[D], positive");
        }
    }

    private static DenoiserConfig denoiser(ConfigNode config) {
        TransformerConfig transformer = OwnFields.transformer(config);
        EnergyConfig energy = OwnFields.energy(config);
        return transformer != null ? transformer : energy != null ? energy : unet(config);
    }

    private static UnetConfig unet(ConfigNode config) {
        ConfigNode dims = config.get("down_dims");
        return new UnetConfig(
                dims.isAbsent() ? List.of(512, 1024, 2048) : dims.integers(),
                config.get("kernel_size").integer(5),
                config.get("n_groups").integer(8),
                config.get("diffusion_step_embed_dim").integer(128),
                config.get("use_film_scale_modulation").bool(true));
    }

    private static VisionConfig vision(ConfigNode config, List<FeatureSpec> inputs) {
        ConfigNode named = config.get("vision_backbone");
        if (TimmTensors.named(named.text(""))) {
            return TimmTensors.read(named, config.get("crop_shape").sizeOrNull(), inputs.stream()
                    .filter(f -> f.kind() == FeatureSpec.Kind.VISUAL).toList(), config.get("use_separate_rgb_encoder_per_camera").bool(true));
        }
        VisionConfig.Backbone backbone = named.choice(BACKBONES, VisionConfig.Backbone.RESNET18);
        List<Integer> resize = config.get("resize_shape").sizeOrNull();
        boolean separate = config.get("use_separate_rgb_encoder_per_camera").bool(true);
        boolean imagenet = config.get("imagenet_norm").bool(false);
        if (backbone == VisionConfig.Backbone.CONV) {
            ConfigNode conv = config.get("conv_encoder");
            return ConvEncoderConfig.read(conv, resize, crop(config, resize), separate, imagenet);
        }
        VisionConfig.Pool pool = config.get("vision_pool").choice(POOLS, VisionConfig.Pool.SPATIAL_SOFTMAX);
        int keypoints = config.get("spatial_softmax_num_keypoints").integer(32);
        boolean average = pool == VisionConfig.Pool.AVERAGE;
        return new VisionConfig(backbone,
                config.get("use_group_norm").bool(false) ? VisionConfig.Norm.GROUP : VisionConfig.Norm.BATCH,
                resize, crop(config, resize), separate, pool, average ? 0 : keypoints,
                average ? backbone.channels() : config.get("vision_feature_dim").integer(2 * keypoints),
                !average, imagenet, List.of());
    }

    /** With a resize, LeRobot computes the crop from its ratio and ignores {@code crop_shape}; a ratio of null keeps it. */
    private static List<Integer> crop(ConfigNode config, List<Integer> resize) {
        double ratio = config.get("crop_ratio").number(1);
        if (!(ratio > 0 && ratio <= 1)) {
            throw config.get("crop_ratio").wrong("a number in (0, 1]");
        }
        List<Integer> shape = config.get("crop_shape").sizeOrNull();
        if (resize == null || config.get("crop_ratio").json().isNull()) {
            return shape;
        }
        return ratio < 1 ? List.of((int) (resize.get(0) * ratio), (int) (resize.get(1) * ratio)) : null;
    }

    static SchedulerConfig scheduler(ConfigNode config) {
        int trained = config.get("num_train_timesteps").integer(100);
        if (config.get("objective").choice(SchedulerNames.OBJECTIVES, false)) {
            return flow(config, trained);
        }
        return new SchedulerConfig(
                config.get("noise_scheduler_type").choice(SchedulerNames.TYPES, SchedulerConfig.Type.DDPM),
                trained,
                config.get("beta_schedule").choice(SchedulerNames.BETA_SCHEDULES, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2),
                config.get("beta_start").number(0.0001),
                config.get("beta_end").number(0.02),
                config.get("prediction_type").choice(SchedulerNames.PREDICTIONS, SchedulerConfig.PredictionType.EPSILON),
                config.get("clip_sample").bool(true),
                config.get("clip_sample_range").number(1),
                config.get("variance_type").choice(SchedulerNames.VARIANCES, SchedulerConfig.Variance.FIXED_SMALL),
                config.get("set_alpha_to_one").bool(true),
                config.get("steps_offset").integer(0),
                config.get("eta").number(0),
                config.get("num_inference_steps").integer(trained));
    }

    /** Flow matching, by the names of multi_task_dit's configuration. */
    private static SchedulerConfig flow(ConfigNode config, int trained) {
        FlowConfig usual = FlowConfig.DEFAULT;
        int steps = config.get("num_integration_steps").integer(100);
        if (steps < 1 || steps > MOST_STEPS) {
            throw config.get("num_integration_steps").wrong("1 to " + MOST_STEPS);
        }
        return SchedulerConfig.flow(config.get("integration_method").choice(SchedulerNames.INTEGRATIONS, SchedulerConfig.Type.EULER),
                steps, Math.max(trained, steps), new FlowConfig(config.get("sigma_min").number(usual.sigmaMin()),
                config.get("timestep_sampling_strategy").choice(SchedulerNames.TIME_SAMPLINGS, usual.sampling()),
                config.get("timestep_sampling_s").number(usual.latest()), config.get("timestep_sampling_alpha").number(usual.alpha()),
                config.get("timestep_sampling_beta").number(usual.beta())));
    }
}
