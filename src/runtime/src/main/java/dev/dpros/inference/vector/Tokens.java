package dev.dpros.inference.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What transformers do with tokens besides products, in place where one array is given. Stateless; allocates nothing. */
final class Tokens {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final float SMALL = -87;
    private static final float SQRT_HALF = 0.70710678f;

    private Tokens() {}

    /**
     * LayerNorm of each of {@code rows} rows of {@code width} values.
     *
     * @param x the first row at {@code at}, each {@code stride} from the one before
     * @param y takes them one after the other
     */
    static void norm(float[] x, int at, int stride, int rows, int width, float[] gamma, float[] beta, double epsilon, float[] y) {
        for (int row = 0; row < rows; row++) {
            int first = at + row * stride;
            FloatVector sums = FloatVector.zero(SPECIES);
            for (int i = 0; i < width; i += LANES) {
                sums = sums.add(FloatVector.fromArray(SPECIES, x, first + i));
            }
            float mean = sums.reduceLanes(VectorOperators.ADD) / width;
            FloatVector squares = FloatVector.zero(SPECIES);
            for (int i = 0; i < width; i += LANES) {
                FloatVector difference = FloatVector.fromArray(SPECIES, x, first + i).sub(mean);
                squares = difference.fma(difference, squares);
            }
            float scale = (float) (1 / Math.sqrt(squares.reduceLanes(VectorOperators.ADD) / width + epsilon));
            for (int i = 0; i < width; i += LANES) {
                FloatVector.fromArray(SPECIES, x, first + i).sub(mean).mul(scale)
                        .fma(FloatVector.fromArray(SPECIES, gamma, i), FloatVector.fromArray(SPECIES, beta, i)).intoArray(y, row * width + i);
            }
        }
    }

    /** Adds {@code count} values. */
    static void add(float[] x, float[] others, int from, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(SPECIES, x, i).add(FloatVector.fromArray(SPECIES, others, from + i)).intoArray(x, i);
        }
    }

    /** {@code x (1 + erf(x / sqrt(2))) / 2}, erf within 2e-7 (Abramowitz and Stegun, 7.1.26). */
    static void gelu(float[] x, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, x, i);
            FloatVector u = value.mul(SQRT_HALF);
            FloatVector size = u.abs();
            FloatVector t = FloatVector.broadcast(SPECIES, 1).div(size.mul(0.3275911f).add(1));
            FloatVector p = FloatVector.broadcast(SPECIES, 1.061405429f);
            p = p.fma(t, FloatVector.broadcast(SPECIES, -1.453152027f));
            p = p.fma(t, FloatVector.broadcast(SPECIES, 1.421413741f));
            p = p.fma(t, FloatVector.broadcast(SPECIES, -0.284496736f));
            p = p.fma(t, FloatVector.broadcast(SPECIES, 0.254829592f));
            FloatVector rest = p.mul(t).mul(Norm.exp(size.mul(size).neg().max(SMALL)));
            // half of 1 + erf(u): 1 - rest / 2 above zero, rest / 2 below
            FloatVector half = rest.mul(0.5f);
            FloatVector share = half.blend(FloatVector.broadcast(SPECIES, 1).sub(half), u.compare(VectorOperators.GE, 0));
            value.mul(share).intoArray(x, i);
        }
    }

    /**
     * Softmax of {@code scale} times a row of scores, in place.
     *
     * @param row where it begins; it is read and written up to the next multiple of a vector's lanes
     * @param visible the first so many; the others become nothing
     */
    static void softmax(float[] scores, int row, int visible, float scale) {
        int end = (visible + LANES - 1) / LANES * LANES;
        for (int i = visible; i < end; i++) {
            scores[row + i] = Float.NEGATIVE_INFINITY;
        }
        FloatVector most = FloatVector.fromArray(SPECIES, scores, row);
        for (int i = LANES; i < end; i += LANES) {
            most = most.max(FloatVector.fromArray(SPECIES, scores, row + i));
        }
        float largest = most.reduceLanes(VectorOperators.MAX);
        FloatVector sums = FloatVector.zero(SPECIES);
        for (int i = 0; i < end; i += LANES) {
            FloatVector share = Norm.exp(FloatVector.fromArray(SPECIES, scores, row + i).sub(largest).mul(scale).max(SMALL));
            share.intoArray(scores, row + i);
            sums = sums.add(share);
        }
        float inverse = 1 / sums.reduceLanes(VectorOperators.ADD);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, scores, row + i).mul(inverse).intoArray(scores, row + i);
        }
    }
}
