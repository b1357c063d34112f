package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * The metrics and dashboard server.
 *
 * @param enabled whether it runs
 * @param bind address to listen on; loopback unless told otherwise
 * @param port TCP port; 0 for a free one
 * @param token secret that requests must carry; needed if bound to anything but loopback
 */
public record MetricsSection(boolean enabled, String bind, int port, String token) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public MetricsSection {
        inRange("port", port, 0, 65_535);
    }
}
