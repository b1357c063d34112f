package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Allocation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The place above the block, and the position that reaches it. */
class ReachTaskTest {
    private final Arm7World world = new Arm7World();
    private final ReachTask task = new ReachTask(world.urdf());
    private final double[] positions = Arm7World.home();

    @Test
    void shouldKnowAPositionWithinTheLimitsThatReachesEveryBlock() {
        for (long seed = 0; seed < 500; seed++) {
            task.reset(seed);
            double[] goal = Arrays.copyOf(task.goal(), 8);
            assertEquals(0, task.distance(goal), 1e-9, "seed " + seed);
            for (int joint = 0; joint < 7; joint++) {
                Urdf.Joint limits = world.urdf().joints().get(joint);
                assertTrue(goal[joint] > limits.lower() && goal[joint] < limits.upper(), "seed " + seed + ", " + limits.name());
            }
        }
    }

    @Test
    void shouldPutTheBlockWhereItsSeedSays() {
        task.reset(7);
        double x = task.blockX();
        task.reset(8);
        assertNotEquals(x, task.blockX());
        task.reset(7);
        assertEquals(x, task.blockX());
    }

    @Test
    void shouldRewardWhoComesNear() {
        assertEquals(1, ReachTask.reward(0));
        assertEquals(1, ReachTask.reward(ReachTask.NEAR_M));
        assertEquals(0.5, ReachTask.reward((0.5 + ReachTask.NEAR_M) / 2), 1e-12);
        assertEquals(0, ReachTask.reward(2));
        double home = task.distance(positions);
        assertTrue(home > 2 * ReachTask.NEAR_M && home < 0.5, "home is not there, and not without a hint: " + home);
        assertEquals(0, Allocation.least(5, () -> task.distance(positions)));
    }

    @Test
    void shouldBeSeenInTheCamera() {
        ArmCamera camera = new ArmCamera(world.urdf(), ArmCamera.View.SCENE);
        byte[] here = new byte[ArmCamera.BYTES];
        byte[] there = new byte[ArmCamera.BYTES];
        camera.block(0.45, -0.2);
        camera.render(positions, here);
        camera.block(0.45, 0.2);
        camera.render(positions, there);
        int differing = 0;
        for (int i = 0; i < here.length; i++) {
            differing += Math.abs((here[i] & 0xFF) - (there[i] & 0xFF)) > 3 ? 1 : 0;
        }
        assertTrue(differing > 1_000, "values that differ by more than noise: " + differing);
    }
}
