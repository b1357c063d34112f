package dev.dpros.safety;

/**
 * The limits of one joint or action dimension, in its own units (rad, m, px) and seconds. Infinite means unlimited.
 *
 * @param name the joint
 * @param minPosition least position
 * @param maxPosition greatest position
 * @param maxVelocity greatest speed, units/s
 * @param maxAcceleration greatest acceleration, units/s^2
 * @param maxJerk greatest jerk, units/s^3
 */
public record JointLimits(
        String name,
        double minPosition,
        double maxPosition,
        double maxVelocity,
        double maxAcceleration,
        double maxJerk) {

    /** The greatest limit that smooth control computes with. */
    private static final double GREATEST = 1e12;
    /** The least range of positions, as a share of the positions themselves. */
    private static final double LEAST_SHARE = 1e-6;
    /** The longest time from full speed to rest at full deceleration, s. */
    private static final double LONGEST_BRAKING_S = 30;
    /** The longest time from no acceleration to full acceleration, s; with it a stop takes at most a minute. */
    private static final double LONGEST_RAMP_S = 20;

    /** @throws IllegalArgumentException naming the joint, the field, its value and the bound */
    public JointLimits {
        if (Double.isNaN(minPosition) || Double.isNaN(maxPosition) || minPosition >= maxPosition) {
            throw new IllegalArgumentException(name + ": position: expected [min, max] with min below max, found [" + minPosition
                    + ", " + maxPosition + "]");
        }
        positive(name, "velocity", maxVelocity);
        positive(name, "acceleration", maxAcceleration);
        positive(name, "jerk", maxJerk);
    }

    /** No limits at all: for a simulated pixel world, never for a robot. */
    public static JointLimits unlimited(String name) {
        double inf = Double.POSITIVE_INFINITY;
        return new JointLimits(name, -inf, inf, inf, inf, inf);
    }

    /** Limits of position alone. */
    public static JointLimits positions(String name, double min, double max) {
        double inf = Double.POSITIVE_INFINITY;
        return new JointLimits(name, min, max, inf, inf, inf);
    }

    /** The same limits within a narrower position range. @throws IllegalArgumentException if nothing is left of it */
    public JointLimits within(double min, double max) {
        return new JointLimits(name, Math.max(min, minPosition), Math.min(max, maxPosition), maxVelocity,
                maxAcceleration, maxJerk);
    }

    /** Whether speed, acceleration and jerk are all finite, as smooth stopping needs. */
    public boolean bounded() {
        return Double.isFinite(maxVelocity) && Double.isFinite(maxAcceleration) && Double.isFinite(maxJerk);
    }

    /**
     * Checks that a stop is one: within a minute, and in numbers that a double can tell apart.
     *
     * @throws IllegalArgumentException naming the joint, the key, its value and the bound
     */
    void checkStop() {
        double magnitude = Math.max(Math.abs(minPosition), Math.abs(maxPosition));
        double range = maxPosition - minPosition;
        most("position", magnitude, GREATEST);
        least("position", range, LEAST_SHARE * magnitude, "a range of ", " for positions up to " + magnitude);
        most("velocity", maxVelocity, GREATEST);
        most("acceleration", maxAcceleration, GREATEST);
        most("jerk", maxJerk, GREATEST);
        least("acceleration", maxAcceleration, maxVelocity / LONGEST_BRAKING_S, "",
                " = velocity / " + LONGEST_BRAKING_S + " s, so that it stops within a minute");
        least("jerk", maxJerk, maxAcceleration / LONGEST_RAMP_S, "",
                " = acceleration / " + LONGEST_RAMP_S + " s, so that it stops within a minute");
    }

    private void most(String key, double value, double bound) {
        if (value > bound) {
            throw new IllegalArgumentException(name + ": limits: " + key + ": expected at most " + bound + ", found " + value);
        }
    }

    private void least(String key, double value, double bound, String what, String why) {
        if (value < bound) {
            throw new IllegalArgumentException(name + ": limits: " + key + ": expected " + what + "at least " + bound + why
                    + ", found " + value);
        }
    }

    private static void positive(String name, String field, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(name + ": " + field + ": expected a positive number, found " + value);
        }
    }
}
