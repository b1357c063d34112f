package dev.dpros.diffusion;

import dev.dpros.core.ConstantElements;
import java.util.Arrays;

/**
 * An affine map per element or per channel: {@code normalised = value * scale + offset}. Both references' normalizers
 * (min-max, mean-std, quantiles, identity, diffusion_policy's LinearNormalizer) reduce to it. Held and computed in double:
 * a statistic without range has a scale of 2e8, whose offset float32 cannot hold. Immutable; does not allocate.
 *
 * @param scale one value per element of a vector feature, or per channel of an image
 * @param offset likewise
 * @param constant likewise: the only value in the data where that had no range and its scale is the inverse of what stands
 *     for a range of zero (1e-8), so that a deviation of a millionth would arrive as more than ten ranges; else NaN
 */
public record Normalizer(double[] scale, double[] offset, double[] constant) {
    /** @throws IllegalArgumentException if lengths differ or a value is not finite */
    public Normalizer {
        if (scale.length != offset.length || scale.length != constant.length || scale.length == 0) {
            throw new IllegalArgumentException("normalizer: scale has " + scale.length + " values, offset " + offset.length);
        }
        for (int i = 0; i < scale.length; i++) {
            if (!Double.isFinite(scale[i]) || !Double.isFinite(offset[i]) || scale[i] == 0) {
                throw new IllegalArgumentException("normalizer: element " + i + ": expected a finite non-zero scale and a "
                        + "finite offset, found " + scale[i] + ", " + offset[i]);
            }
        }
        scale = scale.clone();
        offset = offset.clone();
        constant = constant.clone();
    }

    /** One whose data had a range everywhere. */
    public Normalizer(double[] scale, double[] offset) {
        this(scale, offset, varied(scale.length));
    }

    private static double[] varied(int size) {
        double[] none = new double[size];
        Arrays.fill(none, Double.NaN);
        return none;
    }

    /** The map that changes nothing, for {@code size} elements or channels. */
    public static Normalizer identity(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return new Normalizer(ones, new double[size]);
    }

    /** The map that takes {@code low} to -1 and {@code high} to 1, element by element; no element without range. */
    public static Normalizer ofRange(double[] low, double[] high) {
        double[] scale = new double[low.length];
        double[] offset = new double[low.length];
        for (int i = 0; i < low.length; i++) {
            scale[i] = 2 / (high[i] - low[i]);
            offset[i] = -low[i] * scale[i] - 1;
        }
        return new Normalizer(scale, offset);
    }

    /** Whether it changes nothing. */
    public boolean isIdentity() {
        return Arrays.stream(scale).allMatch(s -> s == 1) && Arrays.stream(offset).allMatch(o -> o == 0);
    }

    /** Number of elements or channels. */
    public int size() {
        return scale.length;
    }

    /** Normalises one element. What counts as its constant reaches the network as in training, without the rounding blown up. */
    public float normalize(int i, float value) {
        double exact = ConstantElements.same(constant[i], value) ? constant[i] : value;
        return (float) (exact * scale[i] + offset[i]);
    }

    /** Back to robot units. */
    public double unnormalize(int i, double value) {
        return (value - offset[i]) / scale[i];
    }
}
