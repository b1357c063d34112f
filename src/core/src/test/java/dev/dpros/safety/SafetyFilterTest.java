package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CommandFrame;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafetyFilterTest {
    private static final long MS = 1_000_000L;
    private static final double INF = Double.POSITIVE_INFINITY;

    /** Waypoints 100 ms apart from time 0 on. */
    private record Steps(double... values) implements ReferencePath {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public long stampNs(int index) {
            return index * 100 * MS;
        }

        @Override
        public double value(int index, int dim) {
            return values[index];
        }

        @Override
        public void sample(long timeNs, double[] p, double[] v, double[] a) {
            throw new AssertionError("steps are not sampled");
        }
    }

    private final CommandFrame frame = new CommandFrame(List.of("x"), 32);

    private static SteppedSafetyFilter stepped(JointLimits limits) {
        return new SteppedSafetyFilter(List.of(limits), 100 * MS, 16);
    }

    private double[] positions() {
        return Arrays.copyOf(frame.positions, frame.points);
    }

    @Test
    void shouldPassCommandsWithinLimitsUnchanged() {
        int status = stepped(JointLimits.positions("x", 0, 10)).follow(50 * MS, 0, new Steps(1, 2, 3), true, frame);
        assertEquals(SafetyStatus.UNCHANGED, status);
        assertArrayEquals(new double[] {1, 2, 3}, positions());
        assertArrayEquals(new long[] {0, 50 * MS, 150 * MS}, Arrays.copyOf(frame.timeFromStartNs, 3));
    }

    @Test
    void shouldLimitPositionsAndSayAndCountIt() {
        SteppedSafetyFilter filter = stepped(JointLimits.positions("x", 0, 10));
        int status = filter.follow(0, 0, new Steps(5, 12, -3), true, frame);
        assertEquals(SafetyStatus.POSITION, status);
        assertArrayEquals(new double[] {5, 10, 0}, positions());
        assertEquals(1, filter.count(SafetyStatus.POSITION));
        assertEquals("position limited", SafetyStatus.describe(status));
    }

    @Test
    void shouldLimitTheStepBetweenWaypointsConsistentlyFromTickToTick() {
        SteppedSafetyFilter filter = stepped(new JointLimits("x", -INF, INF, 10, INF, INF));
        Steps path = new Steps(0, 5, 5, 5);
        assertEquals(SafetyStatus.VELOCITY, filter.follow(0, 0, path, true, frame));
        assertArrayEquals(new double[] {0, 1, 2, 3}, positions());
        filter.follow(110 * MS, 0, path, false, frame);
        assertArrayEquals(new double[] {1, 2, 3}, positions());
        filter.follow(320 * MS, 0, path, false, frame);
        assertArrayEquals(new double[] {3}, positions());
    }

    @Test
    void shouldHoldTheLastCommandInPlaceOfOneThatIsNotFinite() {
        int status = stepped(JointLimits.positions("x", 0, 10)).follow(0, 0, new Steps(4, Double.NaN, 6), true, frame);
        assertEquals(SafetyStatus.NOT_FINITE, status);
        assertArrayEquals(new double[] {4, 4, 6}, positions());
    }

    @Test
    void shouldNotLeapAfterALongHold() {
        SteppedSafetyFilter filter = stepped(new JointLimits("x", -INF, INF, 10, INF, INF));
        filter.follow(0, 0, new Steps(0), true, frame);
        filter.stop(5000 * MS, 5000 * MS, frame);
        double[] far = new double[60];
        Arrays.fill(far, 100);
        far[0] = 0;
        filter.follow(5900 * MS, 5900 * MS, new Steps(far), true, frame);
        assertEquals(1, frame.positions[0], 1e-12);
        assertTrue(frame.positions[1] - frame.positions[0] <= 1 + 1e-9);
    }

    /** A waypoint far away that is due at once, every time. */
    private record Now(long nowNs) implements ReferencePath {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public long stampNs(int index) {
            return nowNs;
        }

        @Override
        public double value(int index, int dim) {
            return 512;
        }

        @Override
        public void sample(long timeNs, double[] p, double[] v, double[] a) {
            throw new AssertionError("steps are not sampled");
        }
    }

    @Test
    void shouldLimitVelocityPerTimeWhenDrivingAndHoldingInTurn() {
        for (int hold = 0; hold <= 3; hold++) {
            SteppedSafetyFilter filter = stepped(new JointLimits("x", 0, 512, 100, INF, INF));
            filter.restart(0, new double[1]);
            double[] issued = new double[400];
            for (int tick = 0; tick < 400; tick++) {
                long now = (1000 + tick * 5) * MS;
                if (tick % (hold + 1) == 0) {
                    filter.follow(now, now, new Now(now), true, frame);
                } else {
                    filter.stop(now, now, frame);
                }
                issued[tick] = frame.positions[0];
                for (int from = 0; from < tick; from++) {
                    double most = 100 * Math.max(0.1, (tick - from) * 0.005 + 0.005 * hold);
                    assertTrue(issued[tick] - issued[from] <= most + 1e-9, hold + ": " + from + " to " + tick);
                }
            }
            assertEquals(100 * 399 * 0.005, issued[399] - issued[0], 100 * 0.005 * (hold + 1), "and it does move");
        }
    }

    @Test
    void shouldCountTheTimeBetweenWaypointsFromWhenTheFirstAfterAHoldTookEffect() {
        SteppedSafetyFilter filter = stepped(new JointLimits("x", -INF, INF, 10, INF, INF));
        filter.restart(0, new double[1]);
        Steps path = new Steps(0, 5, 5, 5, 5);
        filter.follow(100 * MS, 100 * MS, path, true, frame);
        assertEquals(1, frame.positions[0], 1e-12);
        filter.stop(130 * MS, 130 * MS, frame);
        filter.follow(190 * MS, 190 * MS, path, true, frame);
        assertArrayEquals(new double[] {1.9, 2, 3, 4}, positions(), 1e-12);
        filter.follow(200 * MS, 200 * MS, path, false, frame);
        assertArrayEquals(new double[] {2, 3, 4}, positions(), 1e-12);
    }

    @Test
    void shouldGoOnAfterAHoldThatTookNoTimeOrEndedBeforeItBegan() {
        for (long againNs : new long[] {200 * MS, 100 * MS}) {
            SteppedSafetyFilter free = stepped(JointLimits.positions("x", 0, 10));
            SteppedSafetyFilter limited = stepped(new JointLimits("x", 0, 10, 10, INF, INF));
            for (SteppedSafetyFilter filter : List.of(free, limited)) {
                filter.follow(200 * MS, 200 * MS, new Steps(1, 1, 1), true, frame);
                filter.stop(200 * MS, 200 * MS, frame);
                int status = filter.follow(againNs, againNs, new Steps(3, 3, 3), true, frame);
                assertEquals(filter == free ? SafetyStatus.UNCHANGED : SafetyStatus.VELOCITY, status);
                assertEquals(filter == free ? 3 : 1, frame.positions[0], "time stood still, or its clock went back");
            }
        }
    }

    @Test
    void shouldRefuseLimitsThatAStopCannotBeComputedWith() {
        refused("elbow: limits: jerk: expected at least 0.2", new JointLimits("elbow", -1, 1, 1, 4, 1e-9));
        refused("elbow: limits: acceleration: expected at least 0.03", new JointLimits("elbow", -1, 1, 1, 1e-9, 1));
        refused("elbow: limits: jerk: expected at most 1.0E12", new JointLimits("elbow", -1, 1, 1, 4, 1e300));
        refused("elbow: limits: position: expected at most 1.0E12", new JointLimits("elbow", -1e308, 1e308, 1, 4, 40));
        refused("elbow: limits: position: expected a range of at least 1000", new JointLimits("elbow", 1e9, 1e9 + 1, 1, 4, 40));
    }

    private static void refused(String line, JointLimits limit) {
        Exception e = assertThrows(IllegalArgumentException.class,
                () -> new SmoothSafetyFilter(List.of(limit), 10 * MS, 1000 * MS, 25));
        assertTrue(e.getMessage().startsWith(line), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void shouldRefuseToStartOutsideTheLimitsButForgiveSensorNoise() {
        JointLimits limit = new JointLimits("x", -1, 1, 1, 1, 1);
        SafetyFilter filter = new SmoothSafetyFilter(List.of(limit), 10 * MS, 1000 * MS, 25);
        assertFalse(filter.restart(0, new double[] {1.1}));
        assertFalse(filter.restart(0, new double[] {Double.NaN}));
        assertEquals(SafetyStatus.NOTHING, filter.stop(0, 0, frame));
        assertTrue(filter.restart(0, new double[] {1.005}));
        double[] now = new double[1];
        filter.current(0, now);
        assertEquals(1, now[0]);
    }

    @Test
    void shouldTakeUpARobotThatWasMovedWhileItRested() {
        JointLimits limit = new JointLimits("x", -1, 1, 1, 1, 1);
        SafetyFilter filter = new SmoothSafetyFilter(List.of(limit), 10 * MS, 1000 * MS, 25);
        filter.restart(0, new double[] {0});
        double[] now = new double[1];
        filter.restart(10 * MS, new double[] {0.01});
        filter.current(10 * MS, now);
        assertEquals(0, now[0]);
        filter.restart(20 * MS, new double[] {0.5});
        filter.current(20 * MS, now);
        assertEquals(0.5, now[0]);
    }

    @Test
    void shouldNameTheJointWhoseLimitsAreMissing() {
        Exception e = assertThrows(IllegalArgumentException.class, () -> new SmoothSafetyFilter(
                List.of(JointLimits.positions("elbow", -1, 1)), 10 * MS, 1000 * MS, 25));
        assertTrue(e.getMessage().startsWith("elbow: limits"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new JointLimits("x", 1, 1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new JointLimits("x", 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new JointLimits("x", 0, 1, 1, Double.NaN, 1));
    }

    @Test
    void shouldNarrowPositionLimitsToTheWorkspaceBox() {
        List<JointLimits> limits = List.of(JointLimits.unlimited("x"), JointLimits.positions("y", -1, 1));
        List<JointLimits> narrowed = new WorkspaceBox(List.of("y", "x"), List.of(-0.5, 0.0), List.of(2.0, 3.0)).narrow(limits);
        assertEquals(0, narrowed.get(0).minPosition());
        assertEquals(3, narrowed.get(0).maxPosition());
        assertEquals(-0.5, narrowed.get(1).minPosition());
        assertEquals(1, narrowed.get(1).maxPosition());
        assertThrows(IllegalArgumentException.class,
                () -> new WorkspaceBox(List.of("z"), List.of(0.0), List.of(1.0)).narrow(limits));
    }

    @Test
    void shouldStopFromConstantVelocityInTheTextbookTime() {
        StopProfile stop = new StopProfile();
        // v = 1, A = 2, J = 10: trapezoid, T = v/A + A/J = 0.7 s, distance v T / 2.
        stop.plan(1, 0, 2, 10);
        assertEquals(0.7, stop.duration(), 1e-12);
        assertEquals(0.35, stop.restPosition(), 1e-12);
        // v = 0.1: triangle, T = 2 sqrt(v/J) = 0.2 s.
        stop.plan(-0.1, 0, 2, 10);
        assertEquals(0.2, stop.duration(), 1e-12);
        assertEquals(-0.01, stop.restPosition(), 1e-12);
    }

    @Test
    void shouldArriveAtRestFromAnyVelocityAndAcceleration() {
        StopProfile stop = new StopProfile();
        for (double v = -2; v <= 2; v += 0.25) {
            for (double a = -3; a <= 3; a += 0.5) {
                stop.plan(v, a, 3, 7);
                double end = stop.duration();
                stop.evaluate(end * (1 - 1e-9));
                assertEquals(0, stop.velocity, 1e-6, v + ", " + a);
                assertEquals(0, stop.acceleration, 1e-6, v + ", " + a);
            }
        }
    }
}
