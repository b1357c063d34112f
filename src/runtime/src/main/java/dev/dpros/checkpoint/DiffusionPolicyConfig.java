package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The Hydra configuration inside a diffusion_policy checkpoint as a {@link PolicyConfig}: the hybrid image, image
 * (MultiImageObsEncoder) and low-dim policies with a UNet, the hybrid image and low-dim ones with a transformer, IBC of vectors, and
 * {@link UmiPolicy}. Defaults are those of the policies' constructors. Stateless.
 */
final class DiffusionPolicyConfig {
    /** The policies that can be run, by class name. */
    private enum Policy { HYBRID, IMAGE, LOW_DIM, TRANSFORMER_HYBRID, TRANSFORMER_LOW_DIM, IBC_LOW_DIM }

    private static final Map<String, Policy> POLICIES = Names.ordered("DiffusionUnetHybridImagePolicy", Policy.HYBRID,
            "DiffusionUnetImagePolicy", Policy.IMAGE, "DiffusionUnetLowdimPolicy", Policy.LOW_DIM,
            "DiffusionTransformerHybridImagePolicy", Policy.TRANSFORMER_HYBRID,
            "DiffusionTransformerLowdimPolicy", Policy.TRANSFORMER_LOW_DIM, "IbcDfoLowdimPolicy", Policy.IBC_LOW_DIM);
    private static final Map<String, Kind> KINDS = Map.of("rgb", Kind.VISUAL, "low_dim", Kind.STATE);
    private static final List<Integer> HYBRID_CROP = List.of(76, 76);
    private static final int IBC_WIDTH = 1024;

    /** The shape of a tensor by its state_dict name, or null: for what the configuration leaves to robomimic. */
    private final Function<String, List<Long>> shapeOf;
    private final ConfigNode policy;

    private DiffusionPolicyConfig(ConfigNode policy, Function<String, List<Long>> shapeOf) {
        this.policy = policy;
        this.shapeOf = shapeOf;
    }

    /**
     * @param cfg the configuration's root
     * @param shapeOf shape of a tensor by its state_dict name, or null
     * @throws InputException naming file and field if it is not a policy that this project can run
     */
    static PolicyConfig read(ConfigNode cfg, Function<String, List<Long>> shapeOf) {
        ConfigNode policy = cfg.get("policy");
        String target = className(policy.get("_target_"));
        if (target.equals(UmiPolicy.NAME)) {
            return umi(cfg);
        }
        Policy type = POLICIES.get(target);
        if (type == null) {
            throw new InputException(cfg.source() + ": policy._target_: expected one of " + String.join(", ", POLICIES.keySet()) + ", " + UmiPolicy.NAME
                    + ", found " + Quoted.of(target)
                    + (OtherFamilies.has(target) ? OtherFamilies.described(target)
                    : target.endsWith("Policy") ? ", another kind of policy" : NearestName.hint(target, POLICIES.keySet())));
        }
        DiffusionPolicyConfig reader = new DiffusionPolicyConfig(policy, shapeOf);
        try {
            return switch (type) {
                case IBC_LOW_DIM -> reader.implicit();
                case LOW_DIM, TRANSFORMER_LOW_DIM -> reader.lowDim(type);
                default -> reader.image(type, cfg);
            };
        } catch (IllegalArgumentException e) {
            throw new InputException(cfg.source() + ": policy: " + e.getMessage(), e);
        }
    }

    private static PolicyConfig umi(ConfigNode cfg) {
        try {
            return UmiPolicy.read(cfg);
        } catch (IllegalArgumentException e) {
            throw new InputException(cfg.source() + ": policy: " + e.getMessage(), e);
        }
    }

    /** The last part of a dotted class name. */
    static String className(ConfigNode target) {
        String name = target.text();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private PolicyConfig lowDim(Policy type) {
        boolean transformer = type == Policy.TRANSFORMER_LOW_DIM;
        TrajectoryConfig trajectory = DiffusionPolicyDenoiser.trajectory(policy, transformer, false);
        FeatureSpec obs = feature("obs", Kind.STATE, policy.get("obs_dim"), List.of(policy.get("obs_dim").integer()));
        return build(List.of(obs), policy.get("action_dim").integer(),
                DiffusionPolicyDenoiser.lowDim(policy, transformer, trajectory), null, trajectory);
    }

    /** IBC of vectors: no noise scheduler, a network whose width is fixed. */
    private PolicyConfig implicit() {
        FeatureSpec obs = feature("obs", Kind.STATE, policy.get("obs_dim"), List.of(policy.get("obs_dim").integer()));
        EnergyConfig energy = new EnergyConfig(IBC_WIDTH, policy.get("dropout").number(0.1), policy.get("train_n_neg").integer(128),
                policy.get("pred_n_samples").integer(16_384), policy.get("kevin_inference").bool(false));
        return new PolicyConfig(policy.get("n_obs_steps").integer(), policy.get("horizon").integer(), policy.get("n_action_steps").integer(),
                List.of(obs), FeatureSpec.of("action", Kind.ACTION, policy.get("action_dim").integer()), energy, null,
                EnergyConfig.search(policy.get("pred_n_iter").integer(5)), EnergyConfig.TRAJECTORY);
    }

    private PolicyConfig image(Policy type, ConfigNode cfg) {
        ConfigNode shapes = policy.get("shape_meta").isAbsent() ? cfg.get("shape_meta") : policy.get("shape_meta");
        List<FeatureSpec> inputs = new ArrayList<>();
        shapes.get("obs").fields().forEach((key, node) ->
                inputs.add(feature(key, node.get("type").choice(KINDS, Kind.STATE), node.get("shape"), node.get("shape").integers())));
        List<Integer> action = shapes.get("action").get("shape").integers();
        if (action.size() != 1) {
            throw shapes.get("action").get("shape").wrong("[A]");
        }
        if (type == Policy.IMAGE) {
            // MultiImageObsEncoder: sorted rgb keys, then sorted low_dim keys
            inputs.sort(Comparator.comparing((FeatureSpec f) -> f.kind() != Kind.VISUAL).thenComparing(FeatureSpec::key));
        }
        boolean visual = inputs.stream().anyMatch(f -> f.kind() == Kind.VISUAL);
        VisionConfig vision = !visual ? null : type == Policy.IMAGE ? multiImage(inputs) : robomimic(inputs);
        boolean transformer = type == Policy.TRANSFORMER_HYBRID;
        return build(inputs, action.get(0), transformer ? DiffusionPolicyDenoiser.hybridTransformer(policy)
                : DiffusionPolicyDenoiser.unet(policy, 5, true), vision, DiffusionPolicyDenoiser.trajectory(policy, transformer, true));
    }

    private PolicyConfig build(List<FeatureSpec> inputs, int actionDim, DenoiserConfig denoiser, VisionConfig vision,
            TrajectoryConfig trajectory) {
        int trained = DiffusersConfig.trainedTimesteps(policy.get("noise_scheduler"));
        return new PolicyConfig(policy.get("n_obs_steps").integer(), policy.get("horizon").integer(),
                policy.get("n_action_steps").integer(), inputs, FeatureSpec.of("action", Kind.ACTION, actionDim), denoiser, vision,
                DiffusersConfig.read(policy.get("noise_scheduler"), policy, policy.get("num_inference_steps").integer(trained)),
                trajectory);
    }

    static FeatureSpec feature(String key, Kind kind, ConfigNode node, List<Integer> shape) {
        try {
            if (shape.stream().anyMatch(s -> s > 1 << 14)) {
                throw node.wrong("sizes of at most " + (1 << 14));
            }
            return new FeatureSpec(key, kind, shape);
        } catch (IllegalArgumentException e) {
            throw node.wrong(kind == Kind.VISUAL ? "[C, H, W], all positive" : "[D], positive");
        }
    }

    /** robomimic's encoder of the hybrid policy: ResNet18Conv, SpatialSoftmax, linear, ReLU; one per camera. */
    private VisionConfig robomimic(List<FeatureSpec> inputs) {
        ConfigNode crop = policy.get("crop_shape");
        String camera = inputs.stream().filter(f -> f.kind() == Kind.VISUAL).findFirst().orElseThrow().key();
        String prefix = "obs_encoder.obs_nets." + camera + ".";
        int keypoints = rows(prefix + "nets.1.nets.weight", rows(prefix + "pool.nets.weight", 32));
        return new VisionConfig(VisionConfig.Backbone.RESNET18, norm(policy.get("obs_encoder_group_norm").bool(false)), null,
                crop.json().isMissingNode() ? HYBRID_CROP : crop.sizeOrNull(), true, VisionConfig.Pool.SPATIAL_SOFTMAX,
                keypoints, rows(prefix + "nets.3.weight", 64), true, false, List.of());
    }

    private int rows(String tensor, int absent) {
        List<Long> shape = shapeOf.apply(tensor);
        return shape == null || shape.isEmpty() ? absent : (int) Math.min(shape.get(0), Integer.MAX_VALUE);
    }

    private VisionConfig multiImage(List<FeatureSpec> inputs) {
        ConfigNode encoder = policy.get("obs_encoder");
        if (!className(encoder.get("_target_")).equals("MultiImageObsEncoder")) {
            throw encoder.get("_target_").wrong("MultiImageObsEncoder");
        }
        boolean shared = encoder.get("share_rgb_model").bool(false);
        // the reference replaces the norms of unshared models only, and drops the crop unless it is a random one
        boolean group = encoder.get("use_group_norm").bool(false) && !shared;
        List<Integer> crop = encoder.get("random_crop").bool(true) ? common(encoder.get("crop_shape"), inputs) : null;
        VisionConfig.Backbone backbone = backbone(encoder.get("rgb_model"));
        return new VisionConfig(backbone, norm(group), common(encoder.get("resize_shape"), inputs),
                crop, !shared, VisionConfig.Pool.AVERAGE, 0, backbone.channels(), false,
                encoder.get("imagenet_norm").bool(false), List.of());
    }

    private static VisionConfig.Backbone backbone(ConfigNode model) {
        if (!className(model.get("_target_")).equals("get_resnet")) {
            throw model.get("_target_").wrong("get_resnet");
        }
        return model.get("name").choice(Names.ordered("resnet18", VisionConfig.Backbone.RESNET18,
                "resnet34", VisionConfig.Backbone.RESNET34, "resnet50", VisionConfig.Backbone.RESNET50), null);
    }

    private static VisionConfig.Norm norm(boolean group) {
        return group ? VisionConfig.Norm.GROUP : VisionConfig.Norm.BATCH;
    }

    /** A size for all cameras, or one by key if they are equal. */
    private static List<Integer> common(ConfigNode size, List<FeatureSpec> inputs) {
        if (!size.json().isObject()) {
            return size.sizeOrNull();
        }
        List<List<Integer>> sizes = inputs.stream().filter(f -> f.kind() == Kind.VISUAL)
                .map(f -> size.get(f.key()).integers()).distinct().toList();
        if (sizes.size() != 1) {
            throw size.wrong("the same size for all cameras");
        }
        return sizes.get(0);
    }
}
