package dev.dpros.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.MainAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The latency study through the command line: shipped policy, product's control loop, simulated clock. */
@Timeout(300)
@Tag("long")
class DelayStudyTest {
    @TempDir
    Path dir;

    @Test
    void shouldJoinSmoothlyUnderLatencyAndGiveTheSameTwice() throws IOException {
        List<JsonNode> first = study("replace,real_time_chunking");
        assertEquals(first, study("replace,real_time_chunking"));
        double replace = first.get(0).get("join_velocity_jump").asDouble();
        double guided = first.get(1).get("join_velocity_jump").asDouble();
        assertTrue(replace > 100 && guided < replace / 5, () -> "px/s: replace " + replace + ", real-time chunking " + guided);
        assertTrue(first.get(1).get("score").asDouble() > 0.8, () -> "" + first);
        assertEquals(4, first.get(1).get("evaluations").asDouble());
    }

    @Test
    void shouldTakeFewerStepsWhenItStartsWarm() throws IOException {
        JsonNode warm = study("warm_start").get(0);
        assertTrue(warm.get("evaluations").asDouble() < 3.5, warm::toString);
        assertTrue(warm.get("score").asDouble() > 0.8, warm::toString);
    }

    private List<JsonNode> study(String strategies) throws IOException {
        Path json = dir.resolve("study.json");
        Path plot = dir.resolve("study.svg");
        assertEquals(0, MainAccess.execute("eval", "--policy", "models/pusht_keypoints", "--seeds", "100000..100002",
                "--scheduler", "dpm_solver_pp", "--steps", "4", "--spacing", "log_snr", "--strategy", strategies,
                "--latency-ms", "200", "--plot", plot.toString(), "--json", json.toString()));
        String svg = Files.readString(plot);
        assertTrue(svg.contains("<svg") && svg.strip().endsWith("</svg>") && svg.contains("<path"), "a whole plot");
        List<JsonNode> results = new ArrayList<>();
        new ObjectMapper().readTree(json.toFile()).get("results").forEach(results::add);
        return results;
    }
}
