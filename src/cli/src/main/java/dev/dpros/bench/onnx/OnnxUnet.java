package dev.dpros.bench.onnx;

import dev.dpros.bench.onnx.OnnxLayers.Conv;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;
import java.util.Map;

/** ConditionalUnet1D as its {@code forward(sample, timestep, global_cond)} is exported: all of it in every evaluation. */
final class OnnxUnet {
    private final PolicyConfig config;
    private final UnetConfig unet;
    private final OnnxLayers layers;
    private final OnnxModel model;
    private String features;

    OnnxUnet(PolicyConfig config, OnnxLayers layers) {
        this.config = config;
        this.unet = config.unet();
        this.layers = layers;
        this.model = layers.model();
    }

    /**
     * Adds the network.
     *
     * @param sample {@code [1, T, W]}
     * @param time {@code [1]}
     * @param observations {@code [1, To, D]}
     * @return {@code [1, T, W]}
     */
    String add(String sample, String time, String observations) {
        String step = layers.linear(layers.stepEncoding(time, unet.stepEmbedDim()), "unet.diffusion_step_encoder.1");
        step = layers.linear(layers.mish(step), "unet.diffusion_step_encoder.3");
        features = model.node("Concat", Map.of("axis", 1), step, model.node("Reshape", observations, model.ints(1, config.globalConditioning())));
        List<Integer> dims = unet.downDims();
        int length = config.denoisedSteps();
        int channels = config.denoisedWidth();
        String x = swapped(sample);
        String[] skips = new String[dims.size()];
        for (int i = 0; i < dims.size(); i++) {
            String name = "unet.down_modules." + i + ".";
            x = block(x, name + "0", channels, dims.get(i), length);
            channels = dims.get(i);
            x = block(x, name + "1", channels, channels, length);
            skips[i] = x;
            if (i < dims.size() - 1) {
                x = layers.conv(x, name + "2", Conv.line(3, 2, 1));
                length /= 2;
            }
        }
        x = block(x, "unet.mid_modules.0", channels, channels, length);
        x = block(x, "unet.mid_modules.1", channels, channels, length);
        for (int i = 0; i < dims.size() - 1; i++) {
            String name = "unet.up_modules." + i + ".";
            int out = dims.get(dims.size() - 2 - i);
            x = model.node("Concat", Map.of("axis", 1), x, skips[dims.size() - 1 - i]);
            x = block(x, name + "0", 2 * channels, out, length);
            x = block(x, name + "1", out, out, length);
            x = layers.transposedConv(x, name + "2", Conv.line(4, 2, 1));
            length *= 2;
            channels = out;
        }
        x = convBlock(x, "unet.final_conv.0.block", channels, UnetConfig.FINAL_GROUPS, length);
        return swapped(layers.conv(x, "unet.final_conv.1", Conv.line(1, 1, 0)));
    }

    private String swapped(String x) {
        return model.node("Transpose", Map.of("perm", new long[] {0, 2, 1}), x);
    }

    private String block(String x, String name, int in, int out, int length) {
        String y = film(convBlock(x, name + ".conv1.block", out, unet.nGroups(), length), name, out);
        y = convBlock(y, name + ".conv2.block", out, unet.nGroups(), length);
        return model.node("Add", y, in == out ? x : layers.conv(x, name + ".residual_conv", Conv.line(1, 1, 0)));
    }

    private String film(String x, String name, int channels) {
        String all = layers.linear(layers.mish(features), name + ".cond_encoder.1");
        if (!unet.filmScale()) {
            return model.node("Add", x, model.node("Unsqueeze", all, model.ints(2)));
        }
        List<String> parts = layers.split(all, 2, channels, channels);
        String scaled = model.node("Mul", model.node("Unsqueeze", parts.get(0), model.ints(2)), x);
        return model.node("Add", scaled, model.node("Unsqueeze", parts.get(1), model.ints(2)));
    }

    private String convBlock(String x, String name, int out, int groups, int length) {
        String y = layers.conv(x, name + ".0", Conv.line(unet.kernelSize(), 1, unet.kernelSize() / 2));
        return layers.mish(layers.groupNorm(y, name + ".1", groups, 1, out, length));
    }
}
