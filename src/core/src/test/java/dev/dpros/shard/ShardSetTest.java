package dev.dpros.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardSetTest {
    @TempDir
    private Path folder;
    private Path target;

    @BeforeEach
    void name() {
        target = folder.resolve("scores.json");
    }

    private static Map<String, Object> work(int seed) {
        return Map.of("sampler", Map.of("seed", seed, "steps", 4), "policy_sha256", "abc");
    }

    private Path part(int index, int count, int seed) {
        return ShardWork.begin(target, new Shard(index, count), "eval", work(seed)).orElseThrow().finish(Map.of("episodes", List.of(index)));
    }

    private String refused(Path... given) {
        String line = assertThrows(InputException.class, () -> ShardSet.complete(target, List.of(given))).getMessage();
        assertEquals(1, line.lines().count(), line);
        return line.replace(folder + "/", "");
    }

    @Test
    void shouldHaveEachPartOnceInOrder() {
        IntStream.of(11, 0, 3, 5, 10, 1, 2, 4, 6, 8, 9, 7).forEach(i -> part(i, 12, 0));
        ShardSet all = ShardSet.complete(target, List.of());
        assertEquals("eval", all.kind());
        assertEquals(IntStream.range(0, 12).boxed().toList(),
                all.parts().stream().map(part -> part.result().path("episodes").path(0).asInt()).toList());
    }

    @Test
    void shouldNameWhatIsMissing() {
        assertTrue(refused().startsWith("scores.json: parts: expected scores.shard-I-of-N.json beside it, found none"), this::refused);
        part(0, 4, 0);
        part(3, 4, 0);
        assertEquals("scores.json: parts: expected each of 0/4 to 3/4 once, found no 1/4, 2/4; run the same command again with --shard 1/4 "
                + "and so on", refused());
    }

    @Test
    void shouldNameWhatIsThereTwice() throws IOException {
        Path first = part(0, 2, 0);
        Path second = part(1, 2, 0);
        Path copy = Files.copy(first, folder.resolve("scores.shard-00-of-2.json"));
        assertEquals("scores.json: parts: expected each of 0/2 to 1/2 once, found 0/2 2 times (scores.shard-0-of-2.json, "
                + "scores.shard-00-of-2.json)", refused(first, second, copy).replace(folder + "/", ""));
        assertEquals(refused(copy, first, second), refused().replace("(scores.shard-0-of-2.json, scores.shard-00-of-2.json)",
                "(scores.shard-00-of-2.json, scores.shard-0-of-2.json)"));
    }

    @Test
    void shouldNameWhatDiffers() throws IOException {
        Path first = part(0, 2, 0);
        Path other = folder.resolve("other.json");
        Path second = ShardWork.begin(other, new Shard(1, 2), "eval", work(7)).orElseThrow().finish(Map.of());
        assertEquals("other.shard-1-of-2.json: sampler.seed: expected 0 as in scores.shard-0-of-2.json, found 7; parts of different work "
                + "are not merged", refused(first, second));
        Path third = ShardWork.begin(folder.resolve("third.json"), new Shard(1, 3), "eval", work(0)).orElseThrow().finish(Map.of());
        assertTrue(refused(first, third).contains("parts: expected 2 as in"), this::refused);
        Path fourth = ShardWork.begin(folder.resolve("fourth.json"), new Shard(1, 2), "study", work(0)).orElseThrow().finish(Map.of());
        assertTrue(refused(first, fourth).contains("kind: expected 'eval' as in"), this::refused);
        Path more = ShardWork.begin(folder.resolve("more.json"), new Shard(1, 2), "eval", Map.of("sampler", Map.of("seed", 0, "steps", 4),
                "policy_sha256", "abc", "batch", 2)).orElseThrow().finish(Map.of());
        assertTrue(refused(first, more).contains("batch: expected nothing as in"), this::refused);
    }

    /** What a process leaves that is killed while it writes is a hidden file of another name. */
    @Test
    void shouldNotTakeAHalfWrittenPart() throws IOException {
        Path first = part(0, 2, 0);
        byte[] whole = Files.readAllBytes(first);
        Files.write(folder.resolve(".scores.shard-1-of-2.json.77.tmp"), Arrays.copyOf(whole, whole.length / 2));
        assertTrue(refused().contains("found no 1/2"), this::refused);
        for (String text : List.of("", "{", "[]", "{\"shard\": \"1/2\"}", "{\"shard\": \"2/2\", \"kind\": \"eval\", \"work\": {}, \"result\": {}}")) {
            Files.writeString(folder.resolve("scores.shard-1-of-2.json"), text);
            assertTrue(refused().startsWith("scores.shard-1-of-2.json: "), text);
        }
    }

    @Test
    void shouldNotBeginWhatIsDoneOrCannotBeMerged() {
        part(0, 2, 0);
        assertTrue(ShardWork.begin(target, new Shard(0, 2), "eval", work(0)).isEmpty(), "done");
        assertFalse(ShardWork.begin(target, new Shard(1, 2), "eval", work(0)).isEmpty());
        String seed = assertThrows(InputException.class, () -> part(1, 2, 7)).getMessage().replace(folder + "/", "");
        assertEquals("scores.shard-0-of-2.json: sampler.seed: expected 7, found 0; it is a part of other work: remove it, or give another name",
                seed);
        String count = assertThrows(InputException.class, () -> part(1, 3, 0)).getMessage();
        assertTrue(count.contains("parts: expected 3, found 2"), count);
    }
}
