package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.sim.Arm7World;
import dev.dpros.sim.ReachTask;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Demonstrations that a script makes in the arm's world. */
class ArmDemonstrationsTest {
    private static final int STATE = 2;
    private static final int ACTION = 3;
    /** A quarter of the robot's speed, which a first configuration allows, rad/s; and as much in a second. */
    private static final double ALLOWED = 0.5;

    private static float[] values(EpisodeDataset.Episode episode, int feature, int step) {
        float[] values = new float[7];
        episode.vector(feature, step, values, 0);
        return values;
    }

    @Test
    void shouldEndAboveTheBlockAndBeSlowEnoughForAFirstConfiguration() {
        ReachTask task = new ReachTask(new Arm7World().urdf());
        try (ArmDemonstrations dataset = new ArmDemonstrations(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L))) {
            for (int index = 0; index < dataset.episodes(); index++) {
                task.reset(index);
                try (EpisodeDataset.Episode episode = dataset.episode(index)) {
                    double[] end = new double[8];
                    float[] last = values(episode, STATE, episode.length() - 1);
                    Arrays.setAll(end, joint -> joint < 7 ? last[joint] : 0);
                    assertTrue(task.distance(end) < 0.001, "episode " + index);
                    double[] before = new double[7];
                    for (int step = 1; step < episode.length(); step++) {
                        float[] from = values(episode, ACTION, step - 1);
                        float[] to = values(episode, ACTION, step);
                        for (int joint = 0; joint < 7; joint++) {
                            double speed = (to[joint] - from[joint]) * ArmDemonstrations.HZ;
                            assertTrue(Math.abs(speed) < ALLOWED, "speed " + speed);
                            assertTrue(Math.abs(speed - before[joint]) * ArmDemonstrations.HZ < ALLOWED, "acceleration");
                            before[joint] = speed;
                        }
                    }
                }
            }
        }
    }

    @Test
    void shouldBeTheSameForTheSameSeedAndShowTheArmMove() {
        try (ArmDemonstrations dataset = new ArmDemonstrations(List.of(5L, 6L, 5L))) {
            float[][] ends = new float[3][];
            byte[] begin = new byte[3 * 120 * 160];
            byte[] end = new byte[begin.length];
            for (int index = 0; index < 3; index++) {
                try (EpisodeDataset.Episode episode = dataset.episode(index)) {
                    ends[index] = values(episode, STATE, 39);
                    if (index == 0) {
                        episode.frame(0, 0, begin);
                        episode.frame(0, 39, end);
                    }
                }
            }
            assertArrayEquals(ends[0], ends[2]);
            assertTrue(Math.abs(ends[0][0] - ends[1][0]) > 0.01);
            int differing = 0;
            for (int i = 0; i < begin.length; i++) {
                differing += Math.abs((begin[i] & 0xFF) - (end[i] & 0xFF)) > 3 ? 1 : 0;
            }
            assertTrue(differing > 500, "values that differ: " + differing);
            assertEquals(230, begin[0] & 0xFF, 4, "the background's red, its noise averaged");
        }
    }
}
