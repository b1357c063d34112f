package dev.dpros.diffusion;

import java.util.List;

/**
 * The image encoder. Order of operations on an image in [0, 1]: resize, crop (centre at inference), then the
 * normalisation of the visual features ({@link Normalizer}), then {@code imagenetNormalize}, backbone, pool, linear.
 * LeRobot normalises before it crops, which is the same since normalisation is per channel.
 *
 * @param backbone the convolutional body
 * @param norm normalisation layers of a ResNet; ignored for {@link Backbone#CONV}
 * @param resizeShape {@code [H, W]} or null
 * @param cropShape {@code [H, W]} or null
 * @param separatePerCamera one encoder per camera ({@code rgb_encoder.N.}) rather than one shared ({@code rgb_encoder.})
 * @param pool what turns feature maps into a vector
 * @param numKeypoints spatial-softmax keypoints
 * @param featureDim length of the feature vector per camera and step
 * @param outActivation whether a ReLU follows the last linear layer (LeRobot's DiffusionRgbEncoder)
 * @param imagenetNormalize whether (x - mean) / std of ImageNet is applied on top (MultiImageObsEncoder)
 * @param conv layers of the compact encoder, for {@link Backbone#CONV} only, else empty
 */
public record VisionConfig(
        Backbone backbone,
        Norm norm,
        List<Integer> resizeShape,
        List<Integer> cropShape,
        boolean separatePerCamera,
        Pool pool,
        int numKeypoints,
        int featureDim,
        boolean outActivation,
        boolean imagenetNormalize,
        List<ConvLayer> conv) {

    /** Convolutional bodies. */
    public enum Backbone {
        /** torchvision resnet18 without its pool and classifier. */ RESNET18,
        /** torchvision resnet34 likewise. */ RESNET34,
        /** The compact encoder of models/pusht_image. */ CONV
    }

    /** Normalisation layers of a ResNet. */
    public enum Norm {
        /** GroupNorm with C / 16 groups, as both references replace BatchNorm. */ GROUP,
        /** BatchNorm with its evaluation statistics. */ BATCH
    }

    /** From feature maps to a vector. */
    public enum Pool {
        /** SpatialSoftmax, then linear (robomimic, LeRobot). */ SPATIAL_SOFTMAX,
        /** Global average, no linear (MultiImageObsEncoder). */ AVERAGE
    }

    /**
     * One layer of the compact encoder: convolution, GroupNorm, Mish.
     *
     * @param kernel kernel size
     * @param stride stride
     * @param padding zero padding
     * @param outChannels output channels
     * @param groups GroupNorm groups
     */
    public record ConvLayer(int kernel, int stride, int padding, int outChannels, int groups) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public ConvLayer {
            PolicyConfig.require(kernel >= 1 && kernel <= 31, "conv_encoder.layers.kernel", kernel, "1 to 31");
            PolicyConfig.require(stride >= 1 && stride <= 16, "conv_encoder.layers.stride", stride, "1 to 16");
            PolicyConfig.require(padding >= 0 && padding < kernel, "conv_encoder.layers.padding", padding,
                    "0 to kernel - 1 = " + (kernel - 1));
            PolicyConfig.require(groups >= 1 && outChannels >= 1 && outChannels % groups == 0,
                    "conv_encoder.layers.out_channels", outChannels, "a multiple of groups = " + groups);
        }
    }

    /** Copies the lists. */
    public VisionConfig {
        resizeShape = resizeShape == null ? null : List.copyOf(resizeShape);
        cropShape = cropShape == null ? null : List.copyOf(cropShape);
        conv = List.copyOf(conv);
        requirePair(resizeShape, "resize_shape");
        requirePair(cropShape, "crop_shape");
        PolicyConfig.require(featureDim >= 1 && featureDim <= 1 << 16, "feature_dim", featureDim, "1 to 65536");
        PolicyConfig.require(pool == Pool.AVERAGE || numKeypoints >= 1 && numKeypoints <= 1 << 15,
                "spatial_softmax_num_keypoints", numKeypoints, "1 to 32768");
        PolicyConfig.require((backbone == Backbone.CONV) != conv.isEmpty(), "conv_encoder.layers", conv.size() + " layers",
                backbone == Backbone.CONV ? "at least 1 layer" : "none for a ResNet");
    }

    private static void requirePair(List<Integer> shape, String field) {
        PolicyConfig.require(shape == null || shape.size() == 2 && shape.get(0) >= 1 && shape.get(1) >= 1, field, shape,
                "two positive sizes [H, W]");
    }
}
