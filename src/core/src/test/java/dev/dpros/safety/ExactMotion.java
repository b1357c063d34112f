package dev.dpros.safety;

/**
 * What a {@link MotionPlan} is between its points, by code that shares nothing with the filter: pieces of constant jerk,
 * their extremes in closed form, and whether they lead to the next point. For tests.
 */
final class ExactMotion {
    private final JointLimits[] limits;
    /** Duration and jerk of up to three phases. */
    private final double[] durations = new double[3];
    private final double[] jerks = new double[3];
    private int phases;
    /** State of one joint: position, velocity, acceleration. */
    final double[] state = new double[3];
    /** What is wrong, or null. */
    String fault;

    ExactMotion(JointLimits[] limits) {
        this.limits = limits;
    }

    /** Looks at every instant of a plan. */
    boolean keepsLimits(MotionPlan plan) {
        fault = null;
        int dims = limits.length;
        double h = plan.stepNs * 1e-9;
        for (int d = 0; d < dims && fault == null; d++) {
            for (int point = 0; point < plan.points - 1 && fault == null; point++) {
                load(plan, point, d);
                walk(limits[d], h);
                joins(plan, (point + 1) * dims + d, limits[d], h);
            }
            int last = (plan.points - 1) * dims + d;
            require(plan.velocity[last] == 0 && plan.acceleration[last] == 0, "not at rest at the end", limits[d], 0);
        }
        return fault == null;
    }

    /** Sets {@link #state} to that of one joint at a time. */
    void at(MotionPlan plan, int d, long timeNs) {
        long after = Math.max(0, timeNs - plan.startNs);
        int point = (int) Math.min(plan.points - 1, after / plan.stepNs);
        load(plan, point, d);
        double left = point == plan.points - 1 ? 0 : (after - point * plan.stepNs) * 1e-9;
        for (int i = 0; i < phases && left > 0; i++) {
            advance(Math.min(left, durations[i]), jerks[i]);
            left -= durations[i];
        }
        if (left > 0) {
            state[1] = 0;
            state[2] = 0;
        }
    }

    private void load(MotionPlan plan, int point, int d) {
        int i = point * limits.length + d;
        state[0] = plan.position[i];
        state[1] = plan.velocity[i];
        state[2] = plan.acceleration[i];
        if (Double.isNaN(plan.jerk[i])) {
            brake(state[1], state[2], limits[d]);
        } else {
            phases = 1;
            durations[0] = plan.stepNs * 1e-9;
            jerks[0] = plan.jerk[i];
        }
    }

    /** The phases of the fastest stop, from the area under a trapezoid of acceleration. */
    private void brake(double v, double a, JointLimits limit) {
        double jerk = limit.maxJerk();
        double area = v + a * Math.abs(a) / (2 * jerk);
        double side = area < 0 ? 1 : -1;
        double already = Math.max(0, side * a);
        double triangle = Math.sqrt(Math.max(0, (jerk * -side * v * 2 + a * a) / 2));
        double peak = Math.max(already, Math.min(limit.maxAcceleration(), triangle));
        phases = 3;
        jerks[0] = side * jerk;
        durations[0] = Math.max(0, (peak - side * a) / jerk);
        jerks[1] = 0;
        double ramps = (peak * peak - a * a / 2) / jerk;
        durations[1] = triangle > limit.maxAcceleration() ? Math.max(0, (-side * v - ramps) / peak) : 0;
        jerks[2] = -side * jerk;
        durations[2] = peak / jerk;
    }

    private void walk(JointLimits limit, double h) {
        double left = h;
        for (int i = 0; i < phases && left > 0; i++) {
            double t = Math.min(left, durations[i]);
            extremes(limit, t, jerks[i]);
            advance(t, jerks[i]);
            check(limit, 0);
            left -= t;
        }
        if (phases == 3 && left > 1e-12 * h) {
            double end = limit.maxVelocity();
            require(Math.abs(state[1]) <= 1e-7 * end, "stop ends with a velocity", limit, state[1]);
            state[1] = 0;
            state[2] = 0;
        }
    }

    /** Where velocity or acceleration vanish within a phase, position or velocity is extreme. */
    private void extremes(JointLimits limit, double t, double jerk) {
        double v = state[1];
        double a = state[2];
        check(limit, 0);
        if (jerk != 0 && -a / jerk > 0 && -a / jerk < t) {
            check(limit, -a / jerk, jerk);
        }
        double root = a * a - 2 * jerk * v;
        if (root < 0) {
            return;
        }
        double stable = -(a + Math.copySign(Math.sqrt(root), a));
        check(limit, within(stable / jerk, t), jerk);
        check(limit, within(2 * v / stable, t), jerk);
    }

    private static double within(double at, double t) {
        return at > 0 && at < t ? at : 0;
    }

    private void check(JointLimits limit, double t, double jerk) {
        double q = state[0];
        double v = state[1];
        double a = state[2];
        advance(t, jerk);
        check(limit, jerk);
        state[0] = q;
        state[1] = v;
        state[2] = a;
    }

    private void advance(double t, double jerk) {
        state[0] += t * state[1] + t * t * state[2] / 2 + t * t * t * jerk / 6;
        state[1] += t * state[2] + t * t * jerk / 2;
        state[2] += t * jerk;
    }

    private void check(JointLimits limit, double jerk) {
        double slack = 1e-9 * (limit.maxPosition() - limit.minPosition());
        double over = Math.max(state[0] - limit.maxPosition(), limit.minPosition() - state[0]);
        require(over <= slack, "position", limit, state[0]);
        require(Math.abs(state[1]) <= limit.maxVelocity() * (1 + 1e-6), "velocity", limit, state[1]);
        require(Math.abs(state[2]) <= limit.maxAcceleration() * (1 + 1e-6), "acceleration", limit, state[2]);
        require(Math.abs(jerk) <= limit.maxJerk() * (1 + 1e-9), "jerk", limit, jerk);
    }

    private void joins(MotionPlan plan, int next, JointLimits limit, double h) {
        double range = limit.maxPosition() - limit.minPosition();
        same("position", state[0], plan.position[next], 1e-9 * range, limit);
        same("velocity", state[1], plan.velocity[next], 1e-7 * limit.maxVelocity(), limit);
        same("acceleration", state[2], plan.acceleration[next], 1e-5 * limit.maxAcceleration(), limit);
    }

    private void same(String what, double mine, double theirs, double slack, JointLimits limit) {
        if (!(Math.abs(mine - theirs) <= slack)) {
            require(false, what + " jumps to " + theirs, limit, mine);
        }
    }

    private void require(boolean ok, String what, JointLimits limit, double value) {
        if (!ok && fault == null) {
            fault = what + " " + value + " of " + limit;
        }
    }
}
