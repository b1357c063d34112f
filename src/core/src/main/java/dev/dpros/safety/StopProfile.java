package dev.dpros.safety;

/**
 * The fastest way to rest of one joint from velocity v and acceleration a, within an acceleration limit A and a jerk
 * limit J: at most three phases of constant jerk (double-S deceleration; Biagiotti and Melchiorri, Trajectory Planning
 * for Automatic Machines and Robots, section 3.4). A reusable slot of one thread; allocates nothing.
 *
 * <p>In the mirrored frame, in which the velocity left after a is brought to zero, v + a|a|/(2J), is positive: jerk -J
 * until a = -p, none for t2, then +J until a = 0, with p = min(A, sqrt(J v + a^2/2)).
 */
final class StopProfile {
    private double sign;
    private double jerk;
    private double v0;
    private double a0;
    private double t1;
    private double t2;
    private double t3;

    /** Position after {@link #evaluate}, relative to the start. */
    double position;
    /** Velocity after {@link #evaluate}. */
    double velocity;
    /** Acceleration after {@link #evaluate}. */
    double acceleration;

    /** Plans the stop. */
    void plan(double v, double a, double maxAcceleration, double maxJerk) {
        sign = v + a * Math.abs(a) / (2 * maxJerk) >= 0 ? 1 : -1;
        jerk = maxJerk;
        v0 = sign * v;
        a0 = sign * a;
        double peak = Math.sqrt(Math.max(0, maxJerk * v0 + a0 * a0 / 2));
        t2 = 0;
        if (peak > maxAcceleration) {
            peak = maxAcceleration;
            t2 = (v0 + a0 * a0 / (2 * maxJerk)) / maxAcceleration - maxAcceleration / maxJerk;
        }
        t1 = Math.max(0, (a0 + peak) / maxJerk);
        t3 = peak / maxJerk;
    }

    /** How long the stop takes, s. */
    double duration() {
        return t1 + t2 + t3;
    }

    /** Greatest velocity on the way, in the direction of motion: signed. */
    double peakVelocity() {
        return sign * (a0 > 0 ? v0 + a0 * a0 / (2 * jerk) : v0);
    }

    /** Where it comes to rest, relative to the start. */
    double restPosition() {
        evaluate(duration());
        return position;
    }

    /**
     * Where it turns, relative to the start, if it first moves against the direction in which it stops; 0 otherwise.
     */
    double turnPosition() {
        if (v0 >= 0) {
            return 0;
        }
        double t = (a0 - Math.sqrt(Math.max(0, a0 * a0 + 2 * jerk * v0))) / jerk;
        return sign * t * (v0 + t * (a0 / 2 - t * jerk / 6));
    }

    /** Position (relative), velocity and acceleration after {@code t} seconds; exactly at rest from the end on. */
    void evaluate(double t) {
        double p = 0;
        double v = v0;
        double a = a0;
        double left = Math.max(0, t);
        double dt = Math.min(left, t1);
        p += dt * (v + dt * (a / 2 - dt * jerk / 6));
        v += dt * (a - dt * jerk / 2);
        a -= dt * jerk;
        left -= dt;
        dt = Math.min(left, t2);
        p += dt * (v + dt * a / 2);
        v += dt * a;
        left -= dt;
        dt = Math.min(left, t3);
        p += dt * (v + dt * (a / 2 + dt * jerk / 6));
        v += dt * (a + dt * jerk / 2);
        a += dt * jerk;
        boolean rest = t >= duration();
        position = sign * p;
        velocity = rest ? 0 : sign * v;
        acceleration = rest ? 0 : sign * a;
    }
}
