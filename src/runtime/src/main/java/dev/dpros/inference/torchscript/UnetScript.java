package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.SequenceOps.Conv;
import dev.dpros.inference.torchscript.SequenceOps.Weighted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes ConditionalUnet1D (diffusion_policy/model/diffusion/conditional_unet1d.py, LeRobot's
 * DiffusionConditionalUnet1d) as TorchScript.
 *
 * <p>FiLM's linear layers act on {@code mish([step embedding, conditioning])}, which splits into a part of the step and a
 * part of the observation. All of them are kept as one matrix, applied once per step table ({@code embed}) and once per
 * chunk ({@code condition}); a denoising step only adds the two.
 */
final class UnetScript implements DenoiserScript {
    private final UnetConfig unet;
    private final PolicyConfig config;
    private final WeightStore weights;
    private final ScriptModule module;
    private final List<Integer> filmOffsets = new ArrayList<>();

    UnetScript(PolicyConfig config, WeightStore weights, ScriptModule module) {
        this.config = config;
        this.unet = config.unet();
        this.weights = weights;
        this.module = module;
    }

    @Override
    public void write(List<ConvVariant> variants) {
        film();
        for (ConvVariant variant : variants) {
            denoise(variant);
        }
    }

    @Override
    public String train(ScriptBody body, String sample, String steps, String observation, Arithmetic arithmetic, boolean learning) {
        int inputs = unet.stepEmbedDim() + config.filmConditioning();
        List<String> matrices = new ArrayList<>();
        List<String> biases = new ArrayList<>();
        int offset = 0;
        for (Block block : blocks()) {
            int rows = unet.filmScale() ? 2 * block.out() : block.out();
            matrices.add(parameter(block.name() + ".cond_encoder.1.weight", rows, inputs));
            biases.add(parameter(block.name() + ".cond_encoder.1.bias", rows));
            filmOffsets.add(offset);
            offset += rows;
        }
        String step = stepEncoding(body, steps);
        String joined = config.filmConditioning() == 0 ? body.let("torch.mish(%s)", step)
                : body.let("torch.mish(torch.cat([%s, %s], 1))", step, observation);
        String matrix = body.let("torch.cat([%s], 0)", String.join(", ", matrices));
        String bias = body.let("torch.cat([%s], 0)", String.join(", ", biases));
        String film = body.let("torch.unsqueeze(%s, 1)", arithmetic.linear(body, joined, matrix, bias));
        String local = config.conditionedBy(Conditioning.LOCAL) ? local(body, observation) : null;
        return forward(new TrainingOps(module, body, film, arithmetic), body, sample, local);
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        List<Integer> dims = unet.downDims();
        int channels = config.denoisedWidth();
        for (int i = 0; i < dims.size(); i++) {
            blocks.add(new Block("unet.down_modules." + i + ".0", channels, dims.get(i)));
            channels = dims.get(i);
            blocks.add(new Block("unet.down_modules." + i + ".1", channels, channels));
        }
        blocks.add(new Block("unet.mid_modules.0", channels, channels));
        blocks.add(new Block("unet.mid_modules.1", channels, channels));
        for (int i = 0; i < dims.size() - 1; i++) {
            int out = dims.get(dims.size() - 2 - i);
            blocks.add(new Block("unet.up_modules." + i + ".0", 2 * channels, out));
            blocks.add(new Block("unet.up_modules." + i + ".1", out, out));
            channels = out;
        }
        if (config.conditionedBy(Conditioning.LOCAL)) {
            blocks.add(new Block("unet.local_cond_encoder.0", config.conditioningPerStep(), dims.get(0)));
        }
        return blocks;
    }

    /** {@code [B, T, D]}: observations at their steps, zeros after them. */
    private String local(ScriptBody body, String observation) {
        int steps = config.nObsSteps();
        return body.let("torch.constant_pad_nd(torch.reshape(%s, [-1, %d, %d]), [0, 0, 0, %d])", observation, steps,
                config.conditioningPerStep(), config.denoisedSteps() - steps);
    }

    /** A residual block: its prefix, input and output channels. */
    private record Block(String name, int in, int out) {}

    private void film() {
        int step = unet.stepEmbedDim();
        int inputs = step + config.filmConditioning();
        List<TensorData> matrices = new ArrayList<>();
        List<TensorData> biases = new ArrayList<>();
        int offset = 0;
        for (Block block : blocks()) {
            int rows = unet.filmScale() ? 2 * block.out() : block.out();
            matrices.add(weights.take(block.name() + ".cond_encoder.1.weight", rows, inputs));
            biases.add(weights.take(block.name() + ".cond_encoder.1.bias", rows));
            filmOffsets.add(offset);
            offset += rows;
        }
        String matrix = module.parameter("film.weight", ScriptTensor.concatenated(matrices));
        String bias = module.parameter("film.bias", ScriptTensor.concatenated(biases));

        boolean global = config.filmConditioning() > 0;
        ScriptBody embed = new ScriptBody();
        String encoded = stepEncoding(embed, "steps");
        embed.result("torch.unsqueeze(torch.linear(torch.mish(" + encoded + "), torch.narrow(" + matrix + ", 1, 0, " + step
                + ")" + (global ? "" : ", " + bias) + "), 1)");
        module.method("embed(steps: Tensor) -> Tensor", embed);

        ScriptBody condition = new ScriptBody();
        condition.result(global ? "torch.unsqueeze(torch.linear(torch.mish(observation), torch.narrow(" + matrix + ", 1, " + step
                + ", " + config.filmConditioning() + "), " + bias + "), 1)"
                : config.conditionedBy(Conditioning.LOCAL) ? local(condition, "observation") : "torch.zeros([1])");
        module.method("condition(observation: Tensor) -> Tensor", condition);
    }

    /** SinusoidalPosEmb, linear, Mish, linear. */
    private String stepEncoding(ScriptBody body, String steps) {
        int dim = unet.stepEmbedDim();
        String x = StepEncoding.of(module, body, steps, dim);
        x = dense(body, x, "unet.diffusion_step_encoder.1", dim, 4 * dim);
        x = body.let("torch.mish(%s)", x);
        return dense(body, x, "unet.diffusion_step_encoder.3", 4 * dim, dim);
    }

    private String dense(ScriptBody body, String x, String name, int in, int out) {
        return body.let("torch.linear(%s, %s, %s)", x, parameter(name + ".weight", out, in), parameter(name + ".bias", out));
    }

    private void denoise(ConvVariant variant) {
        ScriptBody body = new ScriptBody();
        ScriptBody preparation = new ScriptBody();
        String film = config.filmConditioning() > 0 ? body.let("torch.add(observation, torch.select(steps, 0, step))")
                : body.let("torch.reshape(torch.select(steps, 0, step), [-1, 1, torch.size(steps, -1)])");
        SequenceOps ops = variant == ConvVariant.CONV1D
                ? new ChannelsFirstOps(module, body, film)
                : new RowsOps(module, body, preparation, film, variant);
        body.result(forward(ops, body, "x", config.conditionedBy(Conditioning.LOCAL) ? "observation" : null));
        module.method(variant.method() + "(x: Tensor, observation: Tensor, steps: Tensor, step: int) -> Tensor", body);
        module.preparation(variant.preparation(), preparation);
    }

    /** @param local variable, {@code [B, T, D]}, or null */
    private String forward(SequenceOps ops, ScriptBody body, String sample, String local) {
        int levels = unet.downDims().size();
        List<Block> blocks = blocks();
        int length = config.denoisedSteps();
        int next = 0;
        String x = ops.enter(sample);
        String[] skips = new String[levels];
        for (int i = 0; i < levels; i++) {
            x = block(ops, body, blocks, next++, x, length);
            if (i == 0 && local != null) {
                // the reference has a second encoder of these for the way up, whose output it never adds
                x = body.let("torch.add(%s, %s)", x, block(ops, body, blocks, blocks.size() - 1, ops.enter(local), length));
            }
            x = block(ops, body, blocks, next++, x, length);
            skips[i] = x;
            if (i < levels - 1) {
                int channels = unet.downDims().get(i);
                x = ops.conv(x, layer("unet.down_modules." + i + ".2", channels, channels, 3, 2, 1, length));
                length /= 2;
            }
        }
        x = block(ops, body, blocks, next++, x, length);
        x = block(ops, body, blocks, next++, x, length);
        for (int i = 0; i < levels - 1; i++) {
            x = block(ops, body, blocks, next++, ops.join(x, skips[levels - 1 - i]), length);
            x = block(ops, body, blocks, next++, x, length);
            x = upsample(ops, x, i, length);
            length *= 2;
        }
        int channels = unet.downDims().get(0);
        x = convBlock(ops, x, "unet.final_conv.0.block", channels, channels, UnetConfig.FINAL_GROUPS, length);
        return ops.leave(ops.conv(x, layer("unet.final_conv.1", channels, config.denoisedWidth(), 1, 1, 0, length)));
    }

    private String upsample(SequenceOps ops, String x, int index, int length) {
        String name = "unet.up_modules." + index + ".2";
        int channels = unet.downDims().get(unet.downDims().size() - 2 - index);
        Conv conv = new Conv(name, channels, channels, 4, 2, 1, length);
        return ops.upsample(x, new Weighted(conv, weights.take(name + ".weight", channels, channels, 4),
                weights.take(name + ".bias", channels)));
    }

    private String block(SequenceOps ops, ScriptBody body, List<Block> blocks, int index, String x, int length) {
        Block block = blocks.get(index);
        String y = convBlock(ops, x, block.name() + ".conv1.block", block.in(), block.out(), unet.nGroups(), length);
        y = ops.film(y, filmOffsets.get(index), block.out(), unet.filmScale());
        y = convBlock(ops, y, block.name() + ".conv2.block", block.out(), block.out(), unet.nGroups(), length);
        String residual = block.in() == block.out() ? x
                : ops.conv(x, layer(block.name() + ".residual_conv", block.in(), block.out(), 1, 1, 0, length));
        return body.let("torch.add_(%s, %s)", y, residual);
    }

    private String convBlock(SequenceOps ops, String x, String name, int in, int out, int groups, int length) {
        int kernel = unet.kernelSize();
        String y = ops.conv(x, layer(name + ".0", in, out, kernel, 1, kernel / 2, length));
        return ops.normMish(y, groups, parameter(name + ".1.weight", out), parameter(name + ".1.bias", out));
    }

    private Weighted layer(String name, int in, int out, int kernel, int stride, int padding, int length) {
        return new Weighted(new Conv(name, in, out, kernel, stride, padding, length),
                weights.take(name + ".weight", out, in, kernel), weights.take(name + ".bias", out));
    }

    private String parameter(String name, int... shape) {
        return module.weight(name, weights.take(name, Arrays.stream(shape).asLongStream().toArray()));
    }
}
