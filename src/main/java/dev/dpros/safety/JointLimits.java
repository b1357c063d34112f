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

    /** @throws IllegalArgumentException naming the joint, the field, its value and the bound */
    public JointLimits {
        if (Double.isNaN(minPosition) || Double.isNaN(maxPosition) || minPosition >= maxPosition) {
            throw new IllegalArgumentException(name + ": max_position: expected more than min_position = " + minPosition
                    + ", found " + maxPosition);
        }
        positive(name, "max_velocity", maxVelocity);
        positive(name, "max_acceleration", maxAcceleration);
        positive(name, "max_jerk", maxJerk);
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

    private static void positive(String name, String field, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(name + ": " + field + ": expected a positive number, found " + value);
        }
    }
}
