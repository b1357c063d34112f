package dev.dpros.bench.onnx;

import dev.dpros.bench.onnx.OnnxLayers.Conv;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import java.util.List;
import java.util.Map;

/** The image encoder of a policy's first camera: crop, normalisation, ResNet, compact encoder or CLIP's vision tower, pool. */
final class OnnxEncoder {
    private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

    private final PolicyDefinition policy;
    private final VisionConfig vision;
    private final FeatureSpec camera;
    private final String prefix;
    private final int images;
    private final OnnxLayers layers;
    private final OnnxModel model;

    OnnxEncoder(PolicyDefinition policy, OnnxLayers layers) {
        this.policy = policy;
        this.vision = policy.config().vision();
        this.camera = policy.config().cameras().get(0);
        this.prefix = vision.prefix(0);
        this.images = policy.config().nObsSteps();
        this.layers = layers;
        this.model = layers.model();
    }

    /** Feature maps: their name and size. */
    private record Maps(String name, int channels, int height, int width) {
        Maps as(String other) {
            return new Maps(other, channels, height, width);
        }
    }

    /** Adds the encoder. @param image {@code [To, C, H, W]} in [0, 1]; @return its features, {@code [To, D]} */
    String add(String image) {
        Maps in = normalized(cropped(image));
        if (vision.backbone() == VisionConfig.Backbone.CLIP_VIT) {
            return tower(in);
        }
        Maps maps = vision.backbone() == VisionConfig.Backbone.CONV ? compact(in) : resnet(in);
        if (vision.pool() == VisionConfig.Pool.AVERAGE) {
            return model.node("Flatten", model.node("GlobalAveragePool", maps.name));
        }
        return head(maps);
    }

    private Maps cropped(String image) {
        int channels = camera.shape().get(0);
        int height = camera.shape().get(1);
        int width = camera.shape().get(2);
        List<Integer> resize = vision.resizeShape();
        if (resize != null && !resize.equals(List.of(height, width))) {
            throw InputException.of(policy.source(), "resize_shape", "none, to be compared with ONNX Runtime", resize.toString(), "");
        }
        List<Integer> to = vision.cropShape();
        if (to == null || to.equals(List.of(height, width))) {
            return new Maps(image, channels, height, width);
        }
        long top = (long) Math.rint((height - to.get(0)) / 2.0);
        long left = (long) Math.rint((width - to.get(1)) / 2.0);
        String x = model.node("Slice", image, model.ints(top, left), model.ints(top + to.get(0), left + to.get(1)), model.ints(2, 3));
        return new Maps(x, channels, to.get(0), to.get(1));
    }

    private Maps normalized(Maps in) {
        Normalizer normalizer = policy.normalizers().getOrDefault(camera.key(), Normalizer.identity(in.channels));
        float[] scale = new float[in.channels];
        float[] offset = new float[in.channels];
        for (int c = 0; c < in.channels; c++) {
            int at = normalizer.size() == 1 ? 0 : c;
            double std = vision.imagenetNormalize() ? IMAGENET_STD[c] : 1;
            double mean = vision.imagenetNormalize() ? IMAGENET_MEAN[c] : 0;
            scale[c] = (float) (normalizer.scale()[at] / std);
            offset[c] = (float) ((normalizer.offset()[at] - mean) / std);
        }
        String scaled = model.node("Mul", in.name, model.floats(scale, 1, in.channels, 1, 1));
        return in.as(model.node("Add", scaled, model.floats(offset, 1, in.channels, 1, 1)));
    }

    private Maps conv(Maps in, String name, int out, int kernel, int stride, int padding) {
        String y = layers.conv(in.name, name, Conv.plane(kernel, stride, padding));
        return new Maps(y, out, size(in.height, kernel, stride, padding), size(in.width, kernel, stride, padding));
    }

    private static int size(int in, int kernel, int stride, int padding) {
        return (in + 2 * padding - kernel) / stride + 1;
    }

    private Maps groupNorm(Maps in, String name, int groups) {
        return in.as(layers.groupNorm(in.name, name, groups, images, in.channels, in.height, in.width));
    }

    private Maps compact(Maps image) {
        Maps x = image;
        for (int i = 0; i < vision.conv().size(); i++) {
            VisionConfig.ConvLayer layer = vision.conv().get(i);
            x = conv(x, prefix + "conv." + i, layer.outChannels(), layer.kernel(), layer.stride(), layer.padding());
            Maps y = groupNorm(x, prefix + "norm." + i, layer.groups());
            x = y.as(layers.mish(y.name));
        }
        return conv(x, prefix + "keypoints", vision.numKeypoints(), 1, 1, 0);
    }

    private Maps resnet(Maps image) {
        List<Integer> depths = vision.backbone().depths();
        String body = prefix + "backbone.";
        Maps x = relu(norm(conv(image, body + "0", 64, 7, 2, 3), body + "1"));
        String pooled = model.node("MaxPool", Map.of("kernel_shape", new long[] {3, 3}, "strides", new long[] {2, 2},
                "pads", new long[] {1, 1, 1, 1}), x.name);
        x = new Maps(pooled, 64, size(x.height, 3, 2, 1), size(x.width, 3, 2, 1));
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int i = 0; i < depths.get(stage); i++) {
                x = basicBlock(x, body + (4 + stage) + "." + i + ".", 64 << stage, stage > 0 && i == 0 ? 2 : 1);
            }
        }
        return vision.pool() == VisionConfig.Pool.SPATIAL_SOFTMAX ? conv(x, prefix + "pool.nets", vision.numKeypoints(), 1, 1, 0) : x;
    }

    private Maps basicBlock(Maps in, String name, int channels, int stride) {
        Maps y = relu(norm(conv(in, name + "conv1", channels, 3, stride, 1), name + "bn1"));
        y = norm(conv(y, name + "conv2", channels, 3, 1, 1), name + "bn2");
        Maps shortcut = in;
        if (stride != 1 || in.channels != channels) {
            shortcut = norm(conv(in, name + "downsample.0", channels, 1, stride, 0), name + "downsample.1");
        }
        return relu(y.as(model.node("Add", y.name, shortcut.name)));
    }

    private Maps relu(Maps in) {
        return in.as(model.node("Relu", in.name));
    }

    private Maps norm(Maps in, String name) {
        return vision.norm() == VisionConfig.Norm.GROUP ? groupNorm(in, name, in.channels / 16) : in.as(layers.batchNorm(in.name, name));
    }

    /** SpatialSoftmax and the linear layer after it. */
    private String head(Maps maps) {
        int pixels = maps.height * maps.width;
        float[] grid = new float[2 * pixels];
        for (int i = 0; i < pixels; i++) {
            grid[2 * i] = coordinate(i % maps.width, maps.width);
            grid[2 * i + 1] = coordinate(i / maps.width, maps.height);
        }
        String logits = model.node("Reshape", maps.name, model.ints(-1, pixels));
        if (layers.has(prefix + "pool.temperature")) {
            logits = model.node("Div", logits, layers.tensor(prefix + "pool.temperature"));
        }
        String expected = model.node("MatMul", model.node("Softmax", Map.of("axis", -1), logits), model.floats(grid, pixels, 2));
        String out = layers.linear(model.node("Reshape", expected, model.ints(-1, 2L * maps.channels)), prefix + "out");
        return vision.outActivation() ? model.node("Relu", out) : out;
    }

    private static float coordinate(int index, int count) {
        return count == 1 ? -1f : (float) (-1 + 2.0 * index / (count - 1));
    }

    /** CLIP's vision tower, up to the first token before the last normalisation. */
    private String tower(Maps in) {
        VisionConfig.Vit vit = vision.vit();
        String embeddings = prefix + "embeddings.";
        String maps = layers.conv(in.name, embeddings + "patch_embedding", Conv.plane(vit.patch(), vit.patch(), 0));
        long patches = (long) (in.height / vit.patch()) * (in.width / vit.patch());
        String tokens = model.node("Transpose", Map.of("perm", new long[] {0, 2, 1}),
                model.node("Reshape", maps, model.ints(images, vit.width(), patches)));
        String first = model.node("Expand", layers.tensor(embeddings + "class_embedding", 1, 1, vit.width()), model.ints(images, 1, vit.width()));
        String x = model.node("Add", model.node("Concat", Map.of("axis", 1), first, tokens), layers.tensor(embeddings + "position_embedding.weight"));
        x = layers.layerNorm(x, prefix + "pre_layrnorm");
        for (int i = 0; i < vit.layers(); i++) {
            x = towerLayer(x, prefix + "encoder.layers." + i + ".", vit);
        }
        return model.node("Gather", Map.of("axis", 1), x, model.scalar(0));
    }

    private String towerLayer(String x, String name, VisionConfig.Vit vit) {
        String y = layers.layerNorm(x, name + "layer_norm1");
        String attended = layers.attention(layers.linear(y, name + "self_attn.q_proj"), layers.linear(y, name + "self_attn.k_proj"),
                layers.linear(y, name + "self_attn.v_proj"), vit.width(), vit.heads(), null);
        String z = model.node("Add", x, layers.linear(attended, name + "self_attn.out_proj"));
        y = layers.linear(layers.layerNorm(z, name + "layer_norm2"), name + "mlp.fc1");
        String activated = model.node("Mul", y, model.node("Sigmoid", model.node("Mul", y, model.floats(new float[] {1.702f}))));
        return model.node("Add", z, layers.linear(activated, name + "mlp.fc2"));
    }
}
