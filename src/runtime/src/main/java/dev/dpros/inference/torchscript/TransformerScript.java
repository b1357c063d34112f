package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.inference.torchscript.TokenLayers.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes TransformerForDiffusion (diffusion_policy/model/diffusion/transformer_for_diffusion.py) as TorchScript.
 *
 * <p>The trunk attends to a token of the timestep and one of each observation. Without layers of an encoder between, a token
 * becomes keys and values for all layers of the trunk by itself: those of the timesteps are computed once per step table
 * ({@code embed}), those of the observations once per chunk ({@code condition}).
 */
final class TransformerScript implements DenoiserScript {
    private static final String NAME = "transformer.";
    private static final String NO_MASK = "None";

    private final PolicyConfig policy;
    private final TransformerConfig config;
    private final WeightStore weights;
    private final ScriptModule module;
    private final int width;
    private final int steps;
    private final boolean observed;

    TransformerScript(PolicyConfig policy, WeightStore weights, ScriptModule module) {
        this.policy = policy;
        this.config = policy.transformer();
        this.weights = weights;
        this.module = module;
        width = config.nEmb();
        steps = policy.denoisedSteps();
        observed = policy.conditionedBy(Conditioning.GLOBAL);
    }

    @Override
    public void write(List<ConvVariant> variants) {
        ScriptBody embed = new ScriptBody();
        TransformerOps ops = plain(embed);
        String time = timeToken(embed, ops, "steps");
        embed.result(separable() ? memoryOfToken(embed, ops, time) : time);
        module.method("embed(steps: Tensor) -> Tensor", embed);

        ScriptBody condition = new ScriptBody();
        ops = plain(condition);
        String tokens = observed ? observationTokens(condition, ops, "observation") : "torch.zeros([1])";
        condition.result(observed && separable() ? memoryOfToken(condition, ops, tokens) : tokens);
        module.method("condition(observation: Tensor) -> Tensor", condition);

        for (ConvVariant variant : variants) {
            denoise(variant);
        }
    }

    /** Whether what is attended to has keys and values token by token. */
    private boolean separable() {
        return config.timeAsCond() && config.nCondLayers() == 0;
    }

    private TransformerOps plain(ScriptBody body) {
        PackedLinear linear = new PackedLinear(module, body, new ScriptBody(), ConvVariant.CONV1D);
        return new TransformerOps(body, new StoredTokenLayers(module, weights, linear, 1), config);
    }

    private void denoise(ConvVariant variant) {
        ScriptBody body = new ScriptBody();
        ScriptBody preparation = new ScriptBody();
        int rows = config.timeAsCond() ? steps : steps + 1;
        TransformerOps ops = new TransformerOps(body,
                new StoredTokenLayers(module, weights, new PackedLinear(module, body, preparation, variant), rows), config);
        String row = body.let("torch.reshape(torch.select(steps, 0, step), [-1, 1, torch.size(steps, -1)])");
        String time = body.let("torch.expand(%s, [torch.size(x, 0), -1, -1])", row);
        String memory = observed ? body.let("torch.cat([%s, observation], 1)", time) : time;
        body.result(config.timeAsCond() ? decoded(body, ops, "x", memory, separable()) : encoded(body, ops, "x", time));
        module.method(variant.method() + "(x: Tensor, observation: Tensor, steps: Tensor, step: int) -> Tensor", body);
        module.preparation(variant.preparation(), preparation);
    }

    @Override
    public String train(ScriptBody body, String sample, String timesteps, String observation, Arithmetic arithmetic, boolean learning) {
        TransformerOps ops = new TransformerOps(body,
                new TrainedTokenLayers(module, weights, body, arithmetic, config.dropAttn(), learning), config);
        String time = timeToken(body, ops, timesteps);
        if (!config.timeAsCond()) {
            return encoded(body, ops, sample, time);
        }
        String tokens = observed ? body.let("torch.cat([%s, %s], 1)", time, observationTokens(body, ops, observation)) : time;
        tokens = ops.layers().dropout(tokens, config.dropEmb());
        return decoded(body, ops, sample, separable() ? mixed(body, ops, tokens) : tokens, false);
    }

    /** {@code [N, 1, E]}. */
    private String timeToken(ScriptBody body, TransformerOps ops, String timesteps) {
        String positions = config.timeAsCond() ? condPositions(ops) : positions(ops);
        return body.let("torch.add(torch.unsqueeze(%s, 1), torch.narrow(%s, 1, 0, 1))",
                StepEncoding.of(module, body, timesteps, width), positions);
    }

    /** {@code [B, To, E]}. */
    private String observationTokens(ScriptBody body, TransformerOps ops, String observation) {
        int to = policy.nObsSteps();
        String rows = body.let("torch.reshape(%s, [-1, %d, %d])", observation, to, policy.conditioningPerStep());
        String x = ops.layers().linear(rows, Linear.of(NAME + "cond_obs_emb", policy.conditioningPerStep(), width), Activation.NONE);
        return body.let("torch.add(%s, torch.narrow(%s, 1, 1, %d))", x, condPositions(ops), to);
    }

    private String positions(TransformerOps ops) {
        return ops.layers().tensor(NAME + "pos_emb", 1, config.positions() + (config.timeAsCond() ? 0 : 1), width);
    }

    private String condPositions(TransformerOps ops) {
        return ops.layers().tensor(NAME + "cond_pos_emb", 1, 1 + (observed ? config.condPositions() : 0), width);
    }

    /** The encoder without layers: linear, Mish, linear. */
    private String mixed(ScriptBody body, TransformerOps ops, String tokens) {
        String x = ops.layers().linear(tokens, Linear.of(NAME + "encoder.0", width, 4 * width), Activation.NONE);
        return ops.layers().linear(body.let("torch.mish(%s)", x), Linear.of(NAME + "encoder.2", 4 * width, width), Activation.NONE);
    }

    /** Keys and values of tokens for all layers of the trunk, {@code [B, S, layers * 2 E]}. */
    private String memoryOfToken(ScriptBody body, TransformerOps ops, String tokens) {
        List<TensorData> matrices = new ArrayList<>();
        List<TensorData> biases = new ArrayList<>();
        for (int i = 0; i < config.nLayer(); i++) {
            String name = decoderLayer(i) + ".multihead_attn.in_proj_";
            matrices.add(weights.take(name + "weight", 3L * width, width).rows(width, 2L * width));
            biases.add(weights.take(name + "bias", 3L * width).rows(width, 2L * width));
        }
        return body.let("torch.linear(%s, %s, %s)", mixed(body, ops, tokens),
                module.parameter("memory.weight", ScriptTensor.concatenated(matrices)),
                module.parameter("memory.bias", ScriptTensor.concatenated(biases)));
    }

    /**
     * The trunk with cross-attention.
     *
     * @param memory tokens, mixed unless an encoder's layers do that here
     * @param prepared whether it is their keys and values for all layers instead
     */
    private String decoded(ScriptBody body, TransformerOps ops, String sample, String memory, boolean prepared) {
        String tokens = memory;
        for (int i = 0; i < config.nCondLayers(); i++) {
            tokens = ops.encoderLayer(tokens, NAME + "encoder.layers." + i, NO_MASK);
        }
        String x = ops.layers().dropout(trunkTokens(body, ops, sample, 0), config.dropEmb());
        String mask = config.causalAttn() ? mask("mask", steps, steps, 0) : NO_MASK;
        String memoryMask = config.causalAttn() && observed ? mask("memory_mask", steps, 1 + policy.nObsSteps(), 1) : NO_MASK;
        String all = prepared ? ops.heads(memory, 2 * config.nLayer()) : null;
        for (int i = 0; i < config.nLayer(); i++) {
            String pair = prepared ? all : ops.heads(ops.keysAndValues(tokens, decoderLayer(i)), 2);
            int keys = prepared ? 2 * i : 0;
            x = ops.decoderLayer(x, pair + "[" + keys + "]", pair + "[" + (keys + 1) + "]", decoderLayer(i), mask, memoryMask);
        }
        return head(ops, x);
    }

    /** The trunk that has the timestep's token among its own. */
    private String encoded(ScriptBody body, TransformerOps ops, String sample, String time) {
        String x = body.let("torch.cat([%s, %s], 1)", time, trunkTokens(body, ops, sample, 1));
        x = ops.layers().dropout(x, config.dropEmb());
        String mask = config.causalAttn() ? mask("mask", steps + 1, steps + 1, 0) : NO_MASK;
        for (int i = 0; i < config.nLayer(); i++) {
            x = ops.encoderLayer(x, NAME + "encoder.layers." + i, mask);
        }
        return head(ops, body.let("torch.narrow(%s, 1, 1, %d)", x, steps));
    }

    private String trunkTokens(ScriptBody body, TransformerOps ops, String sample, int first) {
        String x = ops.layers().linear(sample, Linear.of(NAME + "input_emb", policy.denoisedWidth(), width), Activation.NONE);
        return body.let("torch.add(%s, torch.narrow(%s, 1, %d, %d))", x, positions(ops), first, steps);
    }

    private String head(TransformerOps ops, String x) {
        return ops.layers().linear(ops.norm(x, NAME + "ln_f"), Linear.of(NAME + "head", width, policy.denoisedWidth()), Activation.NONE);
    }

    /** What is added to attention weights: row t sees columns up to {@code t + ahead}. */
    private String mask(String name, int rows, int columns, int ahead) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % columns <= i / columns + ahead ? 0 : Float.NEGATIVE_INFINITY;
        }
        return module.parameter(name, ScriptTensor.of(TensorData.of(values, rows, columns)));
    }

    private static String decoderLayer(int index) {
        return NAME + "decoder.layers." + index;
    }
}
