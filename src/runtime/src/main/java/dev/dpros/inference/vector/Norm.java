package dev.dpros.inference.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * GroupNorm over the maps of one image or sequence, and what follows it, in one pass over them: Mish, FiLM, a residual. Channels are a
 * multiple of a vector's. Confined to one thread; allocates nothing.
 */
final class Norm {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    private static final double EPSILON = 1e-5;
    /** Beyond it Mish is the identity in float32, and its exponential is still finite when squared. */
    private static final float LARGE = 30;
    private static final float SMALL = -87;
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Adding it leaves a rounded integer in the lowest bits. */
    private static final float ROUND = 12582912;
    private static final int MANTISSA = 23;

    private final int channels;
    private final int groups;
    private final float[] gamma;
    private final float[] beta;
    private final float[] scale;
    private final float[] shift;

    /** @param gamma of each channel, taken over @param beta likewise */
    Norm(float[] gamma, float[] beta, int groups) {
        this.channels = gamma.length;
        this.groups = groups;
        this.gamma = gamma;
        this.beta = beta;
        scale = new float[channels];
        shift = new float[channels];
    }

    /** With a scale and shift that stay: BatchNorm's, by its statistics. Nothing is to be measured. */
    static Norm fixed(float[] scale, float[] shift) {
        Norm norm = new Norm(scale, shift, 1);
        System.arraycopy(scale, 0, norm.scale, 0, scale.length);
        System.arraycopy(shift, 0, norm.shift, 0, shift.length);
        return norm;
    }

    /**
     * Rows of channels.
     *
     * @param places where each begins
     */
    record Rows(float[] values, int[] places) {
        /** The same row, again and again. */
        static Rows same(float[] values, int at, int count) {
            int[] places = new int[count];
            Arrays.fill(places, at);
            return new Rows(values, places);
        }
    }

    /** Whether it can do so many channels. */
    static boolean fits(int channels) {
        return channels % LANES == 0;
    }

    /**
     * Finds the scale and shift of each channel.
     *
     * @param y rows, each {@code stride} from the one before, the first at {@code first}
     */
    void measure(float[] y, int first, int rows, int stride) {
        for (int c = 0; c < channels; c += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int row = 0, at = first + c; row < rows; row++, at += stride) {
                sum = sum.add(FloatVector.fromArray(SPECIES, y, at));
            }
            sum.intoArray(shift, c);
        }
        means(shift, rows);
        for (int c = 0; c < channels; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, shift, c);
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int row = 0, at = first + c; row < rows; row++, at += stride) {
                FloatVector difference = FloatVector.fromArray(SPECIES, y, at).sub(mean);
                sum = difference.fma(difference, sum);
            }
            sum.intoArray(scale, c);
        }
        means(scale, rows);
        for (int c = 0; c < channels; c++) {
            scale[c] = (float) (gamma[c] / Math.sqrt(scale[c] + EPSILON));
            shift[c] = beta[c] - shift[c] * scale[c];
        }
    }

    /** Replaces sums over rows by the means over rows and the channels of a group. */
    private void means(float[] sums, int rows) {
        int size = channels / groups;
        for (int from = 0; from < channels; from += size) {
            double sum = 0;
            for (int c = from; c < from + size; c++) {
                sum += sums[c];
            }
            float mean = (float) (sum / ((double) rows * size));
            for (int c = from; c < from + size; c++) {
                sums[c] = mean;
            }
        }
    }

    /**
     * Normalises rows as measured; Mish; then {@code times} each channel's factor, plus another row.
     *
     * @param y rows, {@code stride} from one to the next, the first at {@code first}
     * @param factors from {@code factorAt} on
     * @param plus what is added
     * @param to where the results go
     * @param place the first row's index among those of {@code plus} and {@code to}
     */
    void mish(float[] y, int first, int stride, int rows, float[] factors, int factorAt, Rows plus, Rows to, int place) {
        float[] others = plus.values();
        int[] from = plus.places();
        float[] out = to.values();
        int[] places = to.places();
        for (int c = 0; c < channels; c += LANES) {
            FloatVector a = FloatVector.fromArray(SPECIES, scale, c);
            FloatVector b = FloatVector.fromArray(SPECIES, shift, c);
            FloatVector factor = FloatVector.fromArray(SPECIES, factors, factorAt + c);
            for (int row = place, at = first + c; row < place + rows; row++, at += stride) {
                mish(FloatVector.fromArray(SPECIES, y, at).fma(a, b)).fma(factor, FloatVector.fromArray(SPECIES, others, from[row] + c))
                        .intoArray(out, places[row] + c);
            }
        }
    }

    /** Normalises rows as measured, adds another row, and takes {@code least} where that is larger; otherwise as {@link #mish}. */
    void atLeast(float least, float[] y, int first, int stride, int rows, Rows plus, Rows to, int place) {
        float[] others = plus.values();
        int[] from = plus.places();
        float[] out = to.values();
        int[] places = to.places();
        for (int c = 0; c < channels; c += LANES) {
            FloatVector a = FloatVector.fromArray(SPECIES, scale, c);
            FloatVector b = FloatVector.fromArray(SPECIES, shift, c);
            for (int row = place, at = first + c; row < place + rows; row++, at += stride) {
                FloatVector.fromArray(SPECIES, y, at).fma(a, b).add(FloatVector.fromArray(SPECIES, others, from[row] + c)).max(least)
                        .intoArray(out, places[row] + c);
            }
        }
    }

    /** The largest of 3 x 3 places, channel by channel. */
    static void largest(float[] values, int first, int rowStride, int channels, float[] out, int to) {
        for (int c = 0; c < channels; c += LANES) {
            FloatVector most = FloatVector.fromArray(SPECIES, values, first + c);
            for (int i = 1; i < 9; i++) {
                most = most.max(FloatVector.fromArray(SPECIES, values, first + i / 3 * rowStride + i % 3 * channels + c));
            }
            most.intoArray(out, to + c);
        }
    }

    /** {@code x tanh(log(1 + e^x))}, by one exponential: with n = e^x it is {@code x (n^2 + 2 n) / (n^2 + 2 n + 2)}. */
    static FloatVector mish(FloatVector x) {
        FloatVector n = exp(x.min(LARGE).max(SMALL));
        FloatVector t = n.fma(n, n.add(n));
        return x.mul(t.div(t.add(2)));
    }

    /** Within two units in the last place, from {@link #SMALL} to {@link #LARGE}. */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(FloatVector.broadcast(SPECIES, LOG2_E), FloatVector.broadcast(SPECIES, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(SPECIES, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r.add(1));
        FloatVector power = p.reinterpretAsInts().add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA)).reinterpretAsFloats();
        // what is no number stays none: its lowest bits would have become an exponent
        return x.fma(FloatVector.zero(SPECIES), power);
    }
}
