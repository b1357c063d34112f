package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PoseConfig;
import dev.dpros.diffusion.PoseRepresentation;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * UMI's policy (diffusion_unet_timm_policy.py): a UNet conditioned on a vision transformer's first token for each picture and
 * on vectors, with a horizon per key. Its trajectory begins at the newest observation. Its conditioning vector has all steps of
 * one key, then of the next; here it has all keys of one step, then of the next, as of every policy: so the columns of the
 * layers that read it are moved, and what a shorter horizon leaves out gets columns of zeros. Stateless.
 */
final class UmiPolicy {
    static final String NAME = "DiffusionUnetTimmPolicy";
    /** How observed poses are told. */
    static final String OBSERVED = "obs_pose_repr";
    /** How the poses of a chunk are. */
    static final String SENT = "action_pose_repr";
    private static final String ENCODER = "TimmObsEncoder";
    private static final int LONGEST = 64;
    private static final String READS_CONDITIONING = "cond_encoder.1.weight";
    private static final List<String> LEFT_OUT = List.of("ColorJitter", "RandomRotation", "RandomPerspective", "ElasticTransform", "GaussianBlur",
            "RandomGrayscale", "RandomAdjustSharpness", "RandomErasing");
    private static final Map<String, PoseRepresentation> POSES = Names.ordered("abs", PoseRepresentation.ABS,
            "relative", PoseRepresentation.RELATIVE, "delta", PoseRepresentation.DELTA, "rel", PoseRepresentation.REL);

    private UmiPolicy() {}

    /** Whether a configuration is of such a policy. */
    static boolean is(ConfigNode cfg) {
        ConfigNode target = cfg.get("policy").get("_target_");
        return target.json().isTextual() && DiffusionPolicyConfig.className(target).equals(NAME);
    }

    /** @throws InputException naming file and field if it cannot be run here */
    static PolicyConfig read(ConfigNode cfg) {
        ConfigNode policy = cfg.get("policy");
        ConfigNode shapes = shapes(cfg);
        List<FeatureSpec> inputs = new ArrayList<>();
        observed(cfg).forEach((key, node) -> inputs.add(DiffusionPolicyConfig.feature(key,
                node.get("type").text("low_dim").equals("rgb") ? Kind.VISUAL : Kind.STATE, node.get("shape"), node.get("shape").integers())));
        ConfigNode action = shapes.get("action");
        List<Integer> shape = action.get("shape").integers();
        if (shape.size() != 1) {
            throw action.get("shape").wrong("[A]");
        }
        int obsSteps = horizons(cfg).values().stream().max(Comparator.naturalOrder()).orElse(1);
        int steps = action.get("horizon").integer();
        int trained = DiffusersConfig.trainedTimesteps(policy.get("noise_scheduler"));
        return new PolicyConfig(obsSteps, steps + obsSteps - 1, steps, inputs, FeatureSpec.of("action", Kind.ACTION, shape.get(0)),
                DiffusionPolicyDenoiser.unet(policy, 5, true), vision(policy.get("obs_encoder"), inputs),
                DiffusersConfig.read(policy.get("noise_scheduler"), policy, policy.get("num_inference_steps").integer(trained)),
                new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL, true, true, taskPoses(cfg)));
    }

    /** Features by key. */
    static ConfigNode shapes(ConfigNode cfg) {
        return cfg.get("policy").get("shape_meta").isAbsent() ? cfg.get("shape_meta") : cfg.get("policy").get("shape_meta");
    }

    /** What the encoder takes, in its order: sorted rgb keys, then sorted low_dim keys that are not ignored. */
    private static Map<String, ConfigNode> observed(ConfigNode cfg) {
        Map<String, ConfigNode> observed = new LinkedHashMap<>();
        shapes(cfg).get("obs").fields().entrySet().stream()
                .filter(entry -> rgb(entry.getValue()) || !entry.getValue().get("ignore_by_policy").bool(false))
                .sorted(Comparator.comparing((Map.Entry<String, ConfigNode> entry) -> !rgb(entry.getValue())).thenComparing(Map.Entry::getKey))
                .forEach(entry -> observed.put(entry.getKey(), entry.getValue()));
        return observed;
    }

    private static boolean rgb(ConfigNode feature) {
        String type = feature.get("type").text("low_dim");
        if (!type.equals("rgb") && !type.equals("low_dim")) {
            throw feature.get("type").wrong("rgb or low_dim");
        }
        return type.equals("rgb");
    }

    /** Steps of each key, in the order of the conditioning vector. */
    static Map<String, Integer> horizons(ConfigNode cfg) {
        Map<String, Integer> horizons = new LinkedHashMap<>();
        int stride = stride(shapes(cfg).get("action"));
        observed(cfg).forEach((key, node) -> {
            int horizon = node.get("horizon").integer();
            if (horizon < 1 || horizon > LONGEST) {
                throw node.get("horizon").wrong("1 to " + LONGEST);
            }
            if (stride(node) != stride) {
                throw node.get("down_sample_steps").wrong(stride + ", as of the action: all keys are on one grid here");
            }
            horizons.put(key, horizon);
        });
        return horizons;
    }

    /** Recorded steps from one step of a feature to the next. */
    static int stride(ConfigNode feature) {
        int stride = feature.get("down_sample_steps").integer(1);
        if (stride < 1) {
            throw feature.get("down_sample_steps").wrong("1 or more");
        }
        return stride;
    }

    private static VisionConfig vision(ConfigNode encoder, List<FeatureSpec> inputs) {
        List<FeatureSpec> cameras = inputs.stream().filter(f -> f.kind() == Kind.VISUAL).toList();
        if (!DiffusionPolicyConfig.className(encoder.get("_target_")).equals(ENCODER)) {
            throw encoder.get("_target_").wrong(ENCODER);
        }
        if (cameras.isEmpty()) {
            throw encoder.get("shape_meta").wrong("a picture among the observations");
        }
        if (encoder.get("feature_aggregation").text("").equals("all_tokens")) {
            throw encoder.get("feature_aggregation").wrong("null: a UNet is conditioned on a vision transformer's first token, as in UMI itself");
        }
        return TimmTensors.read(encoder.get("model_name"), crop(encoder.get("transforms"), cameras.get(0)), cameras,
                !encoder.get("share_rgb_model").bool(false));
    }

    /** UMI augments at random wherever its encoder runs. Here a crop is cut from the centre, and the rest is left out. */
    private static List<Integer> crop(ConfigNode transforms, FeatureSpec camera) {
        if (transforms.isAbsent()) {
            return null;
        }
        List<Integer> crop = null;
        List<ConfigNode> items = transforms.items();
        for (int i = 0; i < items.size(); i++) {
            ConfigNode transform = items.get(i);
            if (i == 0 && !transform.get("type").isAbsent()) {
                crop = randomCrop(transform, camera.shape().get(1));
            } else if (!LEFT_OUT.contains(DiffusionPolicyConfig.className(transform.get("_target_")))) {
                throw transform.get("_target_").wrong("{type: RandomCrop, ratio} first, then some of " + String.join(", ", LEFT_OUT));
            }
        }
        return crop;
    }

    private static List<Integer> randomCrop(ConfigNode transform, int height) {
        double ratio = transform.get("ratio").number();
        if (!transform.get("type").text().equals("RandomCrop") || !(ratio > 0 && ratio <= 1)) {
            throw transform.wrong("type: RandomCrop with a ratio in (0, 1]");
        }
        int side = Math.max(1, (int) (height * ratio));
        return List.of(side, side);
    }

    private static PoseConfig taskPoses(ConfigNode cfg) {
        ConfigNode task = cfg.get("task");
        ConfigNode poses = task.get("pose_repr").isAbsent() ? task.get("dataset").get("pose_repr") : task.get("pose_repr");
        return poses.isAbsent() ? null : poses(poses);
    }

    /** As UMI's configuration says it. */
    static PoseConfig poses(ConfigNode poses) {
        return new PoseConfig(poses.get(OBSERVED).choice(POSES, PoseRepresentation.REL),
                poses.get(SENT).choice(POSES, PoseRepresentation.REL));
    }

    /** As UMI's configuration says it. */
    static Map<String, String> named(PoseConfig poses) {
        return Map.of(OBSERVED, Names.of(POSES, poses.observation()), SENT, Names.of(POSES, poses.action()));
    }

    /**
     * The tensors of a state_dict with the conditioning in this project's order.
     *
     * @throws InputException if one that reads it is not of the size that the configuration gives it
     */
    static Map<String, TensorData> perStep(ConfigNode cfg, PolicyConfig config, Map<String, TensorData> tensors, String source) {
        int[] columns = columns(config, horizons(cfg));
        int width = config.unet().stepEmbedDim() + (int) Arrays.stream(columns).filter(column -> column >= config.unet().stepEmbedDim()).count();
        Map<String, TensorData> moved = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            boolean reads = name.endsWith(READS_CONDITIONING);
            if (reads && (tensor.shape().size() != 2 || tensor.shape().get(1) != width)) {
                throw InputException.of(source, Quoted.tensor(name), width + " columns: the step and the horizons of all keys",
                        "shape " + tensor.shape(), "the checkpoint does not fit its configuration");
            }
            moved.put(name, reads ? LeRobotOrder.withColumns(FloatTensors.finiteFloat32(source, name, tensor), columns) : tensor);
        });
        return moved;
    }

    /** For each column here, the column there, or -1. */
    private static int[] columns(PolicyConfig config, Map<String, Integer> horizons) {
        int embedding = config.unet().stepEmbedDim();
        int[] columns = new int[embedding + config.globalConditioning()];
        int before = embedding;
        int offset = 0;
        for (int i = 0; i < embedding; i++) {
            columns[i] = i;
        }
        for (FeatureSpec input : config.inputs()) {
            int values = input.kind() == Kind.VISUAL ? config.vision().featureDim() : input.size();
            int horizon = horizons.get(input.key());
            for (int step = 0; step < config.nObsSteps(); step++) {
                int own = step - (config.nObsSteps() - horizon);
                for (int i = 0; i < values; i++) {
                    columns[embedding + step * config.conditioningPerStep() + offset + i] = own < 0 ? -1 : before + own * values + i;
                }
            }
            before += horizon * values;
            offset += values;
        }
        return columns;
    }
}
