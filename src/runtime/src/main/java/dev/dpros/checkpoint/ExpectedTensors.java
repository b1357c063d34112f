package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a configuration implies, by LeRobot's names without the {@code diffusion.} prefix, with their shapes
 * (modeling_diffusion.py); those of a transformer by diffusion_policy's, with {@code transformer.} for {@code model.}; those of multi_task_dit by its own.
 * Stateless.
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
        if (config.denoiser() instanceof TransformerConfig transformer) {
            expected.transformer(transformer);
        } else if (config.denoiser() instanceof DitConfig dit) {
            DitTensors.put(config, dit, expected.shapes);
        } else if (config.denoiser() instanceof EnergyConfig energy) {
            expected.energy(energy);
        } else {
            expected.unet();
        }
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
        if (config.vision().backbone() == VisionConfig.Backbone.CLIP_VIT) {
            DitTensors.encoders(config, shapes);
            return;
        }
        if (config.vision().backbone().timm()) {
            TimmTensors.encoders(config, shapes);
            return;
        }
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
        boolean bottleneck = vision.backbone().bottleneck();
        String body = prefix + "backbone.";
        put(body + "0.weight", 64, channels, 7, 7);
        norm(body + "1", 64);
        int in = 64;
        for (int stage = 0; stage < vision.backbone().depths().size(); stage++) {
            int width = 64 << stage;
            int out = bottleneck ? 4 * width : width;
            for (int i = 0; i < vision.backbone().depths().get(stage); i++) {
                String block = body + (4 + stage) + "." + i + ".";
                int kernel = bottleneck ? 1 : 3;
                convolution(block, 1, width, in, kernel);
                convolution(block, 2, width, width, 3);
                if (bottleneck) {
                    convolution(block, 3, out, width, kernel);
                }
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

    private void convolution(String block, int number, int out, int in, int kernel) {
        put(block + "conv" + number + ".weight", out, in, kernel, kernel);
        norm(block + "bn" + number, out);
    }

    private void norm(String name, int channels) {
        layer(name, channels);
        if (config.vision().norm() == VisionConfig.Norm.BATCH) {
            put(name + ".running_mean", channels);
            put(name + ".running_var", channels);
        }
    }

    /** The perceptron of ibc_dfo_lowdim_policy.py: dense0 to dense4. */
    private void energy(EnergyConfig energy) {
        int in = config.globalConditioning() + config.denoisedSteps() * config.action().size();
        for (int i = 0; i < EnergyConfig.LAYERS; i++) {
            layer("energy.dense" + i, i == EnergyConfig.LAYERS - 1 ? 1 : energy.width(), i == 0 ? in : energy.width());
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
            residual(module + "0", i == 0 ? config.denoisedWidth() : dims.get(i - 1), dims.get(i));
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
        layer("unet.final_conv.1", config.denoisedWidth(), dims.get(0), 1);
        for (int i = 0; i < (config.conditionedBy(Conditioning.LOCAL) ? 2 : 0); i++) {
            residual("unet.local_cond_encoder." + i, config.conditioningPerStep(), dims.get(0));
        }
    }

    /** transformer_for_diffusion.py, by its own names. */
    private void transformer(TransformerConfig transformer) {
        int width = transformer.nEmb();
        boolean observed = config.conditionedBy(Conditioning.GLOBAL);
        layer("transformer.input_emb", width, config.denoisedWidth());
        put("transformer.pos_emb", 1, transformer.positions() + (transformer.timeAsCond() ? 0 : 1), width);
        if (observed) {
            layer("transformer.cond_obs_emb", width, config.conditioningPerStep());
        }
        if (transformer.timeAsCond()) {
            put("transformer.cond_pos_emb", 1, 1 + (observed ? transformer.condPositions() : 0), width);
        }
        int encoderLayers = transformer.timeAsCond() ? transformer.nCondLayers() : transformer.nLayer();
        for (int i = 0; i < encoderLayers; i++) {
            transformerLayer("transformer.encoder.layers." + i, width, 2, "self_attn");
        }
        if (encoderLayers == 0) {
            layer("transformer.encoder.0", 4L * width, width);
            layer("transformer.encoder.2", width, 4L * width);
        }
        for (int i = 0; i < (transformer.timeAsCond() ? transformer.nLayer() : 0); i++) {
            transformerLayer("transformer.decoder.layers." + i, width, 3, "self_attn", "multihead_attn");
        }
        layer("transformer.ln_f", width);
        layer("transformer.head", config.denoisedWidth(), width);
    }

    private void transformerLayer(String name, long width, int norms, String... attentions) {
        for (String attention : attentions) {
            put(name + "." + attention + ".in_proj_weight", 3 * width, width);
            put(name + "." + attention + ".in_proj_bias", 3 * width);
            layer(name + "." + attention + ".out_proj", width, width);
        }
        layer(name + ".linear1", 4 * width, width);
        layer(name + ".linear2", width, 4 * width);
        for (int i = 1; i <= norms; i++) {
            layer(name + ".norm" + i, width);
        }
    }

    private void residual(String name, int in, int out) {
        UnetConfig unet = config.unet();
        layer(name + ".conv1.block.0", out, in, unet.kernelSize());
        layer(name + ".conv1.block.1", out);
        layer(name + ".cond_encoder.1", unet.filmScale() ? 2L * out : out, unet.stepEmbedDim() + config.filmConditioning());
        layer(name + ".conv2.block.0", out, out, unet.kernelSize());
        layer(name + ".conv2.block.1", out);
        if (in != out) {
            layer(name + ".residual_conv", out, in, 1);
        }
    }
}
