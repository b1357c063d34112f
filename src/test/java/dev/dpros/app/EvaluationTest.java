package dev.dpros.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped policies solve PushT through the whole stack: checkpoint, network, scheduler, simulator, camera. */
@Timeout(300)
class EvaluationTest {
    @TempDir
    Path dir;

    @Test
    void shouldSolvePushTFromImages() throws IOException {
        JsonNode scores = evaluate("models/pusht_image", "100000..100003");
        assertTrue(scores.get("mean_max_reward").asDouble() > 0.95, scores::toString);
        assertEquals(4, scores.get("episodes").size());
        assertEquals(100_000, scores.get("episodes").get(0).get("seed").asLong());
    }

    @Test
    void shouldScoreTheSameWhateverTheBatch() throws IOException {
        JsonNode together = evaluate("models/pusht_keypoints", "100000..100001", "--batch", "2", "--max-steps", "24");
        JsonNode apart = evaluate("models/pusht_keypoints", "100000..100001", "--batch", "1", "--max-steps", "24");
        for (int i = 0; i < 2; i++) {
            assertEquals(together.get("episodes").get(i).get("max_reward").asDouble(),
                    apart.get("episodes").get(i).get("max_reward").asDouble(), 1e-3);
        }
    }

    private JsonNode evaluate(String policy, String seeds, String... more) throws IOException {
        Path json = dir.resolve("scores.json");
        String[] args = new String[more.length + 7];
        String[] first = {"eval", "--policy", policy, "--seeds", seeds, "--json", json.toString()};
        System.arraycopy(first, 0, args, 0, first.length);
        System.arraycopy(more, 0, args, first.length, more.length);
        assertEquals(0, Main.commandLine().execute(args));
        return new ObjectMapper().readTree(json.toFile());
    }
}
