package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
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
        assertEquals(Set.of("dpros-prometheus"), new HashSet<>(dashboard.findValuesAsText("uid").stream()
                .filter(uid -> !uid.equals("dpros")).toList()));
    }
}
