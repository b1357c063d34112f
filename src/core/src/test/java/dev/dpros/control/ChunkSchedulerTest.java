package dev.dpros.control;

import static dev.dpros.control.LoopRig.MS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.ActionChunk;
import dev.dpros.safety.JointLimits;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunkSchedulerTest {
    private static final long STEP = 100 * MS;

    private static ControlConfig config(JoinConfig join) {
        return ControlConfig.of(List.of("x"), 100, 10, 16, 8).with(join);
    }

    private static ActionChunk chunk(long firstNs, double... values) {
        return new ActionChunk(1, firstNs, firstNs, STEP, 1, values, 16);
    }

    private static double[] values(TrajectoryBuffer buffer) {
        return IntStream.range(0, buffer.size()).mapToDouble(i -> buffer.value(i, 0)).toArray();
    }

    private static double[] merged(JoinConfig join, long nowNs, ActionChunk... chunks) {
        ControlConfig config = config(join);
        ChunkScheduler scheduler = ChunkScheduler.of(config);
        TrajectoryBuffer buffer = new TrajectoryBuffer(1, config.bufferCapacity(), config.interpolation());
        for (ActionChunk chunk : chunks) {
            scheduler.merge(chunk, buffer, chunk == chunks[chunks.length - 1] ? nowNs : chunk.firstStampNs() - STEP);
        }
        return values(buffer);
    }

    @Test
    void shouldReplaceFromTheFirstUsableStampOn() {
        double[] got = merged(JoinConfig.REPLACE, 250 * MS, chunk(0, 1, 2, 3, 4, 5, 6), chunk(150 * MS, 10, 20, 30, 40));
        // 150 and 250 ms have expired (margin 10 ms); the first usable stamp is 350 ms.
        assertArrayEquals(new double[] {1, 2, 3, 4, 30, 40}, got);
    }

    @Test
    void shouldTreatTheExecutionMarginAsExpired() {
        assertEquals(1, ChunkScheduler.of(config(JoinConfig.REPLACE)).firstUsable(chunk(0, 1, 2, 3), 89 * MS));
        assertEquals(2, ChunkScheduler.of(config(JoinConfig.REPLACE)).firstUsable(chunk(0, 1, 2, 3), 90 * MS));
        assertEquals(0, ChunkScheduler.of(config(JoinConfig.REPLACE)).firstUsable(chunk(0, 1, 2, 3), -11 * MS));
    }

    @Test
    void shouldTakeTheActionThatIsDueUnderANegativeMargin() {
        ControlConfig config = config(JoinConfig.REPLACE)
                .with(new TimingConfig(-99 * MS, 500 * MS, 2000 * MS, 5000 * MS, 100 * MS, 5));
        assertEquals(0, ChunkScheduler.of(config).firstUsable(chunk(0, 1, 2, 3), 50 * MS));
    }

    @Test
    void shouldCrossFadeOverTheBlendedSteps() {
        double[] got = merged(new JoinConfig(ChunkStrategy.BLEND, 3, 0, 1), 150 * MS,
                chunk(0, 0, 0, 0, 0, 0, 0), chunk(100 * MS, 9, 1, 1, 1, 1, 1));
        // First usable stamp 200 ms: weights of the new chunk 1/4, 2/4, 3/4, then 1.
        assertArrayEquals(new double[] {0, 0, 0.25, 0.5, 0.75, 1, 1}, got, 1e-12);
    }

    @Test
    void shouldBlendOnlyAsFarAsTheOldTrajectoryReaches() {
        double[] got = merged(new JoinConfig(ChunkStrategy.BLEND, 5, 0, 1), 150 * MS,
                chunk(0, 0, 0, 0, 0), chunk(100 * MS, 9, 3, 3, 3, 3));
        assertArrayEquals(new double[] {0, 0, 1, 2, 3, 3}, got, 1e-12);
    }

    @Test
    void shouldReadTheOldTrajectoryBetweenItsWaypointsWhenGridsDiffer() {
        double[] got = merged(new JoinConfig(ChunkStrategy.BLEND, 1, 0, 1), 120 * MS,
                chunk(0, 0, 10, 20, 30), chunk(50 * MS, 0, 0, 100, 100));
        // First usable 150 ms: old 15, new 0, weight 1/2.
        assertArrayEquals(new double[] {0, 10, 7.5, 100, 100}, got, 1e-12);
    }

    @Test
    void shouldAverageWithExponentialWeightsOldestHeaviest() {
        double m = Math.log(2);
        double[] got = merged(new JoinConfig(ChunkStrategy.TEMPORAL_ENSEMBLE, 1, m, 8), 250 * MS,
                chunk(0, 1, 1, 1, 1), chunk(100 * MS, 2, 2, 2, 2), chunk(200 * MS, 4, 4, 4, 4));
        // 300 ms: weights 1, 1/2, 1/4 of 1, 2, 4; 400 ms: 1, 1/2 of 2, 4; 500 ms: 4 alone.
        assertArrayEquals(new double[] {3.0 / 1.75, 4.0 / 1.5, 4}, java.util.Arrays.copyOfRange(got, got.length - 3, got.length),
                1e-12);
    }

    @Test
    void shouldForgetEarlierChunksOnReset() {
        ControlConfig config = config(new JoinConfig(ChunkStrategy.TEMPORAL_ENSEMBLE, 1, 0, 8));
        ChunkScheduler scheduler = ChunkScheduler.of(config);
        TrajectoryBuffer buffer = new TrajectoryBuffer(1, 40, config.interpolation());
        scheduler.merge(chunk(0, 1, 1, 1), buffer, -STEP);
        buffer.clear();
        scheduler.reset();
        scheduler.merge(chunk(0, 5, 5, 5), buffer, -STEP);
        assertArrayEquals(new double[] {5, 5, 5}, values(buffer));
    }

    /** Two policies' worth of disagreement at every join; returns the greatest jump and velocity jump. */
    private static double[] jumps(ChunkStrategy strategy) {
        ControlConfig config = ControlConfig.of(List.of("x"), 100, 10, 16, 4).with(Interpolation.LINEAR)
                .with(new JoinConfig(strategy, 6, 0.01, 8));
        LoopRig rig = new LoopRig(config, List.of(new JointLimits("x", -2, 2, 10, 500, 50_000)), new double[1]);
        rig.start();
        for (int i = 0; i < 20; i++) {
            if (rig.busy) {
                rig.deliver(0, LoopRig.constant(15, i % 2 == 0 ? 0 : 1));
            }
            rig.run(400 * MS);
        }
        double velocityJump = 0;
        for (int i = 20; i < rig.frames.size(); i++) {
            velocityJump = Math.max(velocityJump,
                    Math.abs(rig.frames.get(i).velocities()[0] - rig.frames.get(i - 1).velocities()[0]));
        }
        return new double[] {rig.loop.statistics().get(Value.JOIN_JUMP_MAX), velocityJump,
            rig.loop.statistics().get(Value.JOIN_VELOCITY_JUMP_MAX)};
    }

    @Test
    void shouldJumpLessAtAJoinWhenBlending() {
        double[] replace = jumps(ChunkStrategy.REPLACE);
        double[] blend = jumps(ChunkStrategy.BLEND);
        double[] ensemble = jumps(ChunkStrategy.TEMPORAL_ENSEMBLE);
        assertEquals(1, replace[0], 1e-9);
        assertTrue(blend[0] <= replace[0] / 5, "join: " + blend[0]);
        assertTrue(blend[2] <= replace[2] / 5, "velocity at the join: " + blend[2]);
        assertTrue(blend[1] < replace[1] / 2, "command velocity: " + blend[1] + " against " + replace[1]);
        assertTrue(ensemble[0] < replace[0], "ensemble: " + ensemble[0]);
    }
}
