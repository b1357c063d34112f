package dev.dpros.inference;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Where one trajectory's Gaussian noise comes from. Confined to the thread that samples. */
public interface NoiseSource {
    /** Fills the sample that denoising starts from, {@code [T, A]} row-major from {@code offset} on. */
    void initial(float[] out, int offset, int length);

    /** Fills the noise that a stochastic scheduler adds after step {@code index}, {@code [T, A]}. */
    void variance(int index, float[] out, int offset, int length);

    /** Independent draws; the same seed gives the same sequence. */
    static NoiseSource seeded(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        return new NoiseSource() {
            @Override
            public void initial(float[] out, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    out[offset + i] = (float) random.nextGaussian();
                }
            }

            @Override
            public void variance(int index, float[] out, int offset, int length) {
                initial(out, offset, length);
            }
        };
    }

    /**
     * Given noise, to reproduce a reference.
     *
     * @param initial {@code [T, A]}
     * @param variance {@code [steps, T, A]}, or null for zeros
     */
    static NoiseSource given(float[] initial, float[] variance) {
        float[] first = initial.clone();
        float[] later = variance == null ? null : variance.clone();
        return new NoiseSource() {
            @Override
            public void initial(float[] out, int offset, int length) {
                System.arraycopy(first, 0, out, offset, length);
            }

            @Override
            public void variance(int index, float[] out, int offset, int length) {
                if (later == null || (index + 1) * length > later.length) {
                    Arrays.fill(out, offset, offset + length, 0f);
                } else {
                    System.arraycopy(later, index * length, out, offset, length);
                }
            }
        };
    }
}
