package dev.dpros.inference.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1", "4, 64, 1, 32", "7, 10, 1, 2", "18, 320, 1, 70", "5, 21, 7, 64", "9, 300, 3, 33", "23, 600, 1, 130"})
    void shouldEqualTheSumsInDoublePrecision(int rows, int length, int count, int outputs) {
        Random random = new Random(rows * 31L + length);
        int stride = length + 3;
        float[] x = filled(random, rows * 5 + count * stride);
        float[] w = filled(random, count * length * outputs);
        float[] bias = filled(random, outputs);
        int[] from = new int[rows];
        int[] to = new int[rows];
        int width = Product.padded(outputs);
        for (int r = 0; r < rows; r++) {
            from[r] = r * 5; // overlapping
            to[r] = (rows - 1 - r) * width; // in any order
        }
        float[] y = new float[rows * width];
        new Product((input, output) -> w[input * outputs + output], bias, new Product.Pieces(count, length, stride), from, to).run(x, y);
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < width; o++) {
                double sum = o < outputs ? bias[o] : 0;
                for (int i = 0; i < count * length && o < outputs; i++) {
                    sum += (double) x[from[r] + i / length * stride + i % length] * w[i * outputs + o];
                }
                assertEquals(sum, y[to[r] + o], 1e-4, r + ", " + o);
            }
        }
    }

    private static float[] filled(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
