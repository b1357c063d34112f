package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Allocation;
import dev.dpros.sim.PushTRobot.Ending;
import dev.dpros.sim.PushTRobot.Following;
import dev.dpros.sim.PushTRobot.Options;
import org.junit.jupiter.api.Test;

class PushTRobotTest {
    private static final long CONTROL_NS = 100_000_000;
    private static final long START_NS = 1_700_000_000_000_000_000L;

    private final PushTRobot robot = new PushTRobot(Options.REFERENCE);

    @Test
    void shouldEqualTheReferenceStepsWhenWaypointsAreHeldForAControlPeriod() {
        PushTEnv env = new PushTEnv();
        double[] expected = new double[5];
        double[] found = new double[5];
        env.reset(5);
        robot.reset(5, START_NS);
        for (int chunk = 0; chunk < 8; chunk++) {
            long[] stamps = new long[8];
            double[] positions = new double[16];
            for (int i = 0; i < 8; i++) {
                stamps[i] = START_NS + (chunk * 8 + i) * CONTROL_NS;
                positions[2 * i] = 256 + 180 * Math.sin((chunk * 8 + i) * 0.21);
                positions[2 * i + 1] = 256 + 180 * Math.cos((chunk * 8 + i) * 0.17);
            }
            assertTrue(robot.command(8, stamps, positions));
            for (int i = 0; i < 8; i++) {
                env.step(positions[2 * i], positions[2 * i + 1]);
                robot.advance(stamps[i] + CONTROL_NS);
                env.readState(expected, 0);
                robot.readState(found, 0);
                assertArrayEquals(expected, found);
            }
        }
        assertEquals(env.maxReward(), robot.maxReward());
        assertEquals(env.coverage(), robot.coverage());
    }

    @Test
    void shouldAdvanceByWholePhysicsStepsHoweverItIsCalled() {
        PushTRobot other = new PushTRobot(Options.REFERENCE);
        robot.reset(9, START_NS);
        other.reset(9, START_NS);
        long[] stamp = {START_NS};
        double[] corner = {450, 60};
        robot.command(1, stamp, corner);
        other.command(1, stamp, corner);
        assertEquals(100, robot.advance(START_NS + 1_004_000_000L));
        for (long t = START_NS; t <= START_NS + 1_004_000_000L; t += 3_000_000) {
            other.advance(t);
        }
        other.advance(START_NS + 1_004_000_000L);
        assertEquals(0, other.advance(START_NS), "time does not go back");
        double[] a = new double[5];
        double[] b = new double[5];
        robot.readState(a, 0);
        other.readState(b, 0);
        assertArrayEquals(a, b);
        assertEquals(START_NS + 1_000_000_000L, robot.nowNs());
    }

    @Test
    void shouldStayAtTheLastWaypointWhenNothingFollows() {
        robot.reset(100, 100, 400, 400, 0, START_NS);
        robot.command(2, new long[] {START_NS, START_NS + CONTROL_NS}, new double[] {120, 100, 140, 100});
        robot.advance(START_NS + 50 * CONTROL_NS);
        double[] joints = new double[4];
        robot.readPosition(joints, 0);
        robot.readVelocity(joints, 2);
        assertArrayEquals(new double[] {140, 100, 0, 0}, joints, 1e-6);
        assertFalse(robot.isMoving());
    }

    @Test
    void shouldStandStillUntilTheFirstWaypointIsDue() {
        robot.reset(100, 100, 400, 400, 0, START_NS);
        robot.command(1, new long[] {START_NS + 5 * CONTROL_NS}, new double[] {200, 200});
        robot.advance(START_NS + 5 * CONTROL_NS);
        double[] joints = new double[2];
        robot.readPosition(joints, 0);
        assertArrayEquals(new double[] {100, 100}, joints);
        robot.advance(START_NS + 6 * CONTROL_NS);
        robot.readPosition(joints, 0);
        assertTrue(joints[0] > 105);
    }

    @Test
    void shouldRefuseTrajectoriesThatCannotBeFollowed() {
        robot.reset(100, 100, 400, 400, 0, START_NS);
        assertFalse(robot.command(0, new long[1], new double[2]));
        assertFalse(robot.command(1, new long[] {START_NS}, new double[] {Double.NaN, 1}));
        assertFalse(robot.command(2, new long[] {START_NS, START_NS}, new double[] {1, 1, 2, 2}));
        assertFalse(robot.command(PushTRobot.LARGEST_TRAJECTORY + 1, new long[0], new double[0]));
        robot.advance(START_NS + CONTROL_NS);
        double[] joints = new double[2];
        robot.readPosition(joints, 0);
        assertArrayEquals(new double[] {100, 100}, joints);
    }

    @Test
    void shouldClampCommandsToThePicture() {
        robot.reset(100, 100, 400, 400, 0, START_NS);
        robot.command(1, new long[] {START_NS}, new double[] {-1e6, 100});
        robot.advance(START_NS + 100 * CONTROL_NS);
        double[] joints = new double[2];
        robot.readPosition(joints, 0);
        assertArrayEquals(new double[] {0, 100}, joints, 1e-6);
    }

    @Test
    void shouldEndTheEpisodeOnSuccessOrWhenItsTimeIsUp() {
        robot.reset(100, 100, 256, 256, Math.PI / 4, START_NS);
        robot.advance(START_NS + CONTROL_NS - 1);
        assertEquals(Ending.NONE, robot.ending());
        robot.advance(START_NS + CONTROL_NS);
        assertEquals(Ending.SUCCESS, robot.ending());
        robot.reset(0, START_NS);
        robot.advance(START_NS + 30_000_000_000L - 1);
        assertEquals(Ending.NONE, robot.ending());
        robot.advance(START_NS + 30_000_000_000L);
        assertEquals(Ending.TIME, robot.ending());
    }

    @Test
    void shouldRejectLimitsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new Options(Following.HOLD, -1, 0, 512));
        assertThrows(IllegalArgumentException.class, () -> new Options(Following.HOLD, 0, 512, 0));
        assertThrows(IllegalArgumentException.class, () -> new Options(Following.HOLD, 0, 0, Double.NaN));
    }

    @Test
    void shouldAllocateNothingWhenFollowingTrajectories() {
        long[] stamps = new long[16];
        double[] positions = new double[32];
        follow(stamps, positions);
        assertEquals(0, Allocation.least(5, () -> follow(stamps, positions)));
    }

    private void follow(long[] stamps, double[] positions) {
        robot.reset(3, START_NS);
        for (int tick = 0; tick < 200; tick++) {
            for (int i = 0; i < stamps.length; i++) {
                stamps[i] = robot.nowNs() + i * CONTROL_NS;
                positions[2 * i] = 256 + 100 * Math.sin(tick * 0.1 + i);
                positions[2 * i + 1] = 256 + 100 * Math.cos(tick * 0.1 + i);
            }
            robot.command(stamps.length, stamps, positions);
            robot.advance(robot.nowNs() + 30_000_000);
        }
    }
}
