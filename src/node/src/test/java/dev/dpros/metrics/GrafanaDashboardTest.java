package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard against the schema made from Grafana's own types. */
class GrafanaDashboardTest {
    private final JsonNode dashboard = new ObjectMapper().readTree(Path.of("docker/grafana/dashboards/dpros.json").toFile());
    private final JsonSchema schema = load();

    GrafanaDashboardTest() throws IOException {}

    private static JsonSchema load() throws IOException {
        try (InputStream in = GrafanaDashboardTest.class.getResourceAsStream("/grafana/dashboard.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(in);
        }
    }

    @Test
    void shouldBeWhatGrafanaCallsADashboard() {
        assertEquals(Set.of(), schema.validate(dashboard));
    }

    @Test
    void shouldBeCheckedByASchemaThatRejectsABadOne() {
        ObjectNode bad = dashboard.deepCopy();
        ((ObjectNode) bad.at("/panels/1")).putObject("gridPos").put("h", "tall");
        assertFalse(schema.validate(bad).isEmpty());
    }

    @Test
    void shouldNumberItsPanelsAndAskOneDatasource() {
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            ids.add(panel.get("id").asInt());
        }
        assertEquals(dashboard.get("panels").size(), ids.size());
        assertEquals(Set.of("${datasource}"), new HashSet<>(dashboard.findValuesAsText("uid").stream()
                .filter(uid -> !uid.equals("dpros")).toList()));
        assertEquals("datasource", dashboard.at("/templating/list/0/name").asText());
        assertEquals("prometheus", dashboard.at("/templating/list/0/query").asText());
    }

    @Test
    void shouldMarkEachChangeOfStateOnce() {
        Set<String> states = new HashSet<>();
        for (JsonNode mark : dashboard.at("/annotations/list")) {
            Matcher to = Pattern.compile("dpros_watchdog_transitions_total\\{instance=\"\\$instance\",to=~\"([a-z|]+)\"}")
                    .matcher(mark.at("/target/expr").asText());
            assertTrue(to.find(), mark.toString());
            for (String state : to.group(1).split("\\|")) {
                assertTrue(states.add(state), state);
            }
        }
        assertEquals(Set.of("nominal", "degraded", "hold", "fault"), states);
    }

    /** Each name is one that the node exports, or that a rule makes of such names. */
    @Test
    void shouldUseNamesThatAreExported() throws IOException {
        Set<String> known = new HashSet<>();
        try (MetricsRegistry registry = new MetricsRegistry()) {
            NodeMetersTest.registerAll(registry);
            registry.scrape(false).lines().filter(line -> !line.startsWith("#")).map(line -> line.split("[{ ]")[0]).forEach(known::add);
        }
        Path rules = Path.of("docker/prometheus/rules.yml");
        Matcher record = Pattern.compile("record: (\\S+)").matcher(Files.readString(rules));
        while (record.find()) {
            known.add(record.group(1));
        }
        Set<String> used = new TreeSet<>();
        dashboard.findValuesAsText("expr").forEach(expr -> {
            Matcher name = Pattern.compile("\\b(dpros[:_][a-z0-9_:]+)\\b(?!\\s*\\()").matcher(expr);
            while (name.find()) {
                used.add(name.group(1));
            }
        });
        assertTrue(used.size() > 30, used.toString());
        used.removeAll(known);
        assertEquals(Set.of(), used);
    }
}
