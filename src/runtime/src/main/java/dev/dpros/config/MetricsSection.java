package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * The metrics and dashboard server.
 *
 * @param enabled whether it runs
 * @param bind address to listen on; loopback unless told otherwise
 * @param port TCP port; 0 for a free one
 * @param token secret that requests must carry; needed if bound to anything but loopback
 * @param jmx whether everything is also exported over JMX, domain {@code dpros}
 * @param otlp where everything is also sent by OTLP over HTTP, such as {@code http://127.0.0.1:4318/v1/metrics}; empty for nowhere
 */
public record MetricsSection(boolean enabled, String bind, int port, String token, boolean jmx, String otlp) {
    /** Does not show the token. */
    @Override
    public String toString() {
        return "MetricsSection[" + (enabled ? bind + ":" + port : "off") + (token.isEmpty() ? "" : ", token") + "]";
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public MetricsSection {
        inRange("port", port, 0, 65_535);
        if (!otlp.isEmpty() && !otlp.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw new IllegalArgumentException("otlp: expected an http or https address, found '" + otlp + "'");
        }
    }
}
