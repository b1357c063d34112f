package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Allocation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class Arm7WorldTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final Arm7World world = new Arm7World();
    private final double[] positions = new double[8];
    private final double[] velocities = new double[8];

    @Test
    void shouldFollowATrajectoryInStraightLinesBetweenItsPoints() {
        world.reset(START_NS);
        world.readPositions(positions);
        double[] there = {0.5, 0.35, 0.2, -1.5, 0, 0.9, 1};
        assertTrue(world.command(1, new long[] {START_NS + 2 * SECOND_NS}, there));
        world.advance(START_NS + SECOND_NS);
        world.readPositions(positions);
        assertArrayEquals(new double[] {0.25, 0.35, 0.1, -1.6, 0, 0.9, 0.5, 0.04}, positions, 1e-9);
        world.readVelocities(velocities);
        assertArrayEquals(new double[] {0.25, 0, 0.1, 0.1, 0, 0, 0.5, 0}, velocities, 1e-6);
        world.advance(START_NS + 5 * SECOND_NS);
        world.readPositions(positions);
        assertArrayEquals(there, Arrays.copyOf(positions, 7), 1e-9);
        assertEquals(0, world.limitViolations() + world.speedViolations());
    }

    @Test
    void shouldStayWithinLimitsAndCountWhatWasCommandedBeyondThem() {
        world.reset(START_NS);
        assertTrue(world.command(1, new long[] {START_NS}, new double[] {9, 0.35, 0, 0.5, 0, 0.9, 0}));
        assertEquals(2, world.limitViolations(), "joint1 and joint4");
        world.advance(START_NS + SECOND_NS);
        world.readPositions(positions);
        world.readVelocities(velocities);
        assertEquals(2.0, positions[0], 1e-9, "at its greatest speed, 2 rad/s");
        assertEquals(2.0, velocities[0], 1e-9);
        assertTrue(world.speedViolations() > 400, "steps that were commanded too fast");
        world.advance(START_NS + 10 * SECOND_NS);
        world.readPositions(positions);
        assertEquals(2.9, positions[0], 1e-12);
        assertEquals(-0.05, positions[3], 1e-12);
    }

    @Test
    void shouldMoveTheGripperAtItsOwnSpeed() {
        Arm7World world = new Arm7World();
        world.reset(START_NS);
        assertFalse(world.moveGripper(Double.NaN));
        assertTrue(world.moveGripper(0));
        double[] positions = new double[8];
        world.advance(START_NS + SECOND_NS / 10);
        world.readPositions(positions);
        assertEquals(0.02, positions[7], 1e-3, "0.2 m/s");
        world.advance(START_NS + SECOND_NS);
        world.readPositions(positions);
        assertEquals(0, positions[7]);
        assertEquals(0, world.speedViolations() + world.limitViolations());
    }

    @Test
    void shouldMoveTheGripperOnItsOwnTrajectory() {
        world.reset(START_NS);
        assertTrue(world.commandGripper(1, new long[] {START_NS + SECOND_NS}, new double[] {0}));
        assertFalse(world.commandGripper(1, new long[] {START_NS}, new double[] {Double.NaN}));
        world.advance(START_NS + SECOND_NS / 2);
        world.readPositions(positions);
        assertEquals(0.02, positions[7], 1e-9);
        assertEquals(List.of("joint1", "gripper"), List.of(world.names().get(0), world.names().get(7)));
    }

    @Test
    void shouldAllocateNothingWhenStepping() {
        long[] stamps = new long[20];
        double[] trajectory = new double[140];
        assertEquals(0, Allocation.least(5, () -> {
            for (int tick = 0; tick < 200; tick++) {
                for (int i = 0; i < stamps.length; i++) {
                    stamps[i] = world.nowNs() + i * 20_000_000L;
                }
                world.command(stamps.length, stamps, trajectory);
                world.advance(world.nowNs() + 10_000_000);
            }
        }));
    }

    @Test
    void shouldShowTheArmMoveInBothCameras() throws IOException {
        world.reset(START_NS);
        world.readPositions(positions);
        ArmCamera scene = new ArmCamera(world.urdf(), ArmCamera.View.SCENE);
        ArmCamera wrist = new ArmCamera(world.urdf(), ArmCamera.View.WRIST);
        byte[] before = new byte[ArmCamera.BYTES];
        byte[] after = new byte[ArmCamera.BYTES];
        scene.render(positions, before);
        byte[] wristBefore = wrist.renderJpeg(positions);
        positions[0] += 0.4;
        scene.render(positions, after);
        byte[] wristAfter = wrist.renderJpeg(positions);
        assertTrue(differing(before, after) > 5_000);
        assertFalse(Arrays.equals(wristBefore, wristAfter));
        assertEquals(640, ImageIO.read(new ByteArrayInputStream(wristAfter)).getWidth());
        positions[0] -= 0.4;
        scene.render(positions, after);
        assertEquals(0, differing(before, after), "the same position gives the same picture, but for noise");
        assertFalse(Arrays.equals(before, after), "a camera that looks at a robot at rest is not a frozen one");
        assertFalse(Arrays.equals(wrist.renderJpeg(positions), wrist.renderJpeg(positions)));
    }

    @Test
    void shouldDrawAnyPositionOfTheArm() {
        byte[] picture = new byte[ArmCamera.BYTES];
        for (ArmCamera.View view : ArmCamera.View.values()) {
            ArmCamera camera = new ArmCamera(world.urdf(), view);
            for (int i = 0; i < 50; i++) {
                for (int j = 0; j < 7; j++) {
                    positions[j] = 2.9 * Math.sin(i * 1.3 + j * j);
                }
                camera.render(positions, picture);
            }
        }
        assertTrue(differing(picture, new byte[ArmCamera.BYTES]) > 100_000);
    }

    /** Values that differ by more than the cameras' noise. */
    private static int differing(byte[] a, byte[] b) {
        int count = 0;
        for (int i = 0; i < a.length; i++) {
            count += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)) <= 3 ? 0 : 1;
        }
        return count;
    }
}
