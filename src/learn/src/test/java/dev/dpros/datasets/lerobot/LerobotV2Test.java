package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The layout of v2.0 and v2.1: a table and a film for each episode, and lines of JSON; made of an export of v3.0. */
@Timeout(180)
class LerobotV2Test {
    private static final String IMAGE = "observation.image";
    private static final int POSITIONS = 100;
    private static ExportedSlice slice;
    private static Path newest;

    @TempDir
    private Path folder;
    private Path root;

    @BeforeAll
    static void export(@TempDir Path once) {
        newest = once.resolve("lerobot");
        slice = new ExportedSlice(newest);
    }

    private static List<Integer> lengths() {
        try (EpisodeDataset dataset = LerobotDataset.open(newest)) {
            List<Integer> lengths = new ArrayList<>();
            for (int i = 0; i < dataset.episodes(); i++) {
                lengths.add(dataset.episode(i).length());
            }
            return lengths;
        }
    }

    @BeforeEach
    void convert() throws IOException {
        root = folder.resolve("lerobot");
        slice.copy(root);
        StringBuilder episodes = new StringBuilder();
        StringBuilder statistics = new StringBuilder();
        Files.createDirectories(root.resolve("videos/chunk-000/" + IMAGE));
        List<Integer> lengths = lengths();
        for (int i = 0; i < lengths.size(); i++) {
            Files.move(root.resolve("data/chunk-000/file-00" + i + ".parquet"), root.resolve("data/chunk-000/episode_00000" + i + ".parquet"));
            Files.move(root.resolve("videos/" + IMAGE + "/chunk-000/file-00" + i + ".mp4"),
                    root.resolve("videos/chunk-000/" + IMAGE + "/episode_00000" + i + ".mp4"));
            episodes.append("{\"episode_index\": " + i + ", \"tasks\": [\"\"], \"length\": " + lengths.get(i) + "}\n");
            statistics.append("{\"episode_index\": " + i + ", \"stats\": {}}\n");
        }
        Files.writeString(root.resolve("meta/episodes.jsonl"), episodes);
        Files.writeString(root.resolve("meta/episodes_stats.jsonl"), statistics);
        Files.writeString(root.resolve("meta/tasks.jsonl"), "{\"task_index\": 0, \"task\": \"\"}\n");
        Files.delete(root.resolve("meta/tasks.parquet"));
        try (Stream<Path> old = Files.walk(root.resolve("meta/episodes"))) {
            old.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
        info("v2.1");
    }

    private void info(String version) throws IOException {
        Path file = root.resolve("meta/info.json");
        ObjectNode info = (ObjectNode) new ObjectMapper().readTree(file.toFile());
        info.put("codebase_version", version).put("chunks_size", 1000)
                .put("data_path", "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet")
                .put("video_path", "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4");
        Files.writeString(file, info.toString());
    }

    private static List<String> said(Path root) {
        List<String> said = new ArrayList<>();
        try (EpisodeDataset dataset = LerobotDataset.open(root)) {
            said.addAll(dataset.faults());
            said.addAll(dataset.contradictions());
        } catch (InputException e) {
            said.add(e.getMessage());
        }
        return said;
    }

    @ParameterizedTest
    @ValueSource(strings = {"v2.0", "v2.1"})
    void shouldReadTheSameAsOfTheNewestLayout(String version) throws IOException {
        info(version);
        if (version.equals("v2.0")) {
            Files.delete(root.resolve("meta/episodes_stats.jsonl"));
        }
        assertEquals(List.of(), said(root));
        try (EpisodeDataset old = LerobotDataset.open(root); EpisodeDataset now = LerobotDataset.open(newest)) {
            assertEquals(now.features(), old.features());
            assertEquals(now.episodes(), old.episodes());
            for (int e = now.episodes() - 1; e >= 0; e--) {
                try (EpisodeDataset.Episode a = now.episode(e); EpisodeDataset.Episode b = old.episode(e)) {
                    assertEquals(a.length(), b.length());
                    for (int f = 0; f < now.features().size(); f++) {
                        assertSame(now.features().get(f), f, a, b);
                    }
                }
            }
        }
    }

    private static void assertSame(DatasetFeature feature, int f, EpisodeDataset.Episode a, EpisodeDataset.Episode b) {
        for (int step = 0; step < a.length(); step += feature.visual() ? 17 : 1) {
            if (feature.visual()) {
                byte[] expected = new byte[feature.size()];
                byte[] found = new byte[feature.size()];
                a.frame(f, step, expected);
                b.frame(f, step, found);
                assertArrayEquals(expected, found, feature.key() + ", step " + step);
            } else {
                float[] expected = new float[feature.size()];
                float[] found = new float[feature.size()];
                a.vector(f, step, expected, 0);
                b.vector(f, step, found, 0);
                assertArrayEquals(expected, found, feature.key() + ", step " + step);
            }
        }
    }

    /** What is spoiled, and a word of the line that must name it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "meta/episodes.jsonl | } | , \"length\": 7} | rows: expected 7, its length in meta/episodes.jsonl",
        "meta/episodes.jsonl | \"episode_index\": 1 | \"episode_index\": 0 | line 2: episode_index: expected an episode that is not listed before",
        "meta/episodes.jsonl | \"episode_index\": 1 | \"episode_index\": 1.5 | line 2: episode_index: expected a whole number",
        "meta/episodes.jsonl | [\"\"] | [\"pick\"] | task_index: expected 'pick', its task in meta/episodes.jsonl",
        "meta/episodes_stats.jsonl | \"episode_index\": 1 | \"episode_index\": 0 | expected a line for each episode, found none for 1",
        "meta/tasks.jsonl | \"task_index\": 0 | \"task_index\": 3 | task_index: expected one of meta/tasks.jsonl, found 0",
        "meta/tasks.jsonl | } | } } x | line 1: expected a JSON object",
        "meta/info.json | \"total_episodes\":3 | \"total_episodes\":4 | total_episodes: expected 3, the rows of meta/episodes.jsonl"})
    void shouldNameWhatIsWrong(String file, String from, String to, String named) throws IOException {
        Path path = root.resolve(file);
        String text = Files.readString(path);
        assertTrue(text.contains(from), text);
        Files.writeString(path, text.replaceFirst(java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to)));

        List<String> said = said(root);
        assertTrue(said.stream().anyMatch(line -> line.contains(named)), said::toString);
        assertTrue(said.stream().allMatch(line -> line.lines().count() == 1 && line.startsWith(root.toString())), said::toString);
    }

    @Test
    void shouldNameWhatIsMissingAndRefuseWhatIsOlder() throws IOException {
        Files.delete(root.resolve("videos/chunk-000/" + IMAGE + "/episode_000001.mp4"));
        try (EpisodeDataset dataset = LerobotDataset.open(root)) {
            String line = assertThrows(InputException.class, () -> SelectedEpisodes.readAll(dataset, dataset.episode(1))).getMessage();
            assertTrue(line.contains("episode_000001.mp4"), line);
        }
        Files.delete(root.resolve("meta/episodes.jsonl"));
        assertTrue(assertThrows(InputException.class, () -> LerobotDataset.open(root)).getMessage().contains("meta/episodes.jsonl: cannot be read"));
        info("v1.6");
        assertTrue(assertThrows(InputException.class, () -> LerobotDataset.open(root)).getMessage()
                .contains("codebase_version: expected v2.0, v2.1 or v3.0, found v1.6"));
    }

    /** What the lines alone say. */
    private List<String> linesSay() {
        List<String> said = new ArrayList<>();
        try {
            List<EpisodeEntry> episodes = LerobotLines.episodes(root, new ObjectMapper().createObjectNode());
            LerobotLines.tasks(root.resolve("meta/tasks.jsonl"));
            said.add(LerobotLines.statistics(root, new ObjectMapper().createObjectNode(), episodes));
            said.removeIf(String::isEmpty);
        } catch (InputException e) {
            said.add(e.getMessage());
        }
        return said;
    }

    @ParameterizedTest
    @ValueSource(strings = {"meta/episodes.jsonl", "meta/tasks.jsonl", "meta/episodes_stats.jsonl"})
    void shouldSayDamageInOneLine(String name) throws IOException {
        Path file = root.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(11);
        int noticed = 0;
        for (int turn = 0; turn < POSITIONS; turn++) {
            byte[] damaged = turn % 10 == 9 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            if (turn % 10 != 9) {
                damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            List<String> said = linesSay();
            noticed += said.isEmpty() ? 0 : 1;
            assertTrue(said.stream().allMatch(line -> line.lines().count() == 1 && line.startsWith(file.toString()) && !line.contains("Exception")),
                    () -> said + " of " + new String(damaged, StandardCharsets.UTF_8));
        }
        assertTrue(noticed > POSITIONS / 5, noticed + " noticed");
    }
}
