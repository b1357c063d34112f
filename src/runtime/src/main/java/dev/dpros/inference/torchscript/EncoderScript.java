package dev.dpros.inference.torchscript;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import java.util.List;

/**
 * Writes the image encoder of one camera as TorchScript: resize, centre crop, normalisation, convolutional body, spatial
 * softmax or average, linear layer. Cameras that share an encoder share its tensors.
 */
final class EncoderScript {
    private final PolicyDefinition policy;
    private final VisionConfig vision;
    private final FeatureSpec camera;
    private final String prefix;
    private final WeightStore weights;
    private final ScriptModule module;
    private final ResizeFilter resizeFilter;

    EncoderScript(PolicyDefinition policy, int cameraIndex, WeightStore weights, ScriptModule module, ResizeFilter filter) {
        this.policy = policy;
        this.vision = policy.config().vision();
        this.camera = policy.config().cameras().get(cameraIndex);
        this.prefix = vision.prefix(cameraIndex);
        this.weights = weights;
        this.module = module;
        this.resizeFilter = filter;
    }

    /**
     * Adds {@code method(image: [N, C, H, W] in [0, 1]) -> [N, featureDim]}.
     *
     * @param packing where convolution weights are packed, or null for plain ones
     */
    void write(String method, ImageOps.Packing packing) {
        ScriptBody body = new ScriptBody();
        ImageOps ops = new ImageOps(module, body, weights, packing);
        body.result(features(ops, body, "image"));
        module.method(method + "(image: Tensor) -> Tensor", body);
    }

    /** Adds the statements from {@code image}, {@code [N, C, H, W]} in [0, 1], to the features. @return their variable */
    String features(ImageOps ops, ScriptBody body, String image) {
        return encoded(ops, body, prepared(ops, body, image));
    }

    /** The part of {@link #features} that follows {@link #prepared}. */
    String encoded(ImageOps ops, ScriptBody body, ImageOps.Maps in) {
        if (vision.backbone() == VisionConfig.Backbone.CLIP_VIT) {
            int tokens = in.height() / vision.vit().patch() * (in.width() / vision.vit().patch()) + 1;
            return new ClipVisionScript(prefix, vision.vit(), ops, body, tokens).features(in);
        }
        if (vision.backbone().timm()) {
            return new TimmVisionScript(prefix + "backbone.", vision, ops, body).features(in);
        }
        ImageOps.Maps maps = maps(ops, in);
        return vision.pool() == VisionConfig.Pool.AVERAGE ? average(body, maps) : head(ops, body, coordinates(ops, body, maps));
    }

    /** As {@link #features}, up to the spatial softmax: {@code [N, 2 * keypoints]}, x then y of each keypoint. */
    String coordinates(ImageOps ops, ScriptBody body, String image) {
        return coordinates(ops, body, maps(ops, prepared(ops, body, image)));
    }

    /** Resized, cropped, normalised. Where it resizes, the crop is this network's and not the loader's: at random while it learns. */
    ImageOps.Maps prepared(ImageOps ops, ScriptBody body, String image) {
        ImageOps.Maps whole = new ImageOps.Maps(image, camera.shape().get(0), camera.shape().get(1), camera.shape().get(2));
        return normalized(body, vision.cropsFirst() ? resized(body, cut(ops, body, whole)) : cut(ops, body, resized(body, whole)));
    }

    private ImageOps.Maps cut(ImageOps ops, ScriptBody body, ImageOps.Maps whole) {
        boolean random = ops.learning() && vision.resizeShape() != null && vision.cropShape() != null;
        return random ? ops.randomCrop(whole, vision.cropShape().get(0), vision.cropShape().get(1)) : cropped(body, whole);
    }

    private ImageOps.Maps maps(ImageOps ops, ImageOps.Maps in) {
        boolean compact = vision.backbone() == VisionConfig.Backbone.CONV;
        // what bfloat16 rounds adds up along a ResNet's sums: a tenth of the gradient, with batch statistics a third
        ImageOps.Maps low = ops.lowered(in, compact);
        return ops.raised(compact ? compact(ops, low) : resnet(ops, low));
    }

    private ImageOps.Maps resized(ScriptBody body, ImageOps.Maps in) {
        List<Integer> to = vision.resizeShape();
        if (to == null || to.equals(List.of(in.height(), in.width()))) {
            return in;
        }
        boolean antialias = resizeFilter == ResizeFilter.ANTIALIAS
                || resizeFilter == ResizeFilter.AUTO && vision.pool() != VisionConfig.Pool.AVERAGE;
        String operator = antialias ? "_upsample_bilinear2d_aa" : "upsample_bilinear2d";
        String x = body.let("torch.%s(%s, [%d, %d], False, None, None)", operator, in.name(), to.get(0), to.get(1));
        return new ImageOps.Maps(x, in.channels(), to.get(0), to.get(1));
    }

    /** torchvision's center_crop: the offset is rounded half to even. */
    private ImageOps.Maps cropped(ScriptBody body, ImageOps.Maps in) {
        List<Integer> to = vision.cropShape();
        if (to == null || to.equals(List.of(in.height(), in.width()))) {
            return in;
        }
        if (to.get(0) > in.height() || to.get(1) > in.width()) {
            throw InputException.of(policy.source(), "crop_shape", "at most the image's " + List.of(in.height(), in.width())
                    + " ('" + camera.key() + "')", to.toString(), "");
        }
        int top = (int) Math.rint((in.height() - to.get(0)) / 2.0);
        int left = (int) Math.rint((in.width() - to.get(1)) / 2.0);
        String x = body.let("torch.narrow(torch.narrow(%s, 2, %d, %d), 3, %d, %d)", in.name(), top, to.get(0), left,
                to.get(1));
        return new ImageOps.Maps(x, in.channels(), to.get(0), to.get(1));
    }

    /** The feature's normalizer and ImageNet's, as one affine map per channel. */
    private ImageOps.Maps normalized(ScriptBody body, ImageOps.Maps in) {
        int channels = in.channels();
        ImageScaling scaling = ImageScaling.of(policy, camera);
        String label = "image." + camera.key();
        String a = module.parameter(label + ".scale", ScriptTensor.of(TensorData.of(scaling.scale(), 1, channels, 1, 1)));
        String b = module.parameter(label + ".offset", ScriptTensor.of(TensorData.of(scaling.offset(), 1, channels, 1, 1)));
        return in.withName(body.let("torch.addcmul(%s, %s, %s)", b, in.name(), a));
    }

    private ImageOps.Maps compact(ImageOps ops, ImageOps.Maps image) {
        ImageOps.Maps x = image;
        List<VisionConfig.ConvLayer> layers = vision.conv();
        for (int i = 0; i < layers.size(); i++) {
            VisionConfig.ConvLayer layer = layers.get(i);
            x = ops.conv(x, prefix + "conv." + i, layer.outChannels(), layer.kernel(), layer.stride(), layer.padding(), true);
            x = ops.mish(ops.groupNorm(x, prefix + "norm." + i, layer.groups()));
        }
        return ops.conv(x, prefix + "keypoints", vision.numKeypoints(), 1, 1, 0, true);
    }

    /** torchvision's ResNet, children 0 to 7 of the model, as both references cut it. */
    private ImageOps.Maps resnet(ImageOps ops, ImageOps.Maps image) {
        List<Integer> depths = vision.backbone().depths();
        String body = prefix + "backbone.";
        ImageOps.Maps x = ops.conv(image, body + "0", 64, 7, 2, 3, false);
        x = ops.maxPool(ops.relu(norm(ops, x, body + "1")));
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int i = 0; i < depths.get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                String block = body + (4 + stage) + "." + i + ".";
                x = vision.backbone().bottleneck() ? bottleneck(ops, x, block, 64 << stage, stride)
                        : basicBlock(ops, x, block, 64 << stage, stride);
            }
        }
        if (vision.pool() == VisionConfig.Pool.SPATIAL_SOFTMAX) {
            x = ops.conv(x, prefix + "pool.nets", vision.numKeypoints(), 1, 1, 0, true);
        }
        return x;
    }

    private ImageOps.Maps basicBlock(ImageOps ops, ImageOps.Maps in, String name, int channels, int stride) {
        ImageOps.Maps y = ops.relu(norm(ops, ops.conv(in, name + "conv1", channels, 3, stride, 1, false), name + "bn1"));
        y = norm(ops, ops.conv(y, name + "conv2", channels, 3, 1, 1, false), name + "bn2");
        return ops.addRelu(y, shortcut(ops, in, name, channels, stride));
    }

    /** The stride is the second convolution's (ResNet v1.5). */
    private ImageOps.Maps bottleneck(ImageOps ops, ImageOps.Maps in, String name, int channels, int stride) {
        ImageOps.Maps y = ops.relu(norm(ops, ops.conv(in, name + "conv1", channels, 1, 1, 0, false), name + "bn1"));
        y = ops.relu(norm(ops, ops.conv(y, name + "conv2", channels, 3, stride, 1, false), name + "bn2"));
        y = norm(ops, ops.conv(y, name + "conv3", 4 * channels, 1, 1, 0, false), name + "bn3");
        return ops.addRelu(y, shortcut(ops, in, name, 4 * channels, stride));
    }

    private ImageOps.Maps shortcut(ImageOps ops, ImageOps.Maps in, String name, int channels, int stride) {
        return stride == 1 && in.channels() == channels ? in
                : norm(ops, ops.conv(in, name + "downsample.0", channels, 1, stride, 0, false), name + "downsample.1");
    }

    private ImageOps.Maps norm(ImageOps ops, ImageOps.Maps x, String name) {
        return vision.norm() == VisionConfig.Norm.GROUP ? ops.groupNorm(x, name, x.channels() / 16) : ops.batchNorm(x, name);
    }

    /** SpatialSoftmax (robomimic base_nets.py): expected coordinates, x then y per keypoint. */
    private String coordinates(ImageOps ops, ScriptBody body, ImageOps.Maps maps) {
        int count = maps.channels();
        int pixels = maps.height() * maps.width();
        float[] grid = new float[pixels * 2];
        for (int i = 0; i < pixels; i++) {
            grid[2 * i] = coordinate(i % maps.width(), maps.width());
            grid[2 * i + 1] = coordinate(i / maps.width(), maps.height());
        }
        String positions = module.parameter("grid." + maps.height() + "x" + maps.width(),
                ScriptTensor.of(TensorData.of(grid, pixels, 2)));
        String logits = body.let("torch.reshape(%s, [-1, %d])", maps.name(), pixels);
        if (weights.has(prefix + "pool.temperature")) {
            logits = body.let("torch.div(%s, %s)", logits, ops.parameter(prefix + "pool.temperature", 1));
        }
        String expected = body.let("torch.matmul(torch.softmax(%s, -1), %s)", logits, positions);
        return body.let("torch.reshape(%s, [-1, %d])", expected, 2 * count);
    }

    /** The linear layer after the coordinates, {@code [N, 2 * keypoints]}. @return the features */
    String head(ImageOps ops, ScriptBody body, String flat) {
        int count = vision.numKeypoints();
        String weight = ops.parameter(prefix + "out.weight", vision.featureDim(), 2 * count);
        String out = body.let("torch.linear(%s, %s, %s)", flat, weight, ops.parameter(prefix + "out.bias", vision.featureDim()));
        return vision.outActivation() ? "torch.relu_(" + out + ")" : out;
    }

    private static float coordinate(int index, int count) {
        return count == 1 ? -1f : (float) (-1 + 2.0 * index / (count - 1));
    }

    private String average(ScriptBody body, ImageOps.Maps maps) {
        if (vision.featureDim() != maps.channels()) {
            throw InputException.of(policy.source(), "feature_dim", maps.channels() + " (the backbone's channels)",
                    String.valueOf(vision.featureDim()), "");
        }
        return body.let("torch.mean(%s, [2, 3])", maps.name());
    }
}
