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
    void shouldBeOfManyPartsWhatItIsOfTheWhole() {
        DatasetFeature feature = new DatasetFeature("x", FeatureSpec.Kind.STATE, List.of(3), List.of());
        FeatureStatistics whole = new FeatureStatistics(feature);
        FeatureStatistics joined = new FeatureStatistics(feature);
        for (int i = 0; i < 2000; i++) {
            FeatureStatistics part = new FeatureStatistics(feature);
            part.add(new float[] {i, -i, i % 7});
            whole.add(new float[] {i, -i, i % 7});
            joined.add(part);
        }
        assertEquals(2000, joined.steps());
        for (int dim = 0; dim < 3; dim++) {
            assertEquals(whole.summary(dim).std(), joined.summary(dim).std());
            assertArrayEquals(whole.summary(dim).quantiles(), joined.summary(dim).quantiles());
        }
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
