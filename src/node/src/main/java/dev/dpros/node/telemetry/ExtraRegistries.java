package dev.dpros.node.telemetry;

import dev.dpros.config.MetricsSection;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.jmx.JmxConfig;
import io.micrometer.jmx.JmxMeterRegistry;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The registries besides Prometheus that a configuration asks for. */
final class ExtraRegistries {
    private ExtraRegistries() {}

    private static final class Jmx implements JmxConfig {
        @Override
        public String get(String key) {
            return null;
        }

        @Override
        public String domain() {
            return "dpros";
        }
    }

    /** JMX (domain {@code dpros}) and OTLP over HTTP, each if configured. OTLP sends every 10 s on a thread of its own. */
    static MeterRegistry[] of(MetricsSection config) {
        List<MeterRegistry> registries = new ArrayList<>();
        if (config.jmx()) {
            registries.add(new JmxMeterRegistry(new Jmx(), Clock.SYSTEM));
        }
        if (!config.otlp().isEmpty()) {
            Map<String, String> otlp = Map.of("otlp.url", config.otlp(), "otlp.step", "10s",
                    "otlp.resourceAttributes", "service.name=dpros");
            registries.add(new OtlpMeterRegistry((OtlpConfig) otlp::get, Clock.SYSTEM));
        }
        return registries.toArray(new MeterRegistry[0]);
    }
}
