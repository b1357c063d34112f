package dev.dpros.config;

import java.util.List;

/**
 * Limits of one joint; what is not given is unlimited.
 *
 * @param position {@code [min, max]}, robot units
 * @param velocity units/s
 * @param acceleration units/s^2
 * @param jerk units/s^3
 */
public record LimitSection(List<Double> position, Double velocity, Double acceleration, Double jerk) {
    /** @throws IllegalArgumentException if the position is not a pair */
    public LimitSection {
        if (position != null && position.size() != 2) {
            throw new IllegalArgumentException("position: expected [min, max], found " + position);
        }
    }
}
