package dev.dpros.bench.onnx;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import java.util.List;
import java.util.Map;

/** TransformerForDiffusion with the timestep among its conditions, as its {@code forward} is exported: all of it in every evaluation. */
final class OnnxTransformer {
    private static final String NAME = "transformer.";

    private final PolicyConfig policy;
    private final TransformerConfig config;
    private final OnnxLayers layers;
    private final OnnxModel model;
    private final int width;

    OnnxTransformer(PolicyConfig policy, OnnxLayers layers) {
        this.policy = policy;
        this.config = policy.transformer();
        this.layers = layers;
        this.model = layers.model();
        width = config.nEmb();
    }

    /** Adds the network. Shapes as {@link OnnxUnet#add}. */
    String add(String sample, String time, String observations) {
        boolean observed = policy.conditionedBy(Conditioning.GLOBAL);
        String tokens = model.node("Reshape", layers.stepEncoding(time, width), model.ints(1, 1, width));
        if (observed) {
            tokens = model.node("Concat", Map.of("axis", 1), tokens, layers.linear(observations, NAME + "cond_obs_emb"));
        }
        tokens = model.node("Add", tokens, positions(NAME + "cond_pos_emb", observed ? 1 + policy.nObsSteps() : 1));
        String memory = memory(tokens);
        int steps = policy.denoisedSteps();
        String mask = config.causalAttn() ? mask(steps, steps, 0) : null;
        String memoryMask = config.causalAttn() && observed ? mask(steps, 1 + policy.nObsSteps(), 1) : null;
        String x = model.node("Add", layers.linear(sample, NAME + "input_emb"), positions(NAME + "pos_emb", steps));
        for (int i = 0; i < config.nLayer(); i++) {
            x = decoderLayer(x, memory, NAME + "decoder.layers." + i, mask, memoryMask);
        }
        return layers.linear(layers.layerNorm(x, NAME + "ln_f"), NAME + "head");
    }

    private String memory(String tokens) {
        if (config.nCondLayers() == 0) {
            return layers.linear(layers.mish(layers.linear(tokens, NAME + "encoder.0")), NAME + "encoder.2");
        }
        String x = tokens;
        for (int i = 0; i < config.nCondLayers(); i++) {
            String name = NAME + "encoder.layers." + i;
            x = model.node("Add", x, selfAttention(layers.layerNorm(x, name + ".norm1"), name + ".self_attn", null));
            x = model.node("Add", x, feedForward(layers.layerNorm(x, name + ".norm2"), name));
        }
        return x;
    }

    /** The first so many of the embedding's positions, {@code [1, count, E]}. */
    private String positions(String name, int count) {
        float[] values = new float[count * width];
        System.arraycopy(layers.values(name), 0, values, 0, values.length);
        return model.floats(values, 1, count, width);
    }

    private String mask(int rows, int columns, int ahead) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % columns <= i / columns + ahead ? 0 : Float.NEGATIVE_INFINITY;
        }
        return model.floats(values, rows, columns);
    }

    private String decoderLayer(String x, String memory, String name, String mask, String memoryMask) {
        String y = model.node("Add", x, selfAttention(layers.layerNorm(x, name + ".norm1"), name + ".self_attn", mask));
        String cross = name + ".multihead_attn";
        String query = layers.linear(layers.layerNorm(y, name + ".norm2"), cross + ".in_proj_weight", cross + ".in_proj_bias", 0, width);
        List<String> pair = layers.split(layers.linear(memory, cross + ".in_proj_weight", cross + ".in_proj_bias", width, 2 * width), 3, width, width);
        String attended = layers.attention(query, pair.get(0), pair.get(1), width, config.nHead(), memoryMask);
        y = model.node("Add", y, layers.linear(attended, cross + ".out_proj"));
        return model.node("Add", y, feedForward(layers.layerNorm(y, name + ".norm3"), name));
    }

    private String selfAttention(String x, String name, String mask) {
        List<String> parts = layers.split(layers.linear(x, name + ".in_proj_weight", name + ".in_proj_bias", 0, 3 * width), 3, width, width, width);
        return layers.linear(layers.attention(parts.get(0), parts.get(1), parts.get(2), width, config.nHead(), mask), name + ".out_proj");
    }

    private String feedForward(String x, String name) {
        return layers.linear(model.node("Gelu", layers.linear(x, name + ".linear1")), name + ".linear2");
    }
}
