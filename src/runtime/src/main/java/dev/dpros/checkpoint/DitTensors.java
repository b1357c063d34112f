package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The tensors of LeRobot's multi_task_dit, by its own names (modeling_multi_task_dit.py). Stateless. */
final class DitTensors {
    private final Map<String, List<Long>> shapes;

    private DitTensors(Map<String, List<Long>> shapes) {
        this.shapes = shapes;
    }

    static void put(PolicyConfig config, DitConfig dit, Map<String, List<Long>> shapes) {
        DitTensors tensors = new DitTensors(shapes);
        int width = dit.hiddenDim();
        int embedding = dit.timestepEmbedDim();
        tensors.layer("noise_predictor.time_mlp.1", 2L * embedding, embedding);
        tensors.layer("noise_predictor.time_mlp.3", embedding, 2L * embedding);
        tensors.layer("noise_predictor.input_proj", width, config.action().size());
        if (dit.positions()) {
            tensors.tensor("noise_predictor.pos_embedding", 1, config.horizon(), width);
        }
        for (int i = 0; i < dit.numLayers(); i++) {
            tensors.block("noise_predictor.transformer_blocks." + i + ".", dit, embedding + config.globalConditioning());
        }
        tensors.layer("noise_predictor.output_proj", config.action().size(), width);
        if (dit.task() != null) {
            tensors.layer(DitConfig.PROJECTION, width, DitConfig.TEXT);
            tensors.tensor(DitConfig.TASK, DitConfig.TEXT);
        }
    }

    /** The vision towers of CLIP (transformers, CLIPVisionModel), without the last normalisation. */
    static void encoders(PolicyConfig config, Map<String, List<Long>> shapes) {
        DitTensors tensors = new DitTensors(shapes);
        VisionConfig vision = config.vision();
        for (int i = 0; i < (vision.separatePerCamera() ? config.cameras().size() : 1); i++) {
            tensors.tower(vision.prefix(i), vision, config.cameras().get(i));
        }
    }

    private void tower(String name, VisionConfig vision, FeatureSpec camera) {
        VisionConfig.Vit vit = vision.vit();
        List<Integer> size = vision.cropShape() != null ? vision.cropShape() : vision.resizeShape() != null ? vision.resizeShape()
                : camera.shape().subList(1, 3);
        long width = vit.width();
        tensor(name + "embeddings.class_embedding", width);
        tensor(name + "embeddings.patch_embedding.weight", width, camera.shape().get(0), vit.patch(), vit.patch());
        tensor(name + "embeddings.position_embedding.weight", size.get(0) / vit.patch() * (size.get(1) / vit.patch()) + 1, width);
        layer(name + "pre_layrnorm", width);
        for (int i = 0; i < vit.layers(); i++) {
            String layer = name + "encoder.layers." + i + ".";
            for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                layer(layer + "self_attn." + part, width, width);
            }
            layer(layer + "layer_norm1", width);
            layer(layer + "layer_norm2", width);
            layer(layer + "mlp.fc1", 4 * width, width);
            layer(layer + "mlp.fc2", width, 4 * width);
        }
    }

    private void block(String name, DitConfig dit, long conditioning) {
        long width = dit.hiddenDim();
        if (dit.rope()) {
            layer(name + "attn.qkv_proj", 3 * width, width);
        } else {
            tensor(name + "multihead_attn.in_proj_weight", 3 * width, width);
            tensor(name + "multihead_attn.in_proj_bias", 3 * width);
        }
        layer(name + (dit.rope() ? "attn" : "multihead_attn") + ".out_proj", width, width);
        layer(name + "mlp.0", 4 * width, width);
        layer(name + "mlp.2", width, 4 * width);
        layer(name + "adaLN_modulation.1", 6 * width, conditioning);
    }

    private void tensor(String name, long... shape) {
        shapes.put(name, Arrays.stream(shape).boxed().toList());
    }

    private void layer(String name, long... weightShape) {
        tensor(name + ".weight", weightShape);
        tensor(name + ".bias", weightShape[0]);
    }
}
