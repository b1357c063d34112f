package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Allocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against traces of the reference simulator (pymunk 6.2.1). */
class PushTWorldTest {
    private static final double PX = 1e-6;

    /** Columns: episode, action x, y, then the state before the action: agent x, y, block x, y, angle; reward, contacts. */
    @Test
    void shouldFollowTheReferenceWhenDemonstrationsAreReplayedOpenLoop() {
        PushTEnv env = new PushTEnv();
        double[] before = null;
        int episodes = 0;
        for (double[] row : Vectors.read("open_loop.f64.gz")) {
            if (before == null || before[0] != row[0]) {
                env.reset(row[3], row[4], row[5], row[6], row[7]);
                episodes++;
            } else {
                env.step(before[1], before[2]);
                if (!Double.isNaN(row[8])) {
                    assertEquals(row[8], env.reward(), 1e-9, "reward");
                }
                assertEquals((int) row[9], env.contacts(), "contacts");
            }
            assertPose(row, 3, env.world());
            before = row;
        }
        assertEquals(12, episodes);
    }

    /** Columns: seed, target x, y, then the state before: agent x, y, block x, y, angle. */
    @ParameterizedTest
    @ValueSource(strings = {"mild", "wild"})
    void shouldFollowTheReferenceFromSeededStarts(String kind) {
        PushTEnv env = new PushTEnv();
        double[] before = null;
        for (double[] row : Vectors.read(kind + "_targets.f64.gz")) {
            if (before == null || before[0] != row[0]) {
                env.reset((long) row[0]);
            } else {
                env.step(before[1], before[2]);
            }
            before = row;
            assertPose(row, 3, env.world());
        }
    }

    @Test
    void shouldStayFiniteAndBoundedWhenTheBlockIsCrushedAgainstWalls() {
        PushTEnv env = new PushTEnv();
        for (int seed = 0; seed < 50; seed++) {
            env.reset(seed);
            for (int i = 0; i < 100; i++) {
                env.step(256 + 300 * Math.sin(i * 0.37 + seed), 256 + 300 * Math.cos(i * 0.23));
                double reach = Math.abs(env.world().blockX()) + Math.abs(env.world().blockY());
                assertTrue(reach < 4096, "the block left the world");
            }
        }
    }

    @Test
    void shouldAllocateNothingWhenStepping() {
        PushTEnv env = new PushTEnv();
        run(env);
        run(env);
        assertEquals(0, Allocation.least(5, () -> run(env)));
    }

    private static void run(PushTEnv env) {
        for (int seed = 0; seed < 40; seed++) {
            env.reset(seed);
            for (int i = 0; i < 80; i++) {
                env.step(256 + 200 * Math.sin(i * 0.17 + seed), 256 + 200 * Math.cos(i * 0.13));
            }
        }
    }

    private static void assertPose(double[] row, int column, PushTWorld world) {
        assertEquals(row[column], world.agentX(), PX);
        assertEquals(row[column + 1], world.agentY(), PX);
        assertEquals(row[column + 2], world.blockX(), PX);
        assertEquals(row[column + 3], world.blockY(), PX);
        assertEquals(0, Math.IEEEremainder(row[column + 4] - world.blockAngleRad(), 2 * Math.PI), 1e-8);
    }
}
