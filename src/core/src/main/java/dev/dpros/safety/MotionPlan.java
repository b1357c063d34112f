package dev.dpros.safety;

/**
 * A motion of all joints on a uniform grid that ends at rest: between two points each joint has constant jerk, or
 * follows its {@link StopProfile}. So it can be evaluated at any time, exactly, and every sampling of it keeps the
 * limits. Preallocated; owned by the control thread.
 */
final class MotionPlan {
    /** In {@link #jerk}: this joint brakes from this point on. */
    static final double BRAKES = Double.NaN;

    private final JointLimits[] limits;
    private final StopProfile stop = new StopProfile();
    final int capacity;
    final long stepNs;
    /** Time of point 0, monotonic ns. */
    long startNs;
    /** Number of points, at least 1; the last is at rest. */
    int points;
    /** {@code [capacity, A]}. */
    final double[] position;
    /** {@code [capacity, A]}. */
    final double[] velocity;
    /** {@code [capacity, A]}. */
    final double[] acceleration;
    /** {@code [capacity, A]}, jerk until the next point, or {@link #BRAKES}. */
    final double[] jerk;

    MotionPlan(JointLimits[] limits, int capacity, long stepNs) {
        this.limits = limits;
        this.capacity = capacity;
        this.stepNs = stepNs;
        position = new double[capacity * limits.length];
        velocity = new double[capacity * limits.length];
        acceleration = new double[capacity * limits.length];
        jerk = new double[capacity * limits.length];
    }

    /** A plan that rests at this position for ever. */
    void rest(long nowNs, double[] at) {
        startNs = nowNs;
        points = 1;
        for (int d = 0; d < at.length; d++) {
            put(0, d, at[d], 0, 0);
        }
    }

    /** A plan that begins in this state now; the rest is to be filled in. */
    void begin(long nowNs, double[] q, double[] v, double[] a) {
        startNs = nowNs;
        points = 1;
        for (int d = 0; d < limits.length; d++) {
            put(0, d, q[d], v[d], a[d]);
        }
    }

    /** A plan that begins with this step of another, in the past, exactly as it is; the rest is to be filled in. */
    void begin(MotionPlan other, int point) {
        startNs = other.startNs + point * stepNs;
        points = 2;
        int from = point * limits.length;
        int values = 2 * limits.length;
        System.arraycopy(other.position, from, position, 0, values);
        System.arraycopy(other.velocity, from, velocity, 0, values);
        System.arraycopy(other.acceleration, from, acceleration, 0, values);
        System.arraycopy(other.jerk, from, jerk, 0, values);
    }

    /** The last point that is not after this time. */
    int point(long timeNs) {
        return (int) Math.min(points - 1, Math.max(0, timeNs - startNs) / stepNs);
    }

    /** When it has come to rest. */
    long endNs() {
        return startNs + (points - 1) * stepNs;
    }

    void put(int point, int dim, double q, double v, double a) {
        int at = point * limits.length + dim;
        position[at] = q;
        velocity[at] = v;
        acceleration[at] = a;
        jerk[at] = BRAKES;
    }

    /** The state at a time; at rest after the end, at the start before it. */
    void evaluate(long timeNs, double[] q, double[] v, double[] a) {
        long after = Math.max(0, timeNs - startNs);
        int point = point(timeNs);
        double t = point == points - 1 ? 0 : (after - point * stepNs) * 1e-9;
        for (int d = 0; d < limits.length; d++) {
            int at = point * limits.length + d;
            q[d] = position[at];
            v[d] = velocity[at];
            a[d] = acceleration[at];
            double j = jerk[at];
            if (t > 0 && Double.isNaN(j)) {
                stop.plan(v[d], a[d], limits[d].maxAcceleration(), limits[d].maxJerk());
                stop.evaluate(t);
                q[d] += stop.position;
                v[d] = stop.velocity;
                a[d] = stop.acceleration;
            } else if (t > 0) {
                q[d] += t * (v[d] + t * (a[d] / 2 + t * j / 6));
                v[d] += t * (a[d] + t * j / 2);
                a[d] += t * j;
            }
        }
    }
}
