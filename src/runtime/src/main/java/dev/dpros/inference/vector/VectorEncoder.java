package dev.dpros.inference.vector;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.ImageScaling;
import dev.dpros.inference.torchscript.WeightStore;
import dev.dpros.inference.vector.Norm.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The image encoder of one camera, convolutional, for some images at a time, at most those of one observation window, float32, without a library: centre
 * crop, normalisation, body, spatial softmax and linear layer, or average. An encoding allocates nothing. Confined to one thread.
 */
public final class VectorEncoder {
    private static final int MOST_PIXELS = 1 << 16;
    private static final double EPSILON = 1e-5;

    private final VisionConfig vision;
    private final WeightStore weights;
    private final String prefix;
    private final int images;
    /** Images of this encoding. */
    private int given;
    private final FeatureSpec camera;
    private final ImageScaling scaling;
    private final Maps input;
    private final List<Runnable> layers = new ArrayList<>();
    private final float[] features;
    private final int featureStride;

    /**
     * @param index the camera's among the policy's
     * @param images encoded at a time, at most
     * @throws dev.dpros.core.InputException if a tensor is missing, or of a shape that the configuration does not give
     */
    public VectorEncoder(PolicyDefinition policy, int index, int images) {
        this.images = images;
        vision = policy.config().vision();
        camera = policy.config().cameras().get(index);
        prefix = vision.prefix(index);
        weights = new WeightStore(policy);
        scaling = ImageScaling.of(policy, camera);
        List<Integer> seen = vision.seen(camera.shape());
        boolean compact = vision.backbone() == VisionConfig.Backbone.CONV;
        input = Maps.images(images, camera.shape().get(0), seen.get(0), seen.get(1), compact ? vision.conv().get(0).padding() : 3);
        Maps maps = compact ? compact() : resnet();
        featureStride = Product.padded(vision.featureDim());
        features = new float[images * featureStride];
        if (vision.pool() == VisionConfig.Pool.AVERAGE) {
            layers.add(() -> average(maps));
        } else {
            head(maps);
        }
    }

    /** Whether all cameras' can be: convolutional, no picture resized, channels that fill vectors, and not too large. */
    public static boolean fits(PolicyDefinition policy) {
        VisionConfig vision = policy.config().vision();
        if (vision == null || vision.backbone().vit() || vision.backbone().channels() % Norm.LANES != 0
                || !vision.conv().stream().allMatch(layer -> Norm.fits(layer.outChannels()))) {
            return false;
        }
        List<FeatureSpec> cameras = policy.config().cameras();
        return cameras.stream().allMatch(camera -> fits(vision, camera.shape()))
                && IntStream.range(0, cameras.size()).mapToLong(i -> size(policy, vision.prefix(i))).sum() <= Vectors.MOST_VALUES;
    }

    private static boolean fits(VisionConfig vision, List<Integer> image) {
        List<Integer> seen = vision.seen(image);
        return (vision.resizeShape() == null || vision.resizeShape().equals(image.subList(1, 3)))
                && (long) seen.get(0) * seen.get(1) <= MOST_PIXELS;
    }

    private static long size(PolicyDefinition policy, String prefix) {
        return policy.weights().entrySet().stream().filter(e -> e.getKey().startsWith(prefix)).mapToLong(e -> e.getValue().count()).sum();
    }

    /**
     * One encoding. What it makes of an image does not depend on the others.
     *
     * @param pixels {@code [some, C, H, W]} in [0, 1], from {@code at} on
     * @param some of the images, at most as many as it was made for
     * @param output takes {@code [some, featureDim]} from {@code to} on
     */
    public void encode(float[] pixels, int at, int some, float[] output, int to) {
        given = some;
        take(pixels, at);
        for (Runnable layer : layers) {
            layer.run();
        }
        for (int image = 0; image < given; image++) {
            System.arraycopy(features, image * featureStride, output, to + image * vision.featureDim(), vision.featureDim());
        }
    }

    /** Cuts, normalises and brings channels together. The crop's offset is rounded half to even, as torchvision's. */
    private void take(float[] pixels, int at) {
        int channels = input.channels;
        int height = camera.shape().get(1);
        int width = camera.shape().get(2);
        int top = (int) Math.rint((height - input.height) / 2.0);
        int left = (int) Math.rint((width - input.width) / 2.0);
        for (int image = 0; image < given; image++) {
            for (int c = 0; c < channels; c++) {
                float scale = scaling.scale()[c];
                float offset = scaling.offset()[c];
                for (int y = 0; y < input.height; y++) {
                    int from = at + ((image * channels + c) * height + top + y) * width + left;
                    scaled(pixels, from, input.width, scale, offset, input.values, input.place(image, y, 0) + c, channels);
                }
            }
        }
    }

    private static void scaled(float[] from, int first, int count, float scale, float offset, float[] to, int at, int step) {
        for (int i = 0, t = at; i < count; i++, t += step) {
            to[t] = from[first + i] * scale + offset;
        }
    }

    private Maps compact() {
        Maps x = input;
        List<VisionConfig.ConvLayer> convs = vision.conv();
        for (int i = 0; i < convs.size(); i++) {
            VisionConfig.ConvLayer layer = convs.get(i);
            int channels = layer.outChannels();
            Convolution conv = conv(x, prefix + "conv." + i, channels, layer.kernel(), layer.stride(), layer.padding(), true);
            Norm norm = groupNorm(prefix + "norm." + i, channels, layer.groups());
            Maps out = conv.maps(i + 1 < convs.size() ? convs.get(i + 1).padding() : 0);
            float[] ones = new float[channels];
            Arrays.fill(ones, 1);
            Rows none = Rows.same(new float[channels], 0, out.places.length);
            each(conv, norm, (first, stride, place, count) -> norm.mish(conv.rows, first, stride, count, ones, 0, none, out.rows(), place));
            x = out;
        }
        return x;
    }

    /** torchvision's ResNet, children 0 to 7 of the model. */
    private Maps resnet() {
        List<Integer> depths = vision.backbone().depths();
        String body = prefix + "backbone.";
        Maps x = pooled(normed(conv(input, body + "0", 64, 7, 2, 3, false), body + "1", null, 0, 1));
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int i = 0; i < depths.get(stage); i++) {
                String block = body + (4 + stage) + "." + i + ".";
                int stride = stage > 0 && i == 0 ? 2 : 1;
                x = vision.backbone().bottleneck() ? bottleneck(x, block, 64 << stage, stride)
                        : basic(x, block, 64 << stage, stride);
            }
        }
        return x;
    }

    private Maps basic(Maps in, String name, int channels, int stride) {
        Maps y = normed(conv(in, name + "conv1", channels, 3, stride, 1, false), name + "bn1", null, 0, 1);
        Maps shortcut = shortcut(in, name, channels, stride);
        return normed(conv(y, name + "conv2", channels, 3, 1, 1, false), name + "bn2", shortcut, 0, 1);
    }

    /** The stride is the second convolution's (ResNet v1.5). */
    private Maps bottleneck(Maps in, String name, int channels, int stride) {
        Maps y = normed(conv(in, name + "conv1", channels, 1, 1, 0, false), name + "bn1", null, 0, 1);
        y = normed(conv(y, name + "conv2", channels, 3, stride, 1, false), name + "bn2", null, 0, 1);
        Maps shortcut = shortcut(in, name, 4 * channels, stride);
        return normed(conv(y, name + "conv3", 4 * channels, 1, 1, 0, false), name + "bn3", shortcut, 0, 1);
    }

    private Maps shortcut(Maps in, String name, int channels, int stride) {
        return stride == 1 && in.channels == channels ? in
                : normed(conv(in, name + "downsample.0", channels, 1, stride, 0, false), name + "downsample.1", null, Float.NEGATIVE_INFINITY, 1);
    }

    /** Normalised, plus others if there are any, and at least {@code least}. */
    private Maps normed(Convolution conv, String name, Maps plus, float least, int pad) {
        int channels = conv.channels;
        Norm norm = vision.norm() == VisionConfig.Norm.GROUP ? groupNorm(name, channels, channels / 16) : batchNorm(name, channels);
        boolean measured = vision.norm() == VisionConfig.Norm.GROUP;
        Maps out = conv.maps(pad);
        Rows added = plus == null ? Rows.same(new float[channels], 0, out.places.length) : plus.rows();
        Rows to = out.rows();
        each(conv, measured ? norm : null, (first, stride, place, count) -> norm.atLeast(least, conv.rows, first, stride, count, added, to, place));
        return out;
    }

    private Norm groupNorm(String name, int channels, int groups) {
        return new Norm(weights.values(name + ".weight", channels), weights.values(name + ".bias", channels), groups);
    }

    private Norm batchNorm(String name, int channels) {
        float[] scale = weights.values(name + ".weight", channels);
        float[] shift = weights.values(name + ".bias", channels);
        float[] mean = weights.values(name + ".running_mean", channels);
        float[] variance = weights.values(name + ".running_var", channels);
        for (int c = 0; c < channels; c++) {
            scale[c] = (float) (scale[c] / Math.sqrt(variance[c] + EPSILON));
            shift[c] -= mean[c] * scale[c];
        }
        return Norm.fixed(scale, shift);
    }

    /** What is done with the rows of one image. */
    private interface Rest {
        void apply(int first, int stride, int place, int count);
    }

    /** Convolves; measures and goes on image by image. @param measured null if nothing is to be */
    private void each(Convolution conv, Norm measured, Rest rest) {
        int places = conv.height * conv.width;
        layers.add(() -> {
            conv.product.run(conv.in.values, conv.rows, given * places);
            for (int image = 0; image < given; image++) {
                int first = image * places * conv.stride;
                if (measured != null) {
                    measured.measure(conv.rows, first, places, conv.stride);
                }
                rest.apply(first, conv.stride, image * places, places);
            }
        });
    }

    private Convolution conv(Maps in, String name, int out, int kernel, int stride, int padding, boolean bias) {
        float[] kernels = weights.values(name + ".weight", out, in.channels, kernel, kernel);
        return new Convolution(images, in, kernels, bias ? weights.values(name + ".bias", out) : new float[out], kernel, stride, padding);
    }

    /** Maximum over 3 x 3, stride 2, of what is nowhere below zero: the zeros around it change nothing. */
    private Maps pooled(Maps in) {
        Maps out = Maps.images(images, in.channels, (in.height - 1) / 2 + 1, (in.width - 1) / 2 + 1, 1);
        layers.add(() -> {
            int at = 0;
            for (int image = 0; image < given; image++) {
                for (int y = 0; y < out.height; y++) {
                    for (int x = 0; x < out.width; x++) {
                        Norm.largest(in.values, in.place(image, 2 * y - 1, 2 * x - 1), in.rowStride, in.channels, out.values, out.places[at++]);
                    }
                }
            }
        });
        return out;
    }

    private void average(Maps maps) {
        int places = maps.height * maps.width;
        Arrays.fill(features, 0);
        for (int i = 0; i < given * places; i++) {
            for (int c = 0; c < maps.channels; c++) {
                features[i / places * featureStride + c] += maps.values[maps.places[i] + c] / places;
            }
        }
    }

    /** Spatial softmax (robomimic's base_nets.py) of the keypoints' maps, then the linear layer. */
    private void head(Maps maps) {
        int keypoints = vision.numKeypoints();
        boolean compact = vision.backbone() == VisionConfig.Backbone.CONV;
        Convolution conv = conv(maps, prefix + (compact ? "keypoints" : "pool.nets"), keypoints, 1, 1, 0, true);
        float temperature = weights.has(prefix + "pool.temperature") ? weights.values(prefix + "pool.temperature", 1)[0] : 1;
        SpatialSoftmax softmax = new SpatialSoftmax(conv.height, conv.width, conv.stride, temperature);
        float[] flat = new float[images * 2 * keypoints];
        layers.add(() -> {
            conv.product.run(maps.values, conv.rows, given * conv.height * conv.width);
            for (int image = 0; image < given; image++) {
                softmax.run(conv.rows, image * conv.height * conv.width * conv.stride, keypoints, flat, image * 2 * keypoints);
            }
        });
        float[] matrix = weights.values(prefix + "out.weight", vision.featureDim(), 2L * keypoints);
        Product linear = new Product((input, output) -> matrix[output * 2 * keypoints + input], weights.values(prefix + "out.bias", vision.featureDim()),
                new Product.Pieces(1, 2 * keypoints, 0), Product.rows(images, 2 * keypoints), Product.rows(images, featureStride));
        layers.add(() -> linear.run(flat, features, given));
        if (vision.outActivation()) {
            layers.add(() -> {
                for (int i = 0; i < features.length; i++) {
                    features[i] = Math.max(features[i], 0);
                }
            });
        }
    }
}
