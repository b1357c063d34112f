package dev.dpros.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.FeatureSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureStatisticsTest {
    @Test
    void shouldAgreeWithNumpyOnAVector() {
        FeatureStatistics statistics = new FeatureStatistics(
                new DatasetFeature("x", FeatureSpec.Kind.STATE, List.of(1), List.of()));
        for (float value : new float[] {3, 1, 4, 1, 5, 9, 2, 6}) {
            statistics.add(new float[] {value});
        }
        FeatureStatistics.Summary summary = statistics.summary(0);
        assertEquals(3.875, summary.mean(), 1e-12);
        assertEquals(2.5708704751503917, summary.std(), 1e-12);
        assertArrayEquals(new double[] {1.0, 1.0, 3.5, 6.9, 8.79}, summary.quantiles(), 1e-12);
    }

    @Test
    void shouldAgreeWithNumpyOnPixels() {
        FeatureStatistics statistics = new FeatureStatistics(
                new DatasetFeature("x", FeatureSpec.Kind.VISUAL, List.of(3, 1, 4), List.of()));
        statistics.add(new byte[] {0, 10, (byte) 200, 10, 10, (byte) 210, 20, 10, (byte) 220, (byte) 255, 10, (byte) 255});
        FeatureStatistics.Summary red = statistics.summary(0);
        assertEquals(0, red.min());
        assertEquals(1, red.max());
        assertEquals(71.25 / 255, red.mean(), 1e-12);
        assertEquals(15.0 / 255, red.quantiles()[2], 1e-12);
        assertEquals(0, statistics.summary(1).std(), 1e-9);
        assertEquals((220 + 0.7 * 35) / 255, statistics.summary(2).quantiles()[3], 1e-12);
    }
}
