package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * The node.
 *
 * @param name node name, unless {@code __name:=} says otherwise
 * @param transport middleware, where neither {@code --transport} nor the environment chooses one; counts from the file alone; empty
 *     for the usual one
 * @param autostart whether the policy drives as soon as it is ready, or waits for the {@code ~start} service
 * @param enableTimeoutMs dead-man switch: how long after the last {@code true} on {@code ~enable} the policy may drive, ms;
 *     0 turns it off
 */
public record NodeSection(String name, String transport, boolean autostart, double enableTimeoutMs) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public NodeSection {
        inRange("enable_timeout_ms", enableTimeoutMs, 0, 60_000);
    }
}
