package dev.dpros.inference.torchscript;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;

/**
 * A camera's normalizer and ImageNet's, as one affine map of each channel. The arrays are the live ones.
 *
 * @param scale of each channel
 * @param offset of each channel
 */
public record ImageScaling(float[] scale, float[] offset) {
    private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

    /** @throws InputException if the normalizer is not one of the camera's channels */
    public static ImageScaling of(PolicyDefinition policy, FeatureSpec camera) {
        int channels = camera.shape().get(0);
        boolean imagenet = policy.config().vision().imagenetNormalize();
        Normalizer normalizer = policy.normalizers().getOrDefault(camera.key(), Normalizer.identity(channels));
        if (normalizer.size() != channels && normalizer.size() != 1) {
            throw InputException.of(policy.source(), "normalizer of '" + camera.key() + "'", channels + " channels",
                    String.valueOf(normalizer.size()), "");
        }
        if (imagenet && channels != IMAGENET_MEAN.length) {
            throw InputException.of(policy.source(), "'" + camera.key() + "'", "3 channels, for ImageNet's normalisation",
                    String.valueOf(channels), "");
        }
        float[] scale = new float[channels];
        float[] offset = new float[channels];
        for (int c = 0; c < channels; c++) {
            int at = normalizer.size() == 1 ? 0 : c;
            double std = imagenet ? IMAGENET_STD[c] : 1;
            double mean = imagenet ? IMAGENET_MEAN[c] : 0;
            scale[c] = (float) (normalizer.scale()[at] / std);
            offset[c] = (float) ((normalizer.offset()[at] - mean) / std);
        }
        return new ImageScaling(scale, offset);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "ImageScaling[channels=" + scale.length + "]";
    }
}
