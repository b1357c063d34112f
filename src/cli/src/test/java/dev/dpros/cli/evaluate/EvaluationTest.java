package dev.dpros.cli.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped policies solve PushT through the whole stack: checkpoint, network, scheduler, simulator, camera. */
@Timeout(300)
@Tag("long")
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

    /** The reference scores a few training seeds too, and keeps rollouts to look at. */
    @Test
    void shouldTellTrainSeedsApartAndDrawRollouts() throws IOException {
        JsonNode scores = evaluate("models/pusht_keypoints", "100000..100001", "--train-seeds", "0..2", "--max-steps", "16",
                "--gifs", dir.resolve("gifs").toString(), "--gif-count", "1");
        assertEquals(2, scores.get("episodes").size());
        assertEquals(3, scores.get("train_episodes").size());
        assertEquals(0, scores.get("train_episodes").get(0).get("seed").asLong());
        assertEquals(List.of("seed_100000.gif"), names(dir.resolve("gifs")));
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(dir.resolve("gifs/seed_100000.gif").toFile())) {
            reader.setInput(in);
            assertEquals(17, reader.getNumImages(true), "the reset and 16 steps");
            assertNotEquals(reader.read(0).getRGB(144, 144), 0);
            assertEquals(288, reader.getWidth(16));
        }
        assertEquals(2, Main.commandLine().execute("eval", "--policy", "models/pusht_keypoints", "--seeds", "3..4", "--train-seeds", "4..5"));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
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
