package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What UMI's training configuration says of its data (umi_dataset.py) and its loss, as settings of this project's own. Stateless. */
final class UmiTraining {
    /** Factor of the learning rate of an encoder that begins pretrained (train_diffusion_unet_image_workspace.py). */
    static final double PRETRAINED_RATE = 0.1;
    private static final double START_NOISE = 0.05;
    private static final double USUAL_PERTURBATION = 0.1;

    private UmiTraining() {}

    /** @throws InputException naming file and field if it cannot be followed */
    static void put(ConfigNode root, Map<String, Object> settings) {
        ConfigNode policy = root.get("policy");
        ConfigNode dataset = root.get("task").get("dataset");
        requireEqualHorizons(root);
        refuse(dataset.get("repeat_frame_prob"), 0);
        refuse(dataset.get("max_duration"), 0);
        refuse(policy.get("train_diffusion_n_samples"), 1);
        if (dataset.get("temporally_independent_normalization").bool(false)) {
            throw dataset.get("temporally_independent_normalization").wrong("false (nothing else is implemented)");
        }
        Map<String, Double> latencies = new LinkedHashMap<>();
        UmiPolicy.shapes(root).get("obs").fields().forEach((key, feature) -> {
            double steps = feature.get("latency_steps").number(0);
            if (steps != 0) {
                latencies.put(key, steps);
            }
        });
        Map<String, Object> tools = new LinkedHashMap<>();
        tools.put("down_sample_steps", UmiPolicy.stride(UmiPolicy.shapes(root).get("action")));
        tools.put("latency_steps", latencies);
        tools.put("action_padding", dataset.get("action_padding").bool(false));
        tools.put("start_noise", START_NOISE);
        tools.put("input_perturbation", policy.get("input_pertub").number(USUAL_PERTURBATION));
        settings.put("tool_poses", tools);
        ConfigNode encoder = policy.get("obs_encoder");
        if (encoder.get("pretrained").bool(false)) {
            settings.put("backbone_weights", encoder.get("model_name").text() + ".safetensors");
        }
        if (encoder.get("frozen").bool(false)) {
            settings.put("frozen", List.of("rgb_encoder."));
        }
    }

    /** A checkpoint's shorter horizons are columns of zeros, which a training would not leave so. */
    private static void requireEqualHorizons(ConfigNode root) {
        List<Integer> different = UmiPolicy.horizons(root).values().stream().distinct().toList();
        if (different.size() > 1) {
            throw InputException.of(root.source(), "shape_meta.obs.*.horizon", "the same for all keys, to train", different.toString(), "");
        }
    }

    private static void refuse(ConfigNode node, double only) {
        if (node.number(only) != only) {
            throw node.wrong(only + " (nothing else is implemented)");
        }
    }
}
