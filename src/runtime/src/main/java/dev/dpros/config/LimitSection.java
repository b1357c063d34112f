package dev.dpros.config;

import dev.dpros.safety.JointLimits;
import java.util.List;

/**
 * Limits of one joint; what is not given is unlimited.
 *
 * @param position {@code [min, max]}, robot units
 * @param velocity units/s
 * @param acceleration units/s^2
 * @param jerk units/s^3
 * @param contact whether something may block it, such as an object in a gripper: its position is then not supervised
 */
public record LimitSection(List<Double> position, Double velocity, Double acceleration, Double jerk, Boolean contact) {
    /** Nothing is limited. */
    static final LimitSection NONE = new LimitSection(null, null, null, null, null);

    /** @throws IllegalArgumentException naming the key, if the position is no range or another limit is not above 0 */
    public LimitSection {
        if (position != null && (position.size() != 2 || !(position.get(0) < position.get(1)))) {
            throw new IllegalArgumentException("position: expected [min, max] with min below max, found " + position);
        }
        requirePositive("velocity", velocity);
        requirePositive("acceleration", acceleration);
        requirePositive("jerk", jerk);
    }

    private static void requirePositive(String key, Double value) {
        if (value != null && !(value > 0)) {
            throw new IllegalArgumentException(key + ": expected a positive number, found " + value);
        }
    }

    JointLimits toJointLimits(String joint) {
        double inf = Double.POSITIVE_INFINITY;
        return new JointLimits(joint,
                position == null ? -inf : position.get(0),
                position == null ? inf : position.get(1),
                velocity == null ? inf : velocity,
                acceleration == null ? inf : acceleration,
                jerk == null ? inf : jerk);
    }
}
