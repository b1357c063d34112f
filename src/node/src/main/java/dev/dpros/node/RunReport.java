package dev.dpros.node;

import dev.dpros.control.LoopStatistics;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.TopicTraffic;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.RunSummary;
import dev.dpros.node.outputs.RemoteCounts;
import dev.dpros.process.JsonFile;
import dev.dpros.safety.SafetyEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The summary of a run for machines: counters, latencies, messages per topic, watchdog. */
public final class RunReport {
    private RunReport() {}

    /** Writes the report of a node at its end. @throws dev.dpros.core.InputException if the file cannot be written */
    public static void write(Path file, PolicyNode node, TopicTraffic traffic, MetricsRegistry metrics) {
        JsonFile.write(file, of(node, traffic, metrics));
    }

    private static Map<String, Object> of(PolicyNode node, TopicTraffic traffic, MetricsRegistry metrics) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("control", counters(node.loop().statistics()));
        report.put("latency_ms", latencies(metrics.summary()));
        report.put("messages", traffic);
        report.put("watchdog", watchdog(node));
        report.put("sampling", node.guides().counts());
        report.put("sampler_replacements", node.sampler().replacements());
        if (node.server() != null) {
            report.put("remote", RemoteCounts.of(node.server()));
        }
        return report;
    }

    private static Map<String, Object> counters(LoopStatistics counts) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            map.put(counter.name().toLowerCase(Locale.ROOT), counts.get(counter));
        }
        for (LoopStatistics.Value value : LoopStatistics.Value.values()) {
            map.put(value.name().toLowerCase(Locale.ROOT), counts.get(value));
        }
        return map;
    }

    private static Map<String, Object> latencies(RunSummary summary) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (RunSummary.Row row : summary.rows()) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("count", row.count());
            values.put("p50", row.p50Ms());
            values.put("p99", row.p99Ms());
            values.put("p999", row.p999Ms());
            values.put("max", row.maxMs());
            map.put(row.tag().isEmpty() ? row.stage() : row.stage() + " " + row.tag(), values);
        }
        return map;
    }

    /** The latencies of a report as a table for the terminal; empty if there are none. */
    public static String latencyTable(Object latencies) {
        if (!(latencies instanceof Map<?, ?> rows) || rows.isEmpty()) {
            return "";
        }
        List<RunSummary.Row> parsed = new ArrayList<>();
        rows.forEach((name, value) -> {
            Map<?, ?> v = (Map<?, ?>) value;
            String[] stageAndSource = (name + " ").split(" ", 2);
            parsed.add(new RunSummary.Row(stageAndSource[0], stageAndSource[1].strip(), ((Number) v.get("count")).longValue(),
                    number(v, "p50"), number(v, "p99"), number(v, "p999"), number(v, "max")));
        });
        return new RunSummary(parsed).table();
    }

    private static double number(Map<?, ?> map, String key) {
        return ((Number) map.get(key)).doubleValue();
    }

    private static Map<String, Object> watchdog(PolicyNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", node.loop().watchdog().state().name().toLowerCase(Locale.ROOT));
        map.put("reason", node.why().reason());
        Map<String, Object> events = new LinkedHashMap<>();
        for (SafetyEvent event : SafetyEvent.values()) {
            long count = node.loop().watchdog().count(event);
            if (count > 0) {
                events.put(event.code(), count);
            }
        }
        map.put("events", events);
        return map;
    }
}
