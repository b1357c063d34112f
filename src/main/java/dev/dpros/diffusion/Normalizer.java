package dev.dpros.diffusion;

/**
 * An affine map per element or per channel: {@code normalised = value * scale + offset}. Both references' normalizers
 * (min-max, mean-std, identity, diffusion_policy's LinearNormalizer) reduce to it. Immutable; does not allocate.
 *
 * @param scale one value per element of a vector feature, or per channel of an image
 * @param offset likewise
 */
public record Normalizer(float[] scale, float[] offset) {
    /** @throws IllegalArgumentException if lengths differ or a value is not finite */
    public Normalizer {
        if (scale.length != offset.length || scale.length == 0) {
            throw new IllegalArgumentException("normalizer: scale has " + scale.length + " values, offset " + offset.length);
        }
        for (int i = 0; i < scale.length; i++) {
            if (!Float.isFinite(scale[i]) || !Float.isFinite(offset[i]) || scale[i] == 0) {
                throw new IllegalArgumentException("normalizer: element " + i + ": expected a finite non-zero scale and a "
                        + "finite offset, found " + scale[i] + ", " + offset[i]);
            }
        }
        scale = scale.clone();
        offset = offset.clone();
    }

    /** The map that changes nothing, for {@code size} elements or channels. */
    public static Normalizer identity(int size) {
        float[] ones = new float[size];
        java.util.Arrays.fill(ones, 1f);
        return new Normalizer(ones, new float[size]);
    }

    /** Number of elements or channels. */
    public int size() {
        return scale.length;
    }

    /** Normalises one element. */
    public float normalize(int i, float value) {
        return value * scale[i] + offset[i];
    }

    /** Back to robot units. */
    public double unnormalize(int i, double value) {
        return (value - offset[i]) / scale[i];
    }
}
