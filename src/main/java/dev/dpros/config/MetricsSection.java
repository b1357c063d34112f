package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * The metrics and dashboard server.
 *
 * @param enabled whether it runs
 * @param bind address to listen on; loopback unless told otherwise
 * @param port TCP port; 0 for a free one
 */
public record MetricsSection(boolean enabled, String bind, int port) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public MetricsSection {
        inRange("port", port, 0, 65_535);
    }
}
