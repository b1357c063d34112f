package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a configuration implies, by LeRobot's names without the {@code diffusion.} prefix, with their shapes
 * (modeling_diffusion.py). Stateless.
 */
public final class ExpectedTensors {
    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
    private final PolicyConfig config;

    private ExpectedTensors(PolicyConfig config) {
        this.config = config;
    }

    /** Names and shapes, encoder first. */
    public static Map<String, List<Long>> of(PolicyConfig config) {
        ExpectedTensors expected = new ExpectedTensors(config);
        if (config.vision() != null) {
            expected.encoders();
        }
        expected.unet();
        return expected.shapes;
    }

    private void put(String name, long... shape) {
        shapes.put(name, java.util.Arrays.stream(shape).boxed().toList());
    }

    private void layer(String name, long... weightShape) {
        put(name + ".weight", weightShape);
        put(name + ".bias", weightShape[0]);
    }

    private void encoders() {
        List<FeatureSpec> cameras = config.cameras();
        int count = config.vision().separatePerCamera() ? cameras.size() : 1;
        for (int i = 0; i < count; i++) {
            String prefix = config.vision().separatePerCamera() ? "rgb_encoder." + i + "." : "rgb_encoder.";
            int channels = cameras.get(i).shape().get(0);
            if (config.vision().backbone() == VisionConfig.Backbone.CONV) {
                compact(prefix, channels);
            } else {
                resnet(prefix, channels);
            }
        }
    }

    private void compact(String prefix, int channels) {
        VisionConfig vision = config.vision();
        int in = channels;
        for (int i = 0; i < vision.conv().size(); i++) {
            VisionConfig.ConvLayer layer = vision.conv().get(i);
            layer(prefix + "conv." + i, layer.outChannels(), in, layer.kernel(), layer.kernel());
            layer(prefix + "norm." + i, layer.outChannels());
            in = layer.outChannels();
        }
        layer(prefix + "keypoints", vision.numKeypoints(), in, 1, 1);
        layer(prefix + "out", vision.featureDim(), 2L * vision.numKeypoints());
    }

    private void resnet(String prefix, int channels) {
        VisionConfig vision = config.vision();
        int[] depths = vision.backbone() == VisionConfig.Backbone.RESNET18 ? new int[] {2, 2, 2, 2} : new int[] {3, 4, 6, 3};
        String body = prefix + "backbone.";
        put(body + "0.weight", 64, channels, 7, 7);
        norm(body + "1", 64);
        int in = 64;
        for (int stage = 0; stage < 4; stage++) {
            int out = 64 << stage;
            for (int i = 0; i < depths[stage]; i++) {
                String block = body + (4 + stage) + "." + i + ".";
                put(block + "conv1.weight", out, in, 3, 3);
                norm(block + "bn1", out);
                put(block + "conv2.weight", out, out, 3, 3);
                norm(block + "bn2", out);
                if (in != out) {
                    put(block + "downsample.0.weight", out, in, 1, 1);
                    norm(block + "downsample.1", out);
                }
                in = out;
            }
        }
        if (vision.pool() == VisionConfig.Pool.SPATIAL_SOFTMAX) {
            layer(prefix + "pool.nets", vision.numKeypoints(), in, 1, 1);
            layer(prefix + "out", vision.featureDim(), 2L * vision.numKeypoints());
        }
    }

    private void norm(String name, int channels) {
        layer(name, channels);
        if (config.vision().norm() == VisionConfig.Norm.BATCH) {
            put(name + ".running_mean", channels);
            put(name + ".running_var", channels);
        }
    }

    private void unet() {
        UnetConfig unet = config.unet();
        List<Integer> dims = unet.downDims();
        int embed = unet.stepEmbedDim();
        layer("unet.diffusion_step_encoder.1", 4L * embed, embed);
        layer("unet.diffusion_step_encoder.3", embed, 4L * embed);
        int last = dims.size() - 1;
        for (int i = 0; i <= last; i++) {
            String module = "unet.down_modules." + i + ".";
            residual(module + "0", i == 0 ? config.action().size() : dims.get(i - 1), dims.get(i));
            residual(module + "1", dims.get(i), dims.get(i));
            if (i < last) {
                layer(module + "2", dims.get(i), dims.get(i), 3);
            }
        }
        residual("unet.mid_modules.0", dims.get(last), dims.get(last));
        residual("unet.mid_modules.1", dims.get(last), dims.get(last));
        for (int i = 0; i < last; i++) {
            String module = "unet.up_modules." + i + ".";
            int out = dims.get(last - i - 1);
            residual(module + "0", 2 * dims.get(last - i), out);
            residual(module + "1", out, out);
            layer(module + "2", out, out, 4);
        }
        layer("unet.final_conv.0.block.0", dims.get(0), dims.get(0), unet.kernelSize());
        layer("unet.final_conv.0.block.1", dims.get(0));
        layer("unet.final_conv.1", config.action().size(), dims.get(0), 1);
    }

    private void residual(String name, int in, int out) {
        UnetConfig unet = config.unet();
        layer(name + ".conv1.block.0", out, in, unet.kernelSize());
        layer(name + ".conv1.block.1", out);
        layer(name + ".cond_encoder.1", unet.filmScale() ? 2L * out : out, unet.stepEmbedDim() + config.globalConditioning());
        layer(name + ".conv2.block.0", out, out, unet.kernelSize());
        layer(name + ".conv2.block.1", out);
        if (in != out) {
            layer(name + ".residual_conv", out, in, 1);
        }
    }
}
