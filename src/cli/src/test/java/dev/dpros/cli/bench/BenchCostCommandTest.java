package dev.dpros.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("long")
class BenchCostCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int dpros(String... args) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    @Test
    void shouldMakeOneTableOfEverythingThatGrows(@TempDir Path dir) throws IOException {
        Path json = dir.resolve("cost.json");
        assertEquals(0, dpros("bench", "cost", "--short", "--seconds", "0.05", "--json", json.toString()), err::toString);
        JsonNode rows = new ObjectMapper().readTree(json.toFile());
        assertEquals("[cameras, cameras, camera, horizon, channels, environments, control]", rows.findValuesAsText("what").toString());
        JsonNode cost = rows.get(0).get("cost");
        for (String field : List.of("chunk_ms", "worst_ms", "encode_ms", "step_ms", "allocated_kb")) {
            assertTrue(cost.get(field).asDouble() > 0, field + ": " + cost);
        }
        assertTrue(rows.get(1).get("parameters").asLong() > rows.get(0).get("parameters").asLong(), rows::toPrettyString);
        List<String> table = out.toString().lines().filter(line -> line.startsWith("|")).toList();
        assertEquals(2 + rows.size(), table.size(), out::toString);
        table.forEach(line -> assertEquals(table.get(0).chars().filter(c -> c == '|').count(), line.chars().filter(c -> c == '|').count(), line));
    }

    @Test
    void shouldRefuseACoreThatCannotBe() {
        assertEquals(2, dpros("bench", "cost", "--cpu", "5000"));
        assertTrue(err.toString().startsWith("dpros: --cpu: core"), err.toString());
        assertEquals(1, err.toString().lines().count());
    }
}
