package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Resets, scores and observations against the reference's. */
class PushTEnvTest {
    private final PushTEnv env = new PushTEnv();

    @Test
    void shouldStartEachSeedWhereNumpysRandomStateDoes() {
        double[] state = new double[5];
        for (double[] row : Vectors.read("seeds.f64.gz")) {
            env.reset((long) row[0]);
            env.readState(state, 0);
            assertArrayEquals(Arrays.copyOfRange(row, 1, 6), state, 1e-9, () -> "seed " + (long) row[0]);
        }
    }

    @Test
    void shouldScoreCoverageAsTheReference() {
        GoalCoverage goal = new GoalCoverage();
        for (double[] row : Vectors.read("coverage.f64.gz")) {
            double coverage = goal.of(row[0], row[1], row[2]);
            assertEquals(row[3], coverage, 1e-9);
            assertEquals(row[4], PushTEnv.reward(coverage), 1e-9);
        }
    }

    /** Columns: state, then nine keypoints, of the data set (float32). */
    @Test
    void shouldPlaceKeypointsWhereTheDataSetHasThem() {
        double[] keypoints = new double[2 * PushTEnv.KEYPOINTS];
        double[][] rows = Vectors.read("keypoints.f64.gz");
        assertTrue(rows.length > 100);
        for (double[] row : rows) {
            env.reset(row[0], row[1], row[2], row[3], row[4]);
            env.readKeypoints(keypoints, 0);
            assertArrayEquals(Arrays.copyOfRange(row, 5, 23), keypoints, 1.1e-3);
        }
    }

    @Test
    void shouldSucceedOnlyWhenTheBlockCoversTheGoal() {
        env.reset(100, 100, 256, 256, Math.PI / 4);
        assertEquals(1, env.coverage(), 1e-12);
        assertFalse(env.done(), "not before the first step");
        env.step(100, 100);
        assertTrue(env.done());
        assertEquals(1, env.maxReward());
        env.reset(0);
        assertEquals(0, env.maxReward());
        assertEquals(0, env.steps());
    }

    @Test
    void shouldRepeatAnEpisodeExactly() {
        double[] first = new double[5];
        double[] second = new double[5];
        play(first);
        env.reset(77);
        play(second);
        assertArrayEquals(first, second);
    }

    @Test
    void shouldRejectSeedsThatNumpyWouldReject() {
        assertThrows(IllegalArgumentException.class, () -> env.reset(-1));
        assertThrows(IllegalArgumentException.class, () -> env.reset(1L << 32));
    }

    private void play(double[] state) {
        env.reset(3);
        for (int i = 0; i < 60; i++) {
            env.step(256 + 150 * Math.sin(i * 0.3), 256 + 150 * Math.cos(i * 0.2));
        }
        env.readState(state, 0);
    }
}
