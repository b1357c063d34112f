package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * How a human takes over from the policy, or drives without one.
 *
 * @param topic where the robot is to be, as the operator's device says it; empty: nobody takes over
 * @param type message type
 * @param field field path with one value per dimension of the action; empty: {@code position[...]} of the action's joints
 * @param timeoutMs the human drives while messages keep coming, none later than this after the one before
 */
public record TeleopSection(String topic, String type, String field, double timeoutMs) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public TeleopSection {
        inRange("timeout_ms", timeoutMs, 10, 5_000);
    }
}
