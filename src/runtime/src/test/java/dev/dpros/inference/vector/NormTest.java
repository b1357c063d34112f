package dev.dpros.inference.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.inference.vector.Norm.Rows;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NormTest {
    private static final int CHANNELS = 64;

    @Test
    void shouldEqualMishInDoublePrecision() {
        Norm norm = Norm.fixed(filled(1), filled(0));
        float[] y = new float[CHANNELS * 100];
        for (int i = 0; i < y.length; i++) {
            y[i] = (i - y.length / 2) * 0.04f; // from -128 to 128
        }
        float[] out = new float[y.length];
        norm.mish(y, 0, CHANNELS, 100, filled(1), 0, Rows.same(filled(0), 0, 100), rows(out), 0);
        for (int i = 0; i < y.length; i++) {
            double expected = y[i] * Math.tanh(Math.log1p(Math.exp(y[i])));
            assertEquals(expected, out[i], 2e-6 * Math.abs(expected) + 1e-30, () -> "mish");
        }
    }

    @Test
    void shouldKeepWhatIsNoNumber() {
        float[] y = new float[CHANNELS];
        y[3] = Float.NaN;
        y[5] = Float.POSITIVE_INFINITY;
        float[] out = new float[CHANNELS];
        Norm.fixed(filled(1), filled(0)).mish(y, 0, CHANNELS, 1, filled(1), 0, Rows.same(filled(0), 0, 1), rows(out), 0);
        assertTrue(Float.isNaN(out[3]));
        assertEquals(Float.POSITIVE_INFINITY, out[5]);
        assertEquals(0, out[4]);
    }

    @Test
    void shouldNormaliseEachGroupAndAddAnotherRow() {
        Random random = new Random(3);
        int count = 5;
        int groups = 8;
        float[] y = new float[count * CHANNELS];
        float[] plus = new float[count * CHANNELS];
        for (int i = 0; i < y.length; i++) {
            y[i] = 3 + 2 * random.nextFloat();
            plus[i] = random.nextFloat();
        }
        float[] gamma = filled(1.5f);
        float[] beta = filled(-0.25f);
        Norm norm = new Norm(gamma.clone(), beta.clone(), groups);
        norm.measure(y, 0, count, CHANNELS);
        float[] out = new float[y.length];
        norm.atLeast(-0.5f, y, 0, CHANNELS, count, rows(plus), rows(out), 0);
        int size = CHANNELS / groups;
        for (int g = 0; g < groups; g++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < y.length; i++) {
                mean += i % CHANNELS / size == g ? y[i] / (double) (count * size) : 0;
            }
            for (int i = 0; i < y.length; i++) {
                square += i % CHANNELS / size == g ? (y[i] - mean) * (y[i] - mean) / (count * size) : 0;
            }
            for (int i = 0; i < y.length; i++) {
                if (i % CHANNELS / size == g) {
                    double value = (y[i] - mean) / Math.sqrt(square + 1e-5) * 1.5 - 0.25 + plus[i];
                    assertEquals(Math.max(value, -0.5), out[i], 2e-5);
                }
            }
        }
    }

    private static float[] filled(float value) {
        float[] values = new float[CHANNELS];
        Arrays.fill(values, value);
        return values;
    }

    private static Rows rows(float[] values) {
        int[] places = new int[values.length / CHANNELS];
        Arrays.setAll(places, i -> i * CHANNELS);
        return new Rows(values, places);
    }
}
