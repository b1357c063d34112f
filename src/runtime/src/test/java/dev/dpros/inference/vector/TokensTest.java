package dev.dpros.inference.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final int WIDTH = 64;

    @Test
    void shouldEqualGeluByNumericalIntegration() {
        float[] x = new float[WIDTH * 4];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - x.length / 2) * 0.05f;
        }
        float[] y = x.clone();
        Tokens.gelu(y, y.length);
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i] * normal(x[i]), y[i], 1e-6);
        }
    }

    /** The normal distribution, by Simpson's rule from zero. */
    private static double normal(double x) {
        int parts = 2000;
        double h = x / parts;
        double sum = Math.exp(0) + Math.exp(-x * x / 2);
        for (int i = 1; i < parts; i++) {
            sum += (i % 2 == 1 ? 4 : 2) * Math.exp(-(i * h) * (i * h) / 2);
        }
        return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
    }

    @Test
    void shouldAttendToWhatIsVisibleAlone() {
        Random random = new Random(5);
        float[] scores = new float[WIDTH];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextFloat() * 8 - 4;
        }
        int visible = 21;
        double sum = 0;
        for (int i = 0; i < visible; i++) {
            sum += Math.exp(0.5 * scores[i]);
        }
        float[] found = scores.clone();
        Tokens.softmax(found, 0, visible, 0.5f);
        for (int i = 0; i < visible; i++) {
            assertEquals(Math.exp(0.5 * scores[i]) / sum, found[i], 1e-6);
        }
    }

    @Test
    void shouldKeepWhatIsNoNumberWhateverItsBits() {
        for (int bits : new int[] {0x7fc00000, 0x7fc00001, 0xffc00003}) {
            float[] scores = new float[WIDTH];
            scores[5] = Float.intBitsToFloat(bits);
            Tokens.softmax(scores, 0, WIDTH, 1);
            assertTrue(Float.isNaN(scores[0]) && Float.isNaN(scores[5]), Integer.toHexString(bits));
        }
    }

    @Test
    void shouldNormaliseEachRow() {
        Random random = new Random(6);
        float[] x = new float[3 * WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = 5 + random.nextFloat();
        }
        float[] gamma = new float[WIDTH];
        float[] beta = new float[WIDTH];
        Arrays.fill(gamma, 2);
        Arrays.fill(beta, 0.5f);
        float[] y = new float[x.length];
        Tokens.norm(x, 0, WIDTH, 3, WIDTH, gamma, beta, 1e-5, y);
        for (int row = 0; row < 3; row++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < WIDTH; i++) {
                mean += x[row * WIDTH + i] / (double) WIDTH;
            }
            for (int i = 0; i < WIDTH; i++) {
                square += Math.pow(x[row * WIDTH + i] - mean, 2) / WIDTH;
            }
            for (int i = 0; i < WIDTH; i++) {
                assertEquals(2 * (x[row * WIDTH + i] - mean) / Math.sqrt(square + 1e-5) + 0.5, y[row * WIDTH + i], 2e-5);
            }
        }
    }
}
