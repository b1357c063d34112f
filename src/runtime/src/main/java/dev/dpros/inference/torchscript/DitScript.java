package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.TokenLayers.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes LeRobot's DiffusionTransformer (policies/multi_task_dit/modeling_multi_task_dit.py) as TorchScript.
 *
 * <p>What modulates the blocks is linear in {@code silu([step embedding, conditioning])}, which splits into a part of the step
 * and a part of the observation, as FiLM does in {@link UnetScript}: one matrix for all blocks, applied once per step table
 * ({@code embed}) and once per chunk ({@code condition}); a denoising step adds the two.
 */
final class DitScript implements DenoiserScript {
    private static final String NAME = "noise_predictor.";
    private static final String EPS = "9.9999999999999995e-07";
    /** Shift, scale and gate of the attention, then of the layers after it. */
    private static final int PARTS = 6;

    private final PolicyConfig policy;
    private final DitConfig config;
    private final WeightStore weights;
    private final ScriptModule module;
    private final int width;
    private final int steps;

    DitScript(PolicyConfig policy, WeightStore weights, ScriptModule module) {
        this.policy = policy;
        this.config = (DitConfig) policy.denoiser();
        this.weights = weights;
        this.module = module;
        width = config.hiddenDim();
        steps = policy.denoisedSteps();
    }

    @Override
    public void write(List<ConvVariant> variants) {
        int embedding = config.timestepEmbedDim();
        int inputs = embedding + policy.globalConditioning();
        List<TensorData> matrices = new ArrayList<>();
        List<TensorData> biases = new ArrayList<>();
        for (int i = 0; i < config.numLayers(); i++) {
            matrices.add(weights.take(modulation(i) + ".weight", (long) PARTS * width, inputs));
            biases.add(weights.take(modulation(i) + ".bias", (long) PARTS * width));
        }
        String matrix = module.parameter("modulation.weight", ScriptTensor.concatenated(matrices));
        String bias = module.parameter("modulation.bias", ScriptTensor.concatenated(biases));

        ScriptBody embed = new ScriptBody();
        String time = timeFeatures(embed, plain(embed), "steps");
        embed.result("torch.unsqueeze(torch.linear(torch.silu(" + time + "), torch.narrow(" + matrix + ", 1, 0, " + embedding + ")), 1)");
        module.method("embed(steps: Tensor) -> Tensor", embed);

        ScriptBody condition = new ScriptBody();
        condition.result("torch.unsqueeze(torch.linear(torch.silu(observation), torch.narrow(" + matrix + ", 1, " + embedding + ", "
                + policy.globalConditioning() + "), " + bias + "), 1)");
        module.method("condition(observation: Tensor) -> Tensor", condition);
        variants.forEach(this::denoise);
    }

    private void denoise(ConvVariant variant) {
        ScriptBody body = new ScriptBody();
        ScriptBody preparation = new ScriptBody();
        TokenLayers layers = new StoredTokenLayers(module, weights, new PackedLinear(module, body, preparation, variant), steps);
        String all = body.let("torch.add(observation, torch.select(steps, 0, step))");
        List<String> modulations = new ArrayList<>();
        for (int i = 0; i < config.numLayers(); i++) {
            modulations.add(body.let("torch.narrow(%s, 2, %d, %d)", all, i * PARTS * width, PARTS * width));
        }
        body.result(blocks(body, layers, "x", modulations));
        module.method(variant.method() + "(x: Tensor, observation: Tensor, steps: Tensor, step: int) -> Tensor", body);
        module.preparation(variant.preparation(), preparation);
    }

    @Override
    public String train(ScriptBody body, String sample, String timesteps, String observation, Arithmetic arithmetic, boolean learning) {
        TokenLayers layers = new TrainedTokenLayers(module, weights, body, arithmetic, config.dropout(), learning);
        String time = timeFeatures(body, layers, timesteps);
        String features = body.let("torch.silu(torch.cat([%s, %s], 1))", time, observation);
        List<String> modulations = new ArrayList<>();
        for (int i = 0; i < config.numLayers(); i++) {
            modulations.add(body.let("torch.unsqueeze(%s, 1)", layers.linear(features,
                    Linear.of(modulation(i), config.timestepEmbedDim() + policy.globalConditioning(), PARTS * width), Activation.NONE)));
        }
        return blocks(body, layers, sample, modulations);
    }

    private TokenLayers plain(ScriptBody body) {
        return new StoredTokenLayers(module, weights, new PackedLinear(module, body, new ScriptBody(), ConvVariant.CONV1D), 1);
    }

    private static String modulation(int block) {
        return block(block) + "adaLN_modulation.1";
    }

    private static String block(int index) {
        return NAME + "transformer_blocks." + index + ".";
    }

    /** {@code [N, timestepEmbedDim]}. */
    private String timeFeatures(ScriptBody body, TokenLayers layers, String timesteps) {
        int dim = config.timestepEmbedDim();
        String x = StepEncoding.of(module, body, timesteps, dim);
        x = layers.linear(x, Linear.of(NAME + "time_mlp.1", dim, 2 * dim), Activation.GELU);
        return layers.linear(x, Linear.of(NAME + "time_mlp.3", 2 * dim, dim), Activation.GELU);
    }

    /** @param modulations of each block, {@code [B, 1, 6 E]} */
    private String blocks(ScriptBody body, TokenLayers layers, String sample, List<String> modulations) {
        String x = layers.linear(sample, Linear.of(NAME + "input_proj", policy.action().size(), width), Activation.NONE);
        if (config.positions()) {
            x = body.let("torch.add(%s, %s)", x, layers.tensor(NAME + "pos_embedding", 1, policy.horizon(), width));
        }
        for (int i = 0; i < config.numLayers(); i++) {
            String by = modulations.get(i);
            String attended = attention(body, layers, modulated(body, x, by, 0), block(i));
            x = body.let("torch.addcmul(%s, %s, %s)", x, part(body, by, 2), attended);
            String y = modulated(body, x, by, 3);
            y = layers.linear(y, Linear.of(block(i) + "mlp.0", width, 4 * width), Activation.GELU_TANH);
            y = layers.linear(y, Linear.of(block(i) + "mlp.2", 4 * width, width), Activation.NONE);
            x = body.let("torch.addcmul(%s, %s, %s)", x, part(body, by, 5), y);
        }
        return layers.linear(x, Linear.of(NAME + "output_proj", width, policy.action().size()), Activation.NONE);
    }

    private String part(ScriptBody body, String modulation, int index) {
        return body.let("torch.narrow(%s, 2, %d, %d)", modulation, index * width, width);
    }

    /** LayerNorm without weights of its own, then shift (part {@code first}) and scale (the next). */
    private String modulated(ScriptBody body, String x, String modulation, int first) {
        String y = body.let("torch.layer_norm(%s, [%d], None, None, %s)", x, width, EPS);
        return body.let("torch.addcmul(%s, %s, torch.add(%s, 1))", part(body, modulation, first), y, part(body, modulation, first + 1));
    }

    private String attention(ScriptBody body, TokenLayers layers, String x, String block) {
        HeadsOps heads = new HeadsOps(body, width, config.numHeads());
        String name = block + (config.rope() ? "attn." : "multihead_attn.");
        String in = name + (config.rope() ? "qkv_proj." : "in_proj_");
        String qkv = layers.linear(x, new Linear(in + "weight", in + "bias", width, 3 * width, 0, 3 * width), Activation.NONE);
        String query = heads.split(part(body, qkv, 0));
        String keys = heads.split(part(body, qkv, 1));
        String values = heads.split(part(body, qkv, 2));
        String y = heads.attend(turned(body, query), turned(body, keys), values, layers.attentionDropout());
        return layers.linear(y, Linear.of(name + "out_proj", width, width), Activation.NONE);
    }

    /** Rotary position embedding: the halves of a head's values are the coordinates of points that turn with the position. */
    private String turned(ScriptBody body, String x) {
        if (!config.rope()) {
            return x;
        }
        int dims = width / config.numHeads();
        float[] cosines = new float[steps * dims];
        float[] sines = new float[steps * dims];
        for (int t = 0; t < steps; t++) {
            for (int d = 0; d < dims; d++) {
                float frequency = 1 / (float) Math.pow(config.ropeBase(), (float) (d % (dims / 2) * 2) / dims);
                float angle = t * frequency;
                cosines[t * dims + d] = (float) Math.cos(angle);
                sines[t * dims + d] = (float) (d < dims / 2 ? -Math.sin(angle) : Math.sin(angle));
            }
        }
        String cosine = module.parameter("rope.cosines", ScriptTensor.of(TensorData.of(cosines, steps, dims)));
        String sine = module.parameter("rope.sines", ScriptTensor.of(TensorData.of(sines, steps, dims)));
        return body.let("torch.addcmul(torch.mul(%1$s, %2$s), torch.roll(%1$s, [%4$d], [-1]), %3$s)", x, cosine, sine, dims / 2);
    }
}
