package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.Progress;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.training.data.ReplayData;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CachedCoordinatesTest {
    private static final int SIDE = 32;
    private static final FeatureSpec CAMERA = FeatureSpec.of("observation.image", Kind.VISUAL, 3, SIDE, SIDE);

    private static PolicyDefinition policy() {
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, null, null, false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 4, 6, false, false, List.of(new VisionConfig.ConvLayer(3, 2, 1, 8, 4)));
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
        PolicyConfig config = new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2), CAMERA),
                FeatureSpec.of("action", Kind.ACTION, 2), new UnetConfig(List.of(16, 32), 3, 8, 16, true), vision, scheduler);
        return new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "policy");
    }

    /** Noise that depends on the row alone. */
    private static ReplayData rows(int first, int count) {
        return new ReplayData("rows", List.of(CAMERA), new int[] {count}, Map.of(), Map.of(CAMERA.key(), (row, rgb) ->
                new SplittableRandom(first + row).nextBytes(rgb)));
    }

    private static long outsideTheHeap() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    @Test
    void shouldEncodeEachPictureWithTheMemoryOfOneBatch() {
        PolicyDefinition policy = policy();
        CachedCoordinates.of(rows(0, 1), policy, 1, Progress.NONE);
        long before = outsideTheHeap();

        float[] all = CachedCoordinates.of(rows(0, 1000), policy, 1, Progress.NONE).vectors().get(CAMERA.key());

        long grown = outsideTheHeap() - before;
        assertTrue(grown < 3 * 64 * CAMERA.size() * Float.BYTES, "grown by " + grown + " bytes");
        float[] one = CachedCoordinates.of(rows(999, 1), policy, 1, Progress.NONE).vectors().get(CAMERA.key());
        assertArrayEquals(one, Arrays.copyOfRange(all, 999 * one.length, 1000 * one.length), 1e-5f);
        assertTrue(Math.abs(one[0] - all[0]) > 1e-6, "rows differ");
    }
}
