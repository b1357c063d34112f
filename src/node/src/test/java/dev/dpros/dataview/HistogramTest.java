package dev.dpros.dataview;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class HistogramTest {
    @Test
    void shouldCountEachValueInTheBinThatHoldsIt() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            double scale = Math.pow(10, random.nextInt(20) - 10);
            double[] values = DoubleStream.generate(() -> scale * random.nextGaussian() * (random.nextInt(50) == 0 ? 40 : 1)).limit(2000).toArray();
            Histogram histogram = new Histogram();
            for (double value : values) {
                histogram.add(value);
            }
            Histogram.Shape shape = histogram.shape();
            double mean = Arrays.stream(values).average().orElseThrow();
            assertEquals(mean, shape.mean(), 1e-9 * scale);
            assertEquals(Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length), shape.std(), 1e-9 * scale);
            assertEquals(Arrays.stream(values).min().orElseThrow(), shape.min());
            assertEquals(Arrays.stream(values).max().orElseThrow(), shape.max());
            long[] expected = new long[shape.bins().length];
            double width = (shape.high() - shape.low()) / expected.length;
            for (double value : values) {
                expected[(int) Math.min(expected.length - 1, Math.max(0, Math.floor((value - shape.low()) / width)))]++;
            }
            long moved = 0;
            for (int i = 0; i < expected.length; i++) {
                moved += Math.abs(expected[i] - shape.bins()[i]);
            }
            assertTrue(expected.length > 16 && moved <= 4, "seed " + seed + ": " + Arrays.toString(shape.bins()) + " for " + Arrays.toString(expected));
        }
    }

    @Test
    void shouldTakeOneValueNoneAndWhatIsNotFinite() {
        Histogram histogram = new Histogram();
        assertArrayEquals(new long[0], histogram.shape().bins());
        histogram.add(Double.NaN);
        histogram.add(Double.POSITIVE_INFINITY);
        histogram.add(3);
        histogram.add(3);
        Histogram.Shape shape = histogram.shape();
        assertArrayEquals(new long[] {2}, shape.bins());
        assertEquals(2, shape.notFinite());
        assertEquals(0, shape.std());
        histogram.add(-1e30);
        assertEquals(3, Arrays.stream(histogram.shape().bins()).sum());
    }
}
