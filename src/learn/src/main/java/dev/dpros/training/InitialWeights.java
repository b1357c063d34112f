package dev.dpros.training;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The weights that a network begins with, as PyTorch initialises its layers: uniform within {@code 1 / sqrt(fan_in)} for
 * linear layers and convolutions and for their biases (kaiming_uniform with a = sqrt(5)), 1 and 0 for normalisations, and
 * normal with {@code sqrt(2 / fan_out)} for a ResNet's convolutions (torchvision); a transformer's as its own code does. Stateless.
 */
public final class InitialWeights {
    private static final double FIRST_TOKEN_DEVIATION = 1e-6;
    private static final double TRANSFORMER_DEVIATION = 0.02;

    private InitialWeights() {}

    /**
     * Draws them, outside the heap; the same seed gives the same weights.
     *
     * @param shapes by name, in order; a layer's weight comes before its bias
     */
    public static Map<String, TensorData> of(Map<String, List<Long>> shapes, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, TensorData> weights = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> weights.put(name, tensor(name, shape, shapes, random)));
        return weights;
    }

    /**
     * What a training begins with: drawn, save for tensors that an earlier policy has by the same name and in the same shape.
     *
     * @param shapes of the architecture
     * @param earlier later ones win
     */
    public static Map<String, TensorData> of(Map<String, List<Long>> shapes, long seed, List<PolicyDefinition> earlier) {
        Map<String, TensorData> weights = of(shapes, seed);
        for (PolicyDefinition policy : earlier) {
            Map<String, TensorData> fitting = new LinkedHashMap<>(policy.weights());
            fitting.entrySet().removeIf(weight -> !weight.getValue().shape().equals(shapes.get(weight.getKey())));
            if (fitting.isEmpty()) {
                throw InputException.of(policy.source(), "tensors", "some of the architecture's " + weights.size(), "none that fits",
                        "");
            }
            // a training outlives the file
            fitting.replaceAll((name, weight) -> weight.inMemory());
            weights.putAll(fitting);
        }
        return weights;
    }

    private static TensorData tensor(String name, List<Long> shape, Map<String, List<Long>> shapes, SplittableRandom random) {
        ByteBuffer memory = ByteBuffer.allocateDirect(Math.toIntExact(Float.BYTES * count(shape))).order(ByteOrder.LITTLE_ENDIAN);
        draw(name, memory.asFloatBuffer(), shape, shapes, random);
        return new TensorData(TensorData.DType.F32, shape, memory);
    }

    private static void draw(String name, FloatBuffer values, List<Long> shape, Map<String, List<Long>> shapes, SplittableRandom random) {
        if (name.startsWith("transformer.")) {
            transformer(name, values, shape, shapes, random);
            return;
        }
        if (name.startsWith("noise_predictor.") && dit(name, values, random)) {
            return;
        }
        if (timm(name, values, random)) {
            return;
        }
        List<Long> layer = name.endsWith(".bias") ? shapes.get(name.replaceFirst("bias$", "weight")) : shape;
        if (layer.size() == 1) {
            fill(values, () -> name.endsWith(".weight") || name.endsWith("running_var") ? 1 : 0);
        } else if (name.contains("backbone.") && layer.size() == 4 && !name.contains("backbone.patch_embed.")) {
            double deviation = Math.sqrt(2.0 / (layer.get(0) * layer.get(2) * layer.get(3)));
            fill(values, () -> deviation * random.nextGaussian());
        } else {
            double bound = 1 / Math.sqrt((double) count(layer) / layer.get(0));
            fill(values, () -> bound * (2 * random.nextDouble() - 1));
        }
    }

    /** multi_task_dit's own: what modulates begins at 0, positions normal with 0.02, nn.MultiheadAttention as torch has it. */
    private static boolean dit(String name, FloatBuffer values, SplittableRandom random) {
        if (name.endsWith("pos_embedding")) {
            fill(values, () -> TRANSFORMER_DEVIATION * random.nextGaussian());
        } else if (name.endsWith("in_proj_weight")) {
            double bound = Math.sqrt(6 / (4 * Math.sqrt(values.capacity() / 3.0)));
            fill(values, () -> bound * (2 * random.nextDouble() - 1));
        } else {
            return name.contains("adaLN_modulation") || name.endsWith("out_proj.bias") && name.contains("multihead_attn");
        }
        return true;
    }

    /** timm's vision transformers: matrices and positions normal with 0.02, biases 0, normalisations 1 and 0; patches as torch has it. */
    private static boolean timm(String name, FloatBuffer values, SplittableRandom random) {
        boolean positions = name.endsWith("backbone.pos_embed");
        if (name.endsWith("backbone.cls_token")) {
            fill(values, () -> FIRST_TOKEN_DEVIATION * random.nextGaussian());
        } else if (positions || name.contains("backbone.blocks.")) {
            boolean norm = name.contains(".norm");
            if (positions || name.endsWith(".weight") && !norm) {
                fill(values, () -> TRANSFORMER_DEVIATION * random.nextGaussian());
            } else if (norm && name.endsWith(".weight")) {
                fill(values, () -> 1);
            }
        } else {
            return false;
        }
        return true;
    }

    /** transformer_for_diffusion.py, _init_weights: normal with 0.02, biases 0, normalisations 1 and 0. */
    private static void transformer(String name, FloatBuffer values, List<Long> shape, Map<String, List<Long>> shapes, SplittableRandom random) {
        boolean unseen = name.endsWith("cond_pos_emb") && !shapes.containsKey("transformer.cond_obs_emb.weight");
        if (shape.size() > 1 && !unseen) {
            fill(values, () -> TRANSFORMER_DEVIATION * random.nextGaussian());
        } else if (name.endsWith(".weight")) {
            fill(values, () -> 1);
        }
    }

    private static void fill(FloatBuffer values, java.util.function.DoubleSupplier draw) {
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, (float) draw.getAsDouble());
        }
    }

    private static long count(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
