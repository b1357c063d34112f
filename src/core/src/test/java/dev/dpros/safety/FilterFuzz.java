package dev.dpros.safety;

import dev.dpros.core.CommandFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Draws limits, references, stops, holds and restarts at random instants for the smooth filter, and looks at every instant
 * of every motion with {@link ExactMotion}. By hand: {@code FilterFuzz usual|extreme SEED FRAMES}.
 */
final class FilterFuzz {
    private static final double[] RANGES = {0.04, 0.08, 0.3, 1, 3, 5.6, 6.28, 12.56};
    private static final int FRAMES_PER_RUN = 300;
    private static final long HORIZON_NS = 2_000_000_000L;
    private static final long MIN_GRID_NS = 10_000_000L;

    /** What was found, by kind; empty if all is well. */
    final TreeMap<String, Integer> found = new TreeMap<>();
    /** The first of each kind in full. */
    final List<String> firsts = new ArrayList<>();
    long frames;
    long motions;
    long moving;
    private final boolean extreme;

    FilterFuzz(boolean extreme) {
        this.extreme = extreme;
    }

    /** Waypoints anywhere, and what an interpolation of them never is: not finite, or with any derivative. */
    private static final class WildPath implements ReferencePath {
        final Random random;
        final long[] stamps;
        final double[][] values;
        final int mode;
        final List<JointLimits> limits;
        final boolean extreme;

        WildPath(Random random, List<JointLimits> limits, long rosNowNs, boolean extreme) {
            this.random = random;
            this.limits = limits;
            this.extreme = extreme;
            int dims = limits.size();
            mode = random.nextInt(6);
            stamps = new long[1 + random.nextInt(20)];
            values = new double[stamps.length][dims];
            for (int i = 0; i < stamps.length; i++) {
                stamps[i] = rosNowNs + (i - 2) * 100_000_000L + random.nextInt(1000);
                for (int d = 0; d < dims; d++) {
                    JointLimits l = limits.get(d);
                    double range = l.maxPosition() - l.minPosition();
                    values[i][d] = extreme ? l.minPosition() + range / 2 + wild(range) : wild(6);
                }
            }
        }

        private double wild(double scale) {
            return switch (random.nextInt(14)) {
                case 0 -> Double.NaN;
                case 1 -> Double.POSITIVE_INFINITY;
                case 2 -> Double.NEGATIVE_INFINITY;
                case 3 -> 1e308;
                case 4 -> -1e308;
                case 5 -> Double.MIN_VALUE;
                case 6 -> -0.0;
                case 7 -> 1e18 * random.nextGaussian();
                default -> scale * random.nextGaussian();
            };
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
            return values[index][dim];
        }

        @Override
        public void sample(long timeNs, double[] p, double[] v, double[] a) {
            int i = 0;
            while (i + 1 < stamps.length && stamps[i + 1] <= timeNs) {
                i++;
            }
            for (int d = 0; d < p.length; d++) {
                p[d] = values[i][d];
                v[d] = mode > 2 ? wild(extreme ? limits.get(d).maxVelocity() : 6) : 0;
                a[d] = mode > 3 ? wild(extreme ? limits.get(d).maxAcceleration() : 6) : 0;
            }
        }
    }

    private JointLimits limits(Random random, String name) {
        double range = extreme ? log(random, 1e-3, 1e3) : RANGES[random.nextInt(RANGES.length)];
        double middle = random.nextGaussian() * range / 2;
        double velocity = range * (extreme ? log(random, 0.01, 100) : 0.3 + 3 * random.nextDouble());
        double acceleration = velocity * (extreme ? log(random, 0.1, 1000) : 2 + 8 * random.nextDouble());
        double jerk = acceleration * (extreme ? log(random, 0.1, 1000) : 8 + 12 * random.nextDouble());
        return new JointLimits(name, middle - range / 2, middle + range / 2, velocity, acceleration, jerk);
    }

    private static double log(Random random, double min, double max) {
        return min * Math.pow(max / min, random.nextDouble());
    }

    private static double[] somewhere(Random random, List<JointLimits> limits) {
        return limits.stream().mapToDouble(l -> l.minPosition()
                + random.nextDouble() * (l.maxPosition() - l.minPosition())).toArray();
    }

    /** One robot, {@value #FRAMES_PER_RUN} frames. */
    void run(long seed) {
        Random random = new Random(seed);
        int dims = 1 + random.nextInt(3);
        List<JointLimits> limits = IntStream.range(0, dims).mapToObj(d -> limits(random, "j" + d)).toList();
        long tickNs = extreme ? Math.round(log(random, 1e6, 1e8)) : Math.round(1e9 / (50 + random.nextInt(900)));
        SmoothSafetyFilter filter = new SmoothSafetyFilter(limits, random.nextBoolean() ? MIN_GRID_NS
                : Math.max(tickNs, MIN_GRID_NS), HORIZON_NS, 10);
        CommandFrame frame = new CommandFrame(limits.stream().map(JointLimits::name).toList(), filter.frameCapacity());
        ExactMotion exact = new ExactMotion(limits.toArray(new JointLimits[0]));
        long nowNs = 1_000_000_000L + random.nextInt(1_000_000);
        long rosNs = 1_700_000_000_000_000_000L;
        filter.restart(nowNs, somewhere(random, limits));
        double[][] before = new double[dims][];
        MotionPlan seen = null;
        for (int k = 0; k < FRAMES_PER_RUN; k++) {
            if (random.nextInt(20) == 0) {
                filter.restart(nowNs, somewhere(random, limits));
            }
            for (int d = 0; d < dims; d++) {
                exact.at(filter.motion(), d, nowNs);
                before[d] = exact.state.clone();
            }
            int status = command(random, filter, frame, new WildPath(random, limits, rosNs, extreme), rosNs, nowNs);
            frames++;
            String what = seed + ":" + k;
            if ((status & (SafetyStatus.VIOLATION | SafetyStatus.KEPT | SafetyStatus.NOTHING)) != 0) {
                found("refused", what + " " + "joint " + filter.violatedDim() + ": " + filter.violatedValue()
                        + " beyond " + filter.violatedLimit() + " " + limits);
                return;
            }
            if (filter.motion() != seen) {
                motions++;
                if (!exact.keepsLimits(filter.motion())) {
                    found(exact.fault.split(" ")[0], what + " " + exact.fault);
                }
                seen = filter.motion();
            }
            inspect(what, exact, filter, frame, before, limits, nowNs);
            long lateNs = random.nextInt(4) == 0 ? random.nextInt((int) tickNs) : 0;
            long stepNs = tickNs * (random.nextInt(20) == 0 ? 1 + random.nextInt(100) : 1) + lateNs;
            nowNs += stepNs;
            rosNs += stepNs;
        }
    }

    private static int command(Random random, SmoothSafetyFilter filter, CommandFrame frame, WildPath path, long rosNs,
            long nowNs) {
        int act = random.nextInt(12);
        if (act == 0) {
            return filter.stop(rosNs, nowNs, frame);
        }
        long offNs = act == 1 ? (random.nextBoolean() ? 1 : -1) * random.nextInt(2_000_000_000) : 0;
        return filter.follow(rosNs + offNs, nowNs, path, act < 5, frame);
    }

    /** The frame goes on from the motion before, without a jump, and its points lie on the motion that was looked at. */
    private void inspect(String what, ExactMotion exact, SmoothSafetyFilter filter, CommandFrame frame, double[][] before,
            List<JointLimits> limits, long nowNs) {
        int dims = before.length;
        for (int d = 0; d < dims; d++) {
            JointLimits l = limits.get(d);
            double range = l.maxPosition() - l.minPosition();
            exact.at(filter.motion(), d, nowNs);
            differ("join position", what, l, exact.state[0], before[d][0], 1e-9 * range);
            differ("join velocity", what, l, exact.state[1], before[d][1], 1e-7 * l.maxVelocity());
            differ("join acceleration", what, l, exact.state[2], before[d][2], 1e-5 * l.maxAcceleration());
            moving += before[d][1] != 0 ? 1 : 0;
            for (int i = 0; i < frame.points; i++) {
                exact.at(filter.motion(), d, nowNs + frame.timeFromStartNs[i]);
                differ("frame position", what, l, exact.state[0], frame.positions[i * dims + d], 1e-9 * range);
                differ("frame velocity", what, l, exact.state[1], frame.velocities[i * dims + d], 1e-7 * l.maxVelocity());
            }
        }
    }

    private void differ(String kind, String what, JointLimits limit, double one, double other, double slack) {
        if (!(Math.abs(one - other) <= slack)) {
            found(kind, what + ": " + one + " and " + other + " of " + limit);
        }
    }

    private void found(String kind, String what) {
        if (found.merge(kind, 1, Integer::sum) <= 2) {
            firsts.add(kind + ": " + what);
        }
    }

    @Override
    public String toString() {
        return frames + " frames, " + motions + " motions, " + moving + " joints moving, found " + found;
    }

    /** For docs/benchmarks.md and .ci/nightly: exit code 1 if anything was found. */
    public static void main(String[] args) {
        FilterFuzz fuzz = new FilterFuzz(args[0].equals("extreme"));
        long frames = Long.parseLong(args[2]);
        for (long seed = Long.parseLong(args[1]); fuzz.frames < frames; seed++) {
            fuzz.run(seed);
        }
        System.out.println(args[0] + ": " + fuzz);
        fuzz.firsts.forEach(System.out::println);
        System.exit(fuzz.found.isEmpty() ? 0 : 1);
    }
}
