package dev.dpros.diffusion;

import java.util.List;

/**
 * The image encoder. Order of operations on an image in [0, 1]: resize, crop (centre at inference; {@link #cropsFirst} says
 * where the crop comes first), then the normalisation of the visual features ({@link Normalizer}), then {@code
 * imagenetNormalize}, backbone, pool, linear.
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
 * @param vit sizes of the vision transformer, for {@link Backbone#vit} only, else null
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
        List<ConvLayer> conv,
        Vit vit) {

    /** Convolutional bodies. */
    public enum Backbone {
        /** torchvision resnet18 without its pool and classifier. */ RESNET18(false, 2, 2, 2, 2),
        /** torchvision resnet34 likewise. */ RESNET34(false, 3, 4, 6, 3),
        /** torchvision resnet50 likewise, of bottleneck blocks. */ RESNET50(true, 3, 4, 6, 3),
        /** The compact encoder of models/pusht_image. */ CONV(false),
        /** The vision transformer of OpenAI's CLIP. */ CLIP_VIT(false),
        /** A vision transformer of the library timm. */ TIMM_VIT(false),
        /** CLIP's, as timm has it: with the exact GELU, and the last normalisation. */ TIMM_CLIP_VIT(false);

        private static final int WIDEST = 512;
        private final boolean bottleneck;
        @SuppressWarnings("ImmutableEnumChecker") // of List.of
        private final List<Integer> depths;

        Backbone(boolean bottleneck, Integer... depths) {
            this.bottleneck = bottleneck;
            this.depths = List.of(depths);
        }

        /** Whether a ResNet's blocks are three convolutions, the last of them four times as wide, rather than two. */
        public boolean bottleneck() {
            return bottleneck;
        }

        /** Blocks of each stage of a ResNet; empty for what is none. */
        public List<Integer> depths() {
            return depths;
        }

        /** Channels that come out of a ResNet. */
        public int channels() {
            return bottleneck ? 4 * WIDEST : WIDEST;
        }

        /** Whether it is a vision transformer. */
        public boolean vit() {
            return this == CLIP_VIT || timm();
        }

        /** Whether it is a vision transformer of timm's. */
        public boolean timm() {
            return this == TIMM_VIT || this == TIMM_CLIP_VIT;
        }
    }

    /** Normalisation layers of a ResNet. */
    public enum Norm {
        /** GroupNorm with C / 16 groups, as both references replace BatchNorm. */ GROUP,
        /** BatchNorm with its evaluation statistics. */ BATCH
    }

    /** From feature maps to a vector. */
    public enum Pool {
        /** SpatialSoftmax, then linear (robomimic, LeRobot). */ SPATIAL_SOFTMAX,
        /** Global average, no linear (MultiImageObsEncoder). */ AVERAGE,
        /** A vision transformer's first token (multi_task_dit, UMI). */ FIRST_TOKEN
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

    /**
     * A vision transformer.
     *
     * @param patch side of a patch, pixels
     * @param width of a token
     * @param layers of the encoder
     * @param heads of attention
     */
    public record Vit(int patch, int width, int layers, int heads) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Vit {
            PolicyConfig.require(patch >= 1 && patch <= 256, "patch_size", patch, "1 to 256");
            PolicyConfig.require(layers >= 1 && layers <= 64, "num_hidden_layers", layers, "1 to 64");
            PolicyConfig.require(heads >= 1 && width >= heads && width <= 1 << 14 && width % heads == 0, "hidden_size", width,
                    "a multiple of the heads, at most 16384");
        }
    }

    /** An encoder that is no vision transformer. */
    public VisionConfig(Backbone backbone, Norm norm, List<Integer> resizeShape, List<Integer> cropShape, boolean separatePerCamera,
            Pool pool, int numKeypoints, int featureDim, boolean outActivation, boolean imagenetNormalize, List<ConvLayer> conv) {
        this(backbone, norm, resizeShape, cropShape, separatePerCamera, pool, numKeypoints, featureDim, outActivation, imagenetNormalize,
                conv, null);
    }

    /** Copies the lists. */
    public VisionConfig {
        resizeShape = resizeShape == null ? null : List.copyOf(resizeShape);
        cropShape = cropShape == null ? null : List.copyOf(cropShape);
        conv = List.copyOf(conv);
        requirePair(resizeShape, "resize_shape");
        requirePair(cropShape, "crop_shape");
        PolicyConfig.require(featureDim >= 1 && featureDim <= 1 << 16, "feature_dim", featureDim, "1 to 65536");
        PolicyConfig.require(pool != Pool.SPATIAL_SOFTMAX || numKeypoints >= 1 && numKeypoints <= 1 << 15,
                "spatial_softmax_num_keypoints", numKeypoints, "1 to 32768");
        PolicyConfig.require((backbone == Backbone.CONV) != conv.isEmpty(), "conv_encoder.layers", conv.size() + " layers",
                backbone == Backbone.CONV ? "at least 1 layer" : "none for a ResNet");
        PolicyConfig.require(backbone.vit() == (vit != null), "vision_encoder", vit,
                backbone.vit() ? "the sizes of a vision transformer" : "none of a vision transformer");
    }

    /** The same for images that are neither resized nor cropped. */
    public VisionConfig ofWholeImages() {
        return new VisionConfig(backbone, norm, null, null, separatePerCamera, pool, numKeypoints, featureDim, outActivation,
                imagenetNormalize, conv, vit);
    }

    /** Whether the crop comes before the resize, as UMI has it. */
    public boolean cropsFirst() {
        return backbone.timm();
    }

    /** {@code [H, W]} of what the encoder sees of a camera's images. @param image their {@code [C, H, W]} */
    public List<Integer> seen(List<Integer> image) {
        List<Integer> last = cropsFirst() ? resizeShape : cropShape;
        List<Integer> first = cropsFirst() ? cropShape : resizeShape;
        return last != null ? last : first != null ? first : image.subList(1, 3);
    }

    /** What the names of a camera's encoder begin with. */
    public String prefix(int camera) {
        if (backbone == Backbone.CLIP_VIT) {
            return "observation_encoder." + (separatePerCamera ? "vision_encoders." + camera : "vision_encoder") + ".model.vision_model.";
        }
        return separatePerCamera ? "rgb_encoder." + camera + "." : "rgb_encoder.";
    }

    private static void requirePair(List<Integer> shape, String field) {
        PolicyConfig.require(shape == null || shape.size() == 2 && shape.get(0) >= 1 && shape.get(1) >= 1, field, shape,
                "two positive sizes [H, W]");
    }
}
