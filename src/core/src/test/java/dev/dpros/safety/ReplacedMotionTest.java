package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CommandFrame;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A motion may be replaced at any instant, and where that fails the one before goes on to its end. */
class ReplacedMotionTest {
    private static final long MS = 1_000_000L;

    /** One reference for all times, for so long. */
    private record Constant(long untilNs, double position, double velocity, double acceleration) implements ReferencePath {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public long stampNs(int index) {
            return untilNs;
        }

        @Override
        public double value(int index, int dim) {
            return position;
        }

        @Override
        public void sample(long timeNs, double[] p, double[] v, double[] a) {
            p[0] = position;
            v[0] = velocity;
            a[0] = acceleration;
        }
    }

    private final JointLimits joint4 = new JointLimits("joint4", -3.0, -0.1, 1.5, 4, 40);
    private final SmoothSafetyFilter filter = new SmoothSafetyFilter(List.of(joint4), 10 * MS, 2000 * MS, 25);
    private final CommandFrame frame = new CommandFrame(List.of("joint4"), filter.frameCapacity());
    private final ExactMotion exact = new ExactMotion(new JointLimits[] {joint4});

    /** A step of a recorded run at joint4's upper limit, and the instant at which it was left: 1.1e-6 rad too far. */
    private void recordedStep() {
        filter.restart(0, new double[] {-1});
        filter.motion().begin(0, new double[] {-0.10002303300963711}, new double[] {0.003422488852190944},
                new double[] {-0.13914171124566463});
        assertEquals(0, filter.follow(0, 0, new Constant(100 * MS, 0.275480595469771, 27.146456710131925, 501.622271087463),
                true, frame) & SafetyStatus.VIOLATION);
        assertEquals(-29.03541850468558, filter.motion().jerk[0], 1e-9, "the recorded step");
    }

    @Test
    void shouldStopBetweenTwoPointsWhereOnlyThePointsCanStop() {
        recordedStep();
        assertEquals(SafetyStatus.UNCHANGED, filter.stop(5_000_952, 5_000_952, frame), () -> "joint " + filter.violatedDim() + ": " + filter.violatedValue());
        assertTrue(exact.keepsLimits(filter.motion()), exact.fault);
        assertTrue(filter.motion().endNs() < 100 * MS, "it does stop, a grid step later at most");
    }

    @Test
    void shouldFollowAnotherPathBetweenTwoPointsWhereOnlyThePointsCanStop() {
        recordedStep();
        double[] before = state(5_000_952);
        int status = filter.follow(5_000_952, 5_000_952, new Constant(1200 * MS, -0.6682, -12.19, 74.67), true, frame);
        assertEquals(0, status & SafetyStatus.VIOLATION, () -> "joint " + filter.violatedDim() + ": " + filter.violatedValue());
        assertTrue(exact.keepsLimits(filter.motion()), exact.fault);
        double[] after = state(5_000_952);
        for (int i = 0; i < 3; i++) {
            assertEquals(before[i], after[i], 1e-15, "position, velocity, acceleration do not jump");
        }
    }

    @Test
    void shouldStopAtEveryInstantOfAStep() {
        for (long now = 0; now <= 10 * MS; now += 50_000) {
            recordedStep();
            assertEquals(SafetyStatus.UNCHANGED, filter.stop(now, now, frame), () -> "joint " + filter.violatedDim() + ": " + filter.violatedValue());
            assertTrue(exact.keepsLimits(filter.motion()), exact.fault);
        }
    }

    private double[] state(long nowNs) {
        exact.at(filter.motion(), 0, nowNs);
        return exact.state.clone();
    }

    @Test
    void shouldGoOnToTheEndOfTheLastMotionWhenEvenAStopIsRefused() {
        filter.restart(0, new double[] {-1});
        filter.follow(0, 0, new Constant(1500 * MS, -2, 0, 0), true, frame);
        double end = frame.positions[frame.points - 1];
        Tampering.replaceLimit(filter, 0, new JointLimits("joint4", -1.01, -0.1, 1.5, 4, 40));
        long now = 505 * MS;
        int status = filter.follow(now, now, new Constant(1500 * MS, -0.5, 0, 0), true, frame);
        assertTrue((status & SafetyStatus.VIOLATION) != 0);
        assertEquals(-1.01, filter.violatedLimit());
        assertEquals(0, filter.violatedDim());
        assertTrue(filter.violatedValue() < -1.01);
        assertEquals(-1.01, filter.violatedLimit());
        double last = Double.NaN;
        for (; now < 2500 * MS; now += 5 * MS) {
            assertEquals(SafetyStatus.KEPT, filter.stop(now, now, frame), "sent, each time");
            assertEquals(end, frame.positions[frame.points - 1]);
            assertEquals(0, frame.velocities[frame.points - 1]);
            assertTrue(Double.isNaN(last) || Math.abs(frame.positions[0] - last) <= 1.5 * 0.005);
            last = frame.positions[0];
        }
        assertEquals(end, last);
        assertEquals(filter.count(SafetyStatus.KEPT) + 1, filter.count(SafetyStatus.VIOLATION));
        Tampering.replaceLimit(filter, 0, joint4);
        assertTrue(filter.restart(now, new double[] {end}));
        assertEquals(0, filter.follow(now, now, new Constant(now + 900 * MS, -0.5, 0, 0), true, frame) & SafetyStatus.VIOLATION);
        assertEquals(end, frame.positions[0]);
        assertTrue(frame.positions[frame.points - 1] > end);
    }
}
