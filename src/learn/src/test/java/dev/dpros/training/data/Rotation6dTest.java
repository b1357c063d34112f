package dev.dpros.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.Normalizer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Rotation6dTest {
    private static final float QUARTER = (float) (Math.PI / 2);

    @Test
    void shouldTakeTwoRowsOfTheMatrix() {
        assertArrayEquals(new float[] {1, 2, 3, 1, 0, 0, 0, 1, 0, 0.5f}, Rotation6d.ofActions(new float[] {1, 2, 3, 0, 0, 0, 0.5f}));
        assertArrayEquals(new float[] {1, 2, 3, 0, -1, 0, 1, 0, 0, -1}, Rotation6d.ofActions(new float[] {1, 2, 3, 0, 0, QUARTER, -1}), 1e-6f);
        assertArrayEquals(new float[] {0, 0, 0, 0, 0, 1, 0, 1, 0, 1}, Rotation6d.ofActions(new float[] {0, 0, 0, 0, QUARTER, 0, 1}), 1e-6f);
        // a third of a turn around (1, 1, 1) takes x to y, y to z, z to x
        float third = (float) (2 * Math.PI / 3 / Math.sqrt(3));
        assertArrayEquals(new float[] {0, 0, 0, 0, 0, 1, 1, 0, 0, 1}, Rotation6d.ofActions(new float[] {0, 0, 0, third, third, third, 1}), 1e-6f);
    }

    @Test
    void shouldConvertBothArms() {
        float[] both = Rotation6d.ofActions(new float[] {1, 2, 3, 0, 0, QUARTER, -1, 4, 5, 6, 0, 0, 0, 1});
        assertArrayEquals(new float[] {1, 2, 3, 0, -1, 0, 1, 0, 0, -1, 4, 5, 6, 1, 0, 0, 0, 1, 0, 1}, both, 1e-6f);
        assertEquals(0, Rotation6d.converted(8));
    }

    private static Normalizer fitted(int size, FittedNormalizers.Rule rule, float... values) {
        FeatureSpec feature = FeatureSpec.of("action", FeatureSpec.Kind.ACTION, size);
        ReplayData data = new ReplayData("test", List.of(feature), new int[] {values.length / size}, Map.of("action", values), Map.of());
        return FittedNormalizers.fit(List.of(data), Map.of("action", rule)).get("action");
    }

    private static void assertNormalizes(Normalizer normalizer, float[] values, float... expected) {
        float[] normalized = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            normalized[i] = normalizer.normalize(i % normalizer.size(), values[i]);
        }
        assertArrayEquals(expected, normalized, 1e-6f);
    }

    /** normalize_util.py's functions for robomimic. */
    @Test
    void shouldNormalizeAsTheReferenceDoesOfRobomimic() {
        float[] rows = {0, 10, -4, 2, 10.00001f, 3};
        assertNormalizes(fitted(3, FittedNormalizers.Rule.IDENTITY, rows), rows, rows);
        assertNormalizes(fitted(3, FittedNormalizers.Rule.RANGE, rows), rows, -1, -1, -1, 1, 1, 1);
        assertNormalizes(fitted(3, FittedNormalizers.Rule.LIMITS, rows), rows, -1, 0, -1, 1, 1e-5f, 1);
        assertNormalizes(fitted(3, FittedNormalizers.Rule.MAX_ABS, rows), rows, 0, 1, -0.4f, 0.2f, 1, 0.3f);
        float[] arm = {0, 0, 0, .1f, .2f, .3f, .4f, .5f, .6f, -1, 4, 2, 1, .2f, .2f, .3f, .4f, .5f, .6f, 1};
        float[] normalized = arm.clone();
        for (int i = 0; i < 3; i++) {
            normalized[i] = -1;
            normalized[i + 10] = 1;
        }
        assertNormalizes(fitted(10, FittedNormalizers.Rule.POSITIONS, arm), arm, normalized);
        float[] twoArms = new float[40];
        for (int i = 0; i < 20; i++) {
            twoArms[20 + i] = i + 1;
        }
        float[] expected = twoArms.clone();
        for (int i : new int[] {0, 1, 2, 10, 11, 12}) {
            expected[i] = -1;
            expected[20 + i] = 1;
        }
        assertNormalizes(fitted(20, FittedNormalizers.Rule.POSITIONS, twoArms), twoArms, expected);
    }
}
