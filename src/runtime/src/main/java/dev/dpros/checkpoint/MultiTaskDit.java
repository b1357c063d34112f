package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LeRobot's multi_task_dit (configuration_multi_task_dit.py, whose defaults hold for absent fields): a diffusion transformer
 * conditioned on the state, on the first token of CLIP's vision tower for each camera, and on a task's text. The text tower is
 * frozen: what it makes of one task is computed once and stored with the policy as {@link DitConfig#TASK}. Stateless.
 */
final class MultiTaskDit {
    static final String TYPE = "multi_task_dit";
    static final String TEXT_TOWER = "observation_encoder.text_encoder.text_encoder.";
    private static final String VISION_MODEL = "vision_model.";
    private static final int IMAGE = 224;
    private static final List<Integer> USUAL_CROP = List.of(IMAGE, IMAGE);

    static final String USUAL_TOWER = "openai/clip-vit-base-patch16";

    /** By the names of their repositories. */
    static final Map<String, VisionConfig.Vit> TOWERS = Names.ordered(
            USUAL_TOWER, new VisionConfig.Vit(16, 768, 12, 12),
            "openai/clip-vit-base-patch32", new VisionConfig.Vit(32, 768, 12, 12));

    private MultiTaskDit() {}

    static boolean is(ConfigNode config) {
        return config.get("type").json().asText().equals(TYPE);
    }

    /** @throws InputException naming file and field if it is none that this project can run */
    static PolicyConfig read(ConfigNode config, List<FeatureSpec> features, FeatureSpec action) {
        List<FeatureSpec> inputs = features.stream().filter(f -> f.kind() != FeatureSpec.Kind.ENV).toList();
        boolean visual = inputs.stream().anyMatch(f -> f.kind() == FeatureSpec.Kind.VISUAL);
        if (inputs.stream().noneMatch(f -> f.kind() == FeatureSpec.Kind.STATE)) {
            throw config.get("input_features").wrong("a feature of type STATE");
        }
        config.get("text_encoder_name").choice(TOWERS, TOWERS.get(USUAL_TOWER));
        DitConfig dit = new DitConfig(config.get("hidden_dim").integer(512), config.get("num_layers").integer(6),
                config.get("num_heads").integer(8), config.get("dropout").number(0.1), config.get("use_positional_encoding").bool(false),
                config.get("timestep_embed_dim").integer(256), config.get("use_rope").bool(true), config.get("rope_base").number(10_000),
                config.get("task").text(""));
        return new PolicyConfig(config.get("n_obs_steps").integer(2), config.get("horizon").integer(32),
                config.get("n_action_steps").integer(24), inputs, action, dit, visual ? vision(config, inputs) : null,
                LeRobotConfig.scheduler(config));
    }

    private static VisionConfig vision(ConfigNode config, List<FeatureSpec> inputs) {
        VisionConfig.Vit vit = config.get("vision_encoder_name").choice(TOWERS, TOWERS.get(USUAL_TOWER));
        List<Integer> resize = config.get("image_resize_shape").sizeOrNull();
        ConfigNode cropped = config.get("image_crop_shape");
        List<Integer> crop = cropped.json().isMissingNode() ? USUAL_CROP : cropped.sizeOrNull();
        for (FeatureSpec camera : inputs.stream().filter(f -> f.kind() == FeatureSpec.Kind.VISUAL).toList()) {
            List<Integer> whole = resize != null ? resize : camera.shape().subList(1, 3);
            // LeRobot drops a crop that does not fit
            crop = crop != null && (crop.get(0) > whole.get(0) || crop.get(1) > whole.get(1)) ? null : crop;
            List<Integer> seen = crop != null ? crop : whole;
            if (!seen.equals(USUAL_CROP)) {
                throw InputException.of(config.source(), "image_crop_shape", USUAL_CROP + ", the size of CLIP's images", seen + " of "
                        + Quoted.of(camera.key()), "");
            }
        }
        return new VisionConfig(VisionConfig.Backbone.CLIP_VIT, VisionConfig.Norm.GROUP, resize, crop,
                config.get("use_separate_rgb_encoder_per_camera").bool(false), VisionConfig.Pool.FIRST_TOKEN, 0, vit.width(), false, false,
                List.of(), vit);
    }

    /**
     * The tensors that are needed of a model's: without the text tower and the vision tower's last normalisation, which is not used.
     *
     * @throws InputException if the task is not among them
     */
    static Map<String, TensorData> tensors(Map<String, TensorData> all, String source) {
        if (!all.containsKey(DitConfig.TASK)) {
            throw InputException.of(source, Quoted.tensor(DitConfig.TASK), "what the text tower makes of the task",
                    "no such tensor", "store it with the policy: dpros import SRC DIR --task TEXT, or --task-features FILE (docs/checkpoints.md)");
        }
        Map<String, TensorData> named = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            if (!name.startsWith(TEXT_TOWER) && !name.contains(".post_layernorm.") && !name.endsWith(".position_ids")) {
                named.put(canonical(name), tensor);
            }
        });
        return named;
    }

    /** Releases of the library transformers differ in whether the tower is called {@code vision_model} once more. */
    private static String canonical(String name) {
        return name.replaceFirst("^(observation_encoder\\.vision_encoders?\\.(?:\\d+\\.)?model\\.)(?!vision_model\\.)", "$1" + VISION_MODEL);
    }

    /** What config.json says of such a policy beside features, horizons, normalization and scheduler. */
    static void write(ObjectNode json, PolicyConfig config, DitConfig dit) {
        json.put("hidden_dim", dit.hiddenDim()).put("num_layers", dit.numLayers()).put("num_heads", dit.numHeads());
        json.put("dropout", dit.dropout()).put("use_positional_encoding", dit.positions());
        json.put("timestep_embed_dim", dit.timestepEmbedDim()).put("use_rope", dit.rope()).put("rope_base", dit.ropeBase());
        if (dit.task() != null) {
            json.put("task", dit.task());
        }
        VisionConfig vision = config.vision();
        if (vision != null) {
            json.put("vision_encoder_name", Names.of(TOWERS, vision.vit()));
            json.put("use_separate_rgb_encoder_per_camera", vision.separatePerCamera());
            LeRobotConfigWriter.sizes(json, "image_resize_shape", vision.resizeShape());
            LeRobotConfigWriter.sizes(json, "image_crop_shape", vision.cropShape());
        }
    }
}
