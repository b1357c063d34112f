package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.SourceHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMetersTest {
    private final MetricsRegistry registry = new MetricsRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    /** Registers every meter there is, as a node does. */
    static void registerAll(MetricsRegistry registry) {
        NodeMeters meters = new NodeMeters(registry);
        SourceHealth health = new SourceHealth("wrist", SourceHealth.Kind.CAMERA, 100_000_000L);
        health.received(1_000_000_000L);
        meters.source(health, "observation.image", () -> 1_050_000_000L, () -> 7, () -> 1, () -> 2);
        meters.ticks(() -> 1000, () -> 1);
        meters.deadlineMisses("chunk_late", () -> 2);
        meters.watchdogState("nominal", () -> true);
        meters.watchdogState("fault", () -> false);
        meters.watchdogTransitions("nominal", "hold", () -> 1);
        meters.watchdogEvents("camera_stale", () -> 1);
        meters.chunks("received", () -> 5);
        meters.chunks("outdated", () -> 1);
        meters.chunkOrigin("remote", () -> 4);
        meters.remoteMisses("timeout", () -> 1);
        meters.remoteAsked(() -> true);
        meters.chunkJoin(() -> 0.25, () -> 0.5);
        meters.denoisingSteps(() -> 16, () -> 80);
        meters.limited("velocity", () -> 3);
        meters.recorder(() -> 1, () -> 0, () -> 4096, () -> 0);
        meters.gpuMemory(() -> 1e9);
        for (Stage stage : Stage.values()) {
            registry.latency(stage, stage.tagKey() == null ? "" : "wrist").recordNs(1_000_000);
        }
        registry.bindJvm();
        registry.drain();
    }

    @Test
    void shouldExportTheStateOfASource() {
        registerAll(registry);
        String text = registry.scrape(false);
        assertTrue(text.contains("dpros_source_silence_seconds{input=\"observation.image\",source=\"wrist\"} 0.05"), text);
        assertTrue(text.contains("dpros_source_stale{input=\"observation.image\",source=\"wrist\"} 0.0"), text);
        assertTrue(text.contains("dpros_source_samples_total{input=\"observation.image\",source=\"wrist\"} 7.0"), text);
        assertTrue(text.contains("dpros_watchdog_state{state=\"nominal\"} 1.0"), text);
        assertTrue(text.contains("dpros_watchdog_state{state=\"fault\"} 0.0"), text);
    }

    @Test
    void shouldTellInputsOfOneTopicApart() {
        NodeMeters meters = new NodeMeters(registry);
        for (String input : List.of("observation.position", "observation.rotation")) {
            SourceHealth health = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100_000_000L);
            meters.source(health, input, () -> 0, () -> input.endsWith("position") ? 7 : 9, () -> 1, () -> 2);
        }
        String text = registry.scrape(false);
        assertTrue(text.contains("dpros_source_samples_total{input=\"observation.position\",source=\"/joint_states\"} 7.0"), text);
        assertTrue(text.contains("dpros_source_samples_total{input=\"observation.rotation\",source=\"/joint_states\"} 9.0"), text);
        assertTrue(text.contains("dpros_source_stale{input=\"observation.rotation\",source=\"/joint_states\"}"), text);
    }

    @Test
    void shouldDocumentEveryMetricItExports() throws IOException {
        registerAll(registry);
        Set<String> exported = new TreeSet<>();
        registry.scrape(false).lines().filter(line -> line.startsWith("# TYPE dpros_"))
                .forEach(line -> exported.add(line.split(" ")[2].replaceFirst("_max$", "")));
        Set<String> documented = new TreeSet<>(Set.of( // by topic, which this test has no transport for
                "dpros_messages_received_total", "dpros_messages_refused_total", "dpros_publishers",
                "dpros_messages_sent_total", "dpros_messages_dropped_total", "dpros_subscribers"));
        exported.addAll(documented);
        documented.clear();
        Matcher names = Pattern.compile("^\\| `(dpros_[a-z_]+)` ", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("docs/metrics.md")));
        while (names.find()) {
            documented.add(names.group(1));
        }
        assertEquals(exported, documented);
    }
}
