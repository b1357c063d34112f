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
    public record ConvLayer(int kernel, int stride, int padding, int outChannels, int groups) {}

    /** Copies the lists. */
    public VisionConfig {
        resizeShape = resizeShape == null ? null : List.copyOf(resizeShape);
        cropShape = cropShape == null ? null : List.copyOf(cropShape);
        conv = List.copyOf(conv);
        PolicyConfig.require(featureDim >= 1, "feature_dim", featureDim, "at least 1");
    }
}
