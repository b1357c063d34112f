package dev.dpros.cli.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Scores that are found in parts are bit for bit those of one run. */
@Timeout(180)
@Tag("long")
class MergeEvaluationsTest {
    private static final String[] EVAL = {"eval", "--policy", "models/pusht_keypoints", "--seeds", "100000..100002", "--train-seeds", "0..1",
        "--scheduler", "ddim", "--steps", "2", "--max-steps", "16"};
    private static final String[] STUDY = {"eval", "--policy", "models/pusht_keypoints", "--seeds", "100000..100001", "--scheduler",
        "dpm_solver_pp", "--steps", "2", "--spacing", "log_snr", "--strategy", "synchronous,real_time_chunking", "--latency-ms", "2000"};

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int dpros(String[] command, String... more) {
        CommandLine line = Main.commandLine();
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .execute(Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new));
    }

    private static JsonNode scores(Path json) throws IOException {
        ObjectNode scores = (ObjectNode) new ObjectMapper().readTree(json.toFile());
        scores.remove("seconds");
        return scores;
    }

    private void inTwoParts(String[] command) throws IOException {
        Path whole = folder.resolve("whole.json");
        Path merged = folder.resolve("merged.json");
        assertEquals(0, dpros(command, "--batch", "1", "--json", whole.toString()), err.toString());
        String[] said = out.toString().split(System.lineSeparator());
        for (String part : new String[] {"1/2", "0/2"}) {
            assertEquals(0, dpros(command, "--json", merged.toString(), "--shard", part), err.toString());
        }
        assertEquals(0, dpros(command, "--json", merged.toString(), "--shard", "0/2"));
        assertTrue(out.toString().contains("shard 0/2 is done already"), out.toString());
        assertFalse(Files.exists(merged));
        assertEquals(0, dpros(new String[] {"merge"}, merged.toString()), err.toString());
        assertEquals(scores(whole), scores(merged));
        String[] repeated = out.toString().split(System.lineSeparator());
        assertEquals(said.length + 1, repeated.length);
        assertEquals(said[said.length - 1], repeated[said.length - 1]);
    }

    @Test
    void shouldMergeScores() throws IOException {
        inTwoParts(EVAL);
        Path other = folder.resolve("merged.shard-1-of-2.json");
        ObjectNode part = (ObjectNode) new ObjectMapper().readTree(other.toFile());
        ((ArrayNode) part.path("result").path("episodes")).remove(0);
        Files.writeString(other, part.toString());
        assertEquals(2, dpros(new String[] {"merge"}, folder.resolve("merged.json").toString()));
        assertTrue(err.toString().contains("merged.shard-1-of-2.json: seeds: expected '100001..100002', found 1 others"), err.toString());
        ((ObjectNode) part.path("result")).remove("about");
        Files.writeString(other, part.toString());
        assertEquals(2, dpros(new String[] {"merge"}, folder.resolve("merged.json").toString()));
        assertTrue(err.toString().contains("merged.shard-1-of-2.json: result: expected what eval --shard wrote"), err.toString());
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void shouldMergeStudies() throws IOException {
        inTwoParts(STUDY);
        assertEquals(2, dpros(STUDY, "--json", folder.resolve("x.json").toString(), "--shard", "0/2", "--plot", folder.resolve("x.svg").toString()));
        assertTrue(err.toString().contains("--plot: results: expected those of a whole study, found a part"), err.toString());
    }

    @Test
    void shouldRefuseAPartThatCouldNotBeMerged() throws IOException {
        String json = folder.resolve("scores.json").toString();
        assertEquals(2, dpros(EVAL, "--shard", "0/2"));
        assertTrue(err.toString().contains("--shard: parts: expected --json beside it, for 'dpros merge', found no --json"), err.toString());
        assertEquals(2, dpros(EVAL, "--shard", "0/4", "--json", json));
        assertTrue(err.toString().contains("expected at most 3, as many as there is to do, found 4"), err.toString());
        assertEquals(0, dpros(EVAL, "--shard", "0/2", "--json", json), err.toString());
        for (String[] other : new String[][] {{"--noise-seed", "1", "sampler.seed: expected 1, found 0"}, {"--batch", "2", "batch: expected 2, found 1"},
            {"--policy", "models/pusht_image", "policy_sha256: expected \""}, {"--seeds", "100000..100003", "seeds: expected \"100000..100003\""}}) {
            String[] command = EVAL.clone();
            boolean there = false;
            for (int i = 0; i < command.length; i++) {
                if (command[i].equals(other[0])) {
                    command[i + 1] = other[1];
                    there = true;
                }
            }
            String[] more = there ? new String[0] : new String[] {other[0], other[1]};
            assertEquals(2, dpros(command, Stream.concat(Stream.of(more), Stream.of("--shard", "1/2", "--json", json)).toArray(String[]::new)));
            assertTrue(err.toString().contains("scores.shard-0-of-2.json: " + other[2]), err.toString());
        }
    }
}
