package dev.dpros.safety;

import org.jspecify.annotations.Nullable;

/**
 * Follows a reference path within position, velocity, acceleration and jerk limits from any state that can still stop
 * within them, and ends at rest. Each joint for itself; on the control thread; allocates nothing.
 *
 * <p>Per grid step a tracking law proposes a jerk. It is taken only if the state it leads to can still come to rest
 * within all limits ({@link StopProfile}); otherwise the joint takes the next step of its stop, which by induction is
 * always possible. So limits hold whatever the reference does: the idea of a predictive safety filter, with the stop
 * as the safe set's proof.
 *
 * <p>What is proved so is that every point of a plan can stop, and that the plan itself keeps the limits at every instant.
 * Inside a step a stop may not fit: where it rests is extreme where its direction changes, which need not be at a point.
 * So a new plan begins in a state that {@link #canStop}, or with the step under way, whose end can.
 *
 * <p>The tracking law is a cascade (position to velocity to acceleration to jerk) with the braking distance in each
 * stage; near the reference it is the linear state feedback that puts all three discrete poles at exp(-w h).
 */
final class JerkLimiter {
    /** Share of the limit that the cascade plans its own deceleration with. */
    private static final double BRAKING_SHARE = 0.5;
    /** Candidates keep this much off the limits, so that rounding cannot cross them. */
    private static final double MARGIN = 1e-9;

    private final JointLimits[] limits;
    private final StopProfile stop = new StopProfile();
    private final double stepS;
    private final double positionGain;
    private final double velocityGain;
    private final double accelerationGain;
    private final double[] refPosition;
    private final double[] refVelocity;
    private final double[] refAcceleration;
    private int status;

    /**
     * A limiter.
     *
     * @param limits all bounded
     * @param stepNs grid of the plans
     * @param bandwidth w of the tracking law, rad/s
     */
    JerkLimiter(JointLimits[] limits, long stepNs, double bandwidth) {
        this.limits = limits;
        stepS = stepNs * 1e-9;
        double s = 1 - Math.exp(-bandwidth * stepS);
        double h = stepS;
        // Ackermann's formula for the triple integrator under piecewise constant jerk, all poles at 1 - s.
        double k1 = s * s * s / (h * h * h);
        double k2 = (3 * s * s - s * s * s) / (h * h);
        double k3 = (s * s * s / 3 - 1.5 * s * s + 3 * s) / h;
        accelerationGain = k3;
        velocityGain = k2 / k3;
        positionGain = k1 / k2;
        refPosition = new double[limits.length];
        refVelocity = new double[limits.length];
        refAcceleration = new double[limits.length];
    }

    /** The most grid steps a stop can take. */
    int worstStopSteps() {
        double worst = 0;
        for (JointLimits limit : limits) {
            stop.plan(limit.maxVelocity(), limit.maxAcceleration(), limit.maxAcceleration(), limit.maxJerk());
            worst = Math.max(worst, stop.duration());
        }
        return (int) Math.ceil(worst / stepS) + 2;
    }

    /** Whether every joint can stop within the limits from this state; half of what the final check forgives is allowed. */
    boolean canStop(double[] q, double[] v, double[] a) {
        for (int d = 0; d < limits.length; d++) {
            stop.plan(v[d], a[d], limits[d].maxAcceleration(), limits[d].maxJerk());
            double rest = q[d] + stop.restPosition();
            double turn = q[d] + stop.turnPosition();
            double slack = SafetyFilter.tolerance(limits[d]) / 2;
            if (Math.min(rest, turn) < limits[d].minPosition() - slack || Math.max(rest, turn) > limits[d].maxPosition() + slack
                    || Math.abs(stop.peakVelocity()) > limits[d].maxVelocity() * (1 + MARGIN)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Fills a plan whose first points are already set: follows the path to its end, then stops.
     *
     * @param first the last point that is set; from there every joint can stop
     * @param path what to follow, or null to stop at once
     * @param pathStartNs stamp time of point 0
     * @return {@link SafetyStatus} bits
     */
    int plan(MotionPlan plan, int first, @Nullable ReferencePath path, long pathStartNs) {
        status = SafetyStatus.UNCHANGED;
        int point = first;
        int followSteps = path == null ? 0 : steps(path, pathStartNs, plan);
        for (; path != null && point < followSteps; point++) {
            path.sample(pathStartNs + point * plan.stepNs, refPosition, refVelocity, refAcceleration);
            for (int d = 0; d < limits.length; d++) {
                step(plan, point, d, proposal(plan, point, d));
            }
        }
        while (point < plan.capacity - 1 && !atRest(plan, point)) {
            for (int d = 0; d < limits.length; d++) {
                step(plan, point, d, MotionPlan.BRAKES);
            }
            point++;
        }
        plan.points = point + 1;
        return status;
    }

    /** Grid steps to the end of the path, as far as the plan leaves room for a stop after them. */
    private int steps(ReferencePath path, long pathStartNs, MotionPlan plan) {
        long aheadNs = path.stampNs(path.size() - 1) - pathStartNs;
        return (int) Math.min(plan.capacity - worstStopSteps() - 1, (aheadNs + plan.stepNs - 1) / plan.stepNs);
    }

    private boolean atRest(MotionPlan plan, int point) {
        for (int i = point * limits.length; i < (point + 1) * limits.length; i++) {
            if (plan.velocity[i] != 0 || plan.acceleration[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The jerk that the tracking law and the limits allow, or {@link MotionPlan#BRAKES}. */
    private double proposal(MotionPlan plan, int point, int d) {
        int at = point * limits.length + d;
        double q = plan.position[at];
        double v = plan.velocity[at];
        double a = plan.acceleration[at];
        JointLimits limit = limits[d];
        double wanted = track(limit, d, q, v, a);
        if (admissible(limit, q, v, a, wanted)) {
            return wanted;
        }
        double braking = v + a * Math.abs(a) / (2 * limit.maxJerk()) >= 0 ? -limit.maxJerk() : limit.maxJerk();
        for (double share = 0.25; share < 1; share += 0.25) {
            double jerk = wanted + share * (braking - wanted);
            if (admissible(limit, q, v, a, jerk)) {
                return jerk;
            }
        }
        return MotionPlan.BRAKES;
    }

    private double track(JointLimits limit, int d, double q, double v, double a) {
        double target = clip(refPosition[d], limit.minPosition(), limit.maxPosition(), SafetyStatus.POSITION);
        double feedVelocity = target == refPosition[d] ? refVelocity[d] : 0;
        double feedAcceleration = target == refPosition[d] ? refAcceleration[d] : 0;
        double maxV = limit.maxVelocity();
        double maxA = limit.maxAcceleration();
        double wantedV = clip(feedVelocity, -maxV, maxV, SafetyStatus.VELOCITY)
                + approach(target - q, positionGain, BRAKING_SHARE * maxA);
        wantedV = Math.max(-maxV, Math.min(maxV, wantedV));
        double wantedA = feedAcceleration + approach(wantedV - v, velocityGain, BRAKING_SHARE * limit.maxJerk());
        wantedA = clip(wantedA, -maxA, maxA, SafetyStatus.ACCELERATION);
        return clip(accelerationGain * (wantedA - a), -limit.maxJerk(), limit.maxJerk(), SafetyStatus.JERK);
    }

    /** The rate at which to close a distance: linear when near, as fast as one can still brake when far. */
    private static double approach(double distance, double gain, double braking) {
        double far = Math.abs(distance);
        return Math.copySign(Math.min(gain * far, Math.sqrt(2 * braking * far)), distance);
    }

    private double clip(double value, double min, double max, int bit) {
        if (value < min || value > max) {
            status |= bit;
            return value < min ? min : max;
        }
        return value;
    }

    /** Whether one step of this jerk stays within the limits and leads to a state that can stop within them. */
    private boolean admissible(JointLimits limit, double q, double v, double a, double jerk) {
        double h = stepS;
        double a1 = a + h * jerk;
        double v1 = v + h * (a + h * jerk / 2);
        double q1 = q + h * (v + h * (a / 2 + h * jerk / 6));
        double maxV = limit.maxVelocity() * (1 - MARGIN);
        if (Math.abs(a1) > limit.maxAcceleration() * (1 - MARGIN) || Math.abs(v1) > maxV
                || a * a1 < 0 && !peaksInside(limit, q, v, a, jerk, v1)
                || v * v1 < 0 && !inside(limit, turn(q, v, a, jerk))) {
            return false;
        }
        stop.plan(v1, a1, limit.maxAcceleration(), limit.maxJerk());
        return Math.abs(stop.peakVelocity()) <= maxV && inside(limit, q1) && inside(limit, q1 + stop.restPosition())
                && inside(limit, q1 + stop.turnPosition());
    }

    /** Position at which the velocity changes sign within a step of constant jerk. */
    private static double turn(double q, double v, double a, double jerk) {
        double root = Math.sqrt(Math.max(0, a * a - 2 * jerk * v));
        double stable = -(a + Math.copySign(root, a));
        double first = stable / jerk;
        double second = 2 * v / stable;
        double t = first > 0 && !(second > 0 && second < first) ? first : second;
        return q + t * (v + t * (a / 2 + t * jerk / 6));
    }

    /** Whether a step in which the acceleration changes sign keeps the velocity, and both turns if that changes sign and back. */
    private static boolean peaksInside(JointLimits limit, double q, double v, double a, double jerk, double v1) {
        double peak = v - a * a / (2 * jerk);
        if (Math.abs(peak) > limit.maxVelocity() * (1 - MARGIN)) {
            return false;
        }
        if (v * peak >= 0 || v * v1 < 0) {
            return true;
        }
        double stable = -(a + Math.copySign(Math.sqrt(Math.max(0, a * a - 2 * jerk * v)), a));
        double first = stable / jerk;
        double second = 2 * v / stable;
        return inside(limit, q + first * (v + first * (a / 2 + first * jerk / 6)))
                && inside(limit, q + second * (v + second * (a / 2 + second * jerk / 6)));
    }

    private static boolean inside(JointLimits limit, double q) {
        double slack = MARGIN * (limit.maxPosition() - limit.minPosition());
        return !Double.isFinite(slack) || q >= limit.minPosition() + slack && q <= limit.maxPosition() - slack;
    }

    private void step(MotionPlan plan, int point, int d, double jerk) {
        int at = point * limits.length + d;
        double q = plan.position[at];
        double v = plan.velocity[at];
        double a = plan.acceleration[at];
        double h = stepS;
        plan.jerk[at] = jerk;
        int next = at + limits.length;
        plan.jerk[next] = MotionPlan.BRAKES;
        if (Double.isNaN(jerk)) {
            stop.plan(v, a, limits[d].maxAcceleration(), limits[d].maxJerk());
            stop.evaluate(h);
            plan.position[next] = q + stop.position;
            plan.velocity[next] = stop.velocity;
            plan.acceleration[next] = stop.acceleration;
        } else {
            plan.position[next] = q + h * (v + h * (a / 2 + h * jerk / 6));
            plan.velocity[next] = v + h * (a + h * jerk / 2);
            plan.acceleration[next] = a + h * jerk;
        }
    }
}
