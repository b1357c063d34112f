package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.dpros.core.CommandFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever is asked for, what the smooth filter sends keeps position, velocity, acceleration and jerk limits. */
class MotionLimitsPropertyTest {
    private static final long MS = 1_000_000L;
    private static final long GRID = 10 * MS;

    /** A reference that jumps about: waypoints at random, straight lines between them. */
    private static final class WildPath implements ReferencePath {
        final int dims;
        final long[] stamps;
        final double[] values;

        WildPath(Random random, int dims, long nowNs, int points, double reach) {
            this.dims = dims;
            stamps = new long[points];
            values = new double[points * dims];
            long at = nowNs + random.nextInt(50) * MS;
            for (int i = 0; i < points; i++) {
                stamps[i] = at;
                at += (1 + random.nextInt(100)) * MS;
                for (int d = 0; d < dims; d++) {
                    values[i * dims + d] = reach * random.nextGaussian();
                }
            }
        }

        @Override
        public int size() {
            return stamps.length;
        }

        @Override
        public long stampNs(int index) {
            return stamps[index];
        }

        @Override
        public double value(int index, int dim) {
            return values[index * dims + dim];
        }

        @Override
        public void sample(long timeNs, double[] p, double[] v, double[] a) {
            int i = 0;
            while (i < stamps.length - 1 && stamps[i + 1] <= timeNs) {
                i++;
            }
            boolean rests = timeNs < stamps[0] || i == stamps.length - 1;
            for (int d = 0; d < dims; d++) {
                a[d] = 0;
                v[d] = rests ? 0 : (value(i + 1, d) - value(i, d)) / ((stamps[i + 1] - stamps[i]) * 1e-9);
                p[d] = value(i, d) + (rests ? 0 : v[d] * (timeNs - stamps[i]) * 1e-9);
            }
        }
    }

    private static List<JointLimits> limits(Random random, int dims, double jerkScale) {
        List<JointLimits> out = new ArrayList<>();
        for (int d = 0; d < dims; d++) {
            double acceleration = 0.5 + 10 * random.nextDouble();
            out.add(new JointLimits("j" + d, -1 - random.nextDouble(), 1 + random.nextDouble(),
                    0.2 + 3 * random.nextDouble(), acceleration, acceleration * jerkScale));
        }
        return out;
    }

    @Property(tries = 200, seed = "20261123")
    void shouldKeepAllLimitsAndEndAtRestFromAnyState(@ForAll @LongRange(min = 0, max = 1L << 40) long seed,
            @ForAll @DoubleRange(min = 1, max = 60) double jerkScale, @ForAll @DoubleRange(min = 0.05, max = 5) double reach) {
        Random random = new Random(seed);
        int dims = 3;
        List<JointLimits> limits = limits(random, dims, jerkScale);
        SmoothSafetyFilter filter = new SmoothSafetyFilter(limits, GRID, 3000 * MS, 25);
        CommandFrame frame = new CommandFrame(limits.stream().map(JointLimits::name).toList(), filter.frameCapacity());
        double[] start = new double[dims];
        for (int d = 0; d < dims; d++) {
            JointLimits l = limits.get(d);
            start[d] = l.minPosition() + random.nextDouble() * (l.maxPosition() - l.minPosition());
        }
        assertTrue(filter.restart(0, start));
        List<double[]> driven = new ArrayList<>();
        long tickNs = (5 + random.nextInt(20)) * MS;
        WildPath path = new WildPath(random, dims, 0, 10, reach);
        boolean stop = false;
        for (int tick = 0; tick < 100; tick++) {
            long now = tick * tickNs;
            boolean changed = random.nextInt(8) == 0;
            if (changed) {
                path = new WildPath(random, dims, now, 1 + random.nextInt(20), reach);
                stop = random.nextInt(5) == 0;
            }
            int status = stop ? filter.stop(now, now, frame) : filter.follow(now, now, path, changed || tick == 0, frame);
            assertEquals(0, status & SafetyStatus.VIOLATION);
            check(limits, frame);
            double[] q = new double[dims];
            System.arraycopy(frame.positions, 0, q, 0, dims);
            driven.add(q);
        }
        for (int d = 0; d < dims; d++) {
            long[] times = new long[driven.size()];
            double[] positions = new double[driven.size()];
            for (int i = 0; i < times.length; i++) {
                times[i] = i * tickNs;
                positions[i] = driven.get(i)[d];
            }
            check(limits.get(d), times, positions, "driven");
        }
    }

    private static void check(List<JointLimits> limits, CommandFrame frame) {
        int dims = limits.size();
        assertTrue(frame.points >= 2);
        for (int d = 0; d < dims; d++) {
            double[] positions = new double[frame.points];
            for (int i = 0; i < frame.points; i++) {
                positions[i] = frame.positions[i * dims + d];
                assertTrue(Math.abs(frame.velocities[i * dims + d]) <= limits.get(d).maxVelocity() * (1 + 1e-9));
            }
            check(limits.get(d), java.util.Arrays.copyOf(frame.timeFromStartNs, frame.points), positions, "frame");
            assertEquals(0, frame.velocities[(frame.points - 1) * dims + d]);
        }
    }

    /** Divided differences are means of derivatives, so they keep the limits if the motion does. */
    private static void check(JointLimits limit, long[] times, double[] q, String what) {
        double[] derivative = q;
        double[] bounds = {limit.maxVelocity(), limit.maxAcceleration(), limit.maxJerk()};
        for (double p : q) {
            if (!(p >= limit.minPosition() - 1e-8 && p <= limit.maxPosition() + 1e-8)) {
                fail(what + ": position " + p + " outside " + limit);
            }
        }
        for (int order = 1; order <= 3; order++) {
            double[] next = new double[derivative.length - 1];
            for (int i = 0; i < next.length; i++) {
                next[i] = order * (derivative[i + 1] - derivative[i]) / ((times[i + order] - times[i]) * 1e-9);
                if (!(Math.abs(next[i]) <= bounds[order - 1] * (1 + 1e-6) + 1e-4)) {
                    fail(what + ": derivative " + order + " at " + i + ": " + next[i] + " over " + limit);
                }
            }
            derivative = next;
            if (derivative.length < 2) {
                return;
            }
        }
    }

    @Example
    void shouldReachARestingTargetWithoutOvershoot() {
        JointLimits limit = new JointLimits("j", -2, 2, 1.5, 5, 60);
        SmoothSafetyFilter filter = new SmoothSafetyFilter(List.of(limit), GRID, 6000 * MS, 25);
        CommandFrame frame = new CommandFrame(List.of("j"), filter.frameCapacity());
        filter.restart(0, new double[1]);
        WildPath path = new WildPath(new Random(1), 1, 0, 2, 1);
        path.stamps[1] = 5000 * MS;
        path.values[0] = 1.2;
        path.values[1] = 1.2;
        filter.follow(0, 0, path, true, frame);
        double most = 0;
        for (int i = 0; i < frame.points; i++) {
            most = Math.max(most, frame.positions[i]);
        }
        assertEquals(1.2, frame.positions[frame.points - 1], 1e-6);
        assertTrue(most < 1.2 + 0.005, "overshoot to " + most);
    }

    @Example
    void shouldFollowAFeasibleReferenceClosely() {
        JointLimits limit = new JointLimits("j", -2, 2, 1.5, 5, 60);
        SmoothSafetyFilter filter = new SmoothSafetyFilter(List.of(limit), GRID, 6000 * MS, 25);
        CommandFrame frame = new CommandFrame(List.of("j"), filter.frameCapacity());
        filter.restart(0, new double[1]);
        ReferencePath sine = new ReferencePath() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public long stampNs(int index) {
                return 4000 * MS;
            }

            @Override
            public double value(int index, int dim) {
                return 0;
            }

            @Override
            public void sample(long timeNs, double[] p, double[] v, double[] a) {
                double t = timeNs * 1e-9;
                p[0] = 0.5 * Math.sin(2 * t);
                v[0] = Math.cos(2 * t);
                a[0] = -2 * Math.sin(2 * t);
            }
        };
        filter.follow(0, 0, sine, true, frame);
        for (int i = 150; i < 400; i++) {
            assertEquals(0.5 * Math.sin(2 * i * 0.01), frame.positions[i], 2e-3, "point " + i);
        }
    }
}
