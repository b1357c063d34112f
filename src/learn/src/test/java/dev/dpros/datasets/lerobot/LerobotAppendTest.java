package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.EditedEpisodes;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.EpisodeEdits;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A data set that grew by appending is the one that one export would have written. */
@Tag("long")
@Timeout(180)
class LerobotAppendTest {
    private static final Path SLICE = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");
    private static final String IMAGE = "observation.image";
    private static final int EACH_ITS_FILE = 1;

    private static Path whole;
    private static Path firstTwo;

    @TempDir
    private Path folder;
    private Path root;

    @BeforeAll
    static void export(@TempDir Path once) {
        whole = once.resolve("whole");
        firstTwo = once.resolve("two");
        try (EpisodeDataset all = episodes(0, 1, 2); EpisodeDataset two = episodes(0, 1)) {
            LerobotExporter.export(all, whole, Progress.NONE, EACH_ITS_FILE);
            LerobotExporter.export(two, firstTwo, Progress.NONE, EACH_ITS_FILE);
        }
    }

    @BeforeEach
    void copy() throws IOException {
        root = folder.resolve("lerobot");
        try (Stream<Path> files = Files.walk(firstTwo)) {
            for (Path file : files.toList()) {
                Files.copy(file, root.resolve(firstTwo.relativize(file).toString()));
            }
        }
    }

    /** Some of the three; each has its own task. */
    private static EpisodeDataset episodes(int... which) {
        EpisodeDataset slice = ZarrDataset.open(SLICE, 10);
        List<EpisodeEdits.Piece> pieces = new ArrayList<>();
        for (int episode : which) {
            pieces.add(new EpisodeEdits.Piece(episode, 0, 1e6, 0, episode == 1 ? "push" : "it's " + episode, episode == 2));
        }
        return new EditedEpisodes(slice, pieces);
    }

    private void append(Progress progress) {
        try (EpisodeDataset third = episodes(2)) {
            LerobotExporter.append(third, root, progress, EACH_ITS_FILE);
        }
    }

    private static Map<String, byte[]> bytes(Path root) throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return found;
    }

    private static void assertSame(Map<String, byte[]> expected, Map<String, byte[]> found, String... names) {
        for (String name : names) {
            assertArrayEquals(expected.get(name), found.get(name), name);
        }
    }

    @Test
    void shouldHoldWhatOneExportOfAllWouldHold() throws Exception {
        append(Progress.NONE);
        Map<String, byte[]> expected = bytes(whole);
        Map<String, byte[]> found = bytes(root);
        for (int file = 0; file < 3; file++) {
            assertSame(expected, found, "data/chunk-000/file-00" + file + ".parquet", "videos/" + IMAGE + "/chunk-000/file-00" + file + ".mp4");
        }
        assertSame(expected, found, "meta/info.json", "meta/tasks.parquet");
        assertTrue(found.containsKey("meta/episodes/chunk-000/file-001.parquet") && found.containsKey("meta/appended.json"), found.keySet()::toString);
        assertFalse(Files.exists(folder.resolve(".lerobot.partial")));
        try (LerobotDataset grown = LerobotDataset.open(root); LerobotDataset once = LerobotDataset.open(whole)) {
            assertEquals(List.of(), grown.contradictions());
            assertEquals(List.of(), grown.faults());
            for (int episode = 0; episode < 3; episode++) {
                try (EpisodeDataset.Episode one = grown.episode(episode); EpisodeDataset.Episode other = once.episode(episode)) {
                    assertEquals(other.length(), one.length());
                    assertEquals(other.task(), one.task());
                    assertEquals(other.success(), one.success());
                    byte[] pixels = new byte[96 * 96 * 3];
                    byte[] same = new byte[96 * 96 * 3];
                    one.frame(1, 4, pixels);
                    other.frame(1, 4, same);
                    assertArrayEquals(same, pixels);
                }
            }
        }
    }

    @Test
    void shouldMergeStatisticsAsLerobotDoes() throws Exception {
        append(Progress.NONE);
        ObjectMapper json = new ObjectMapper();
        ObjectNode expected = (ObjectNode) json.readTree(whole.resolve("meta/stats.json").toFile());
        ObjectNode found = (ObjectNode) json.readTree(root.resolve("meta/stats.json").toFile());
        JsonNode pixels = expected.remove(IMAGE);
        JsonNode merged = found.remove(IMAGE);
        assertEquals(expected, found, "vectors and indices are exact, quantiles too");
        assertEquals(pixels.get("count"), merged.get("count"));
        for (String name : List.of("min", "max", "mean", "std")) {
            for (int channel = 0; channel < 3; channel++) {
                assertEquals(pixels.get(name).at("/" + channel + "/0/0").asDouble(), merged.get(name).at("/" + channel + "/0/0").asDouble(), 1e-12, name);
            }
        }
        for (int channel = 0; channel < 3; channel++) {
            String at = "/" + channel + "/0/0";
            assertTrue(merged.get("q01").at(at).asDouble() <= pixels.get("q01").at(at).asDouble() + 1e-12);
            assertTrue(merged.get("q99").at(at).asDouble() >= pixels.get("q99").at(at).asDouble() - 1e-12);
        }
    }

    @Test
    void shouldWriteNoOldFileAgain() throws Exception {
        Map<String, Object> before = new TreeMap<>();
        Map<String, byte[]> old = bytes(root);
        for (String name : old.keySet()) {
            before.put(name, Files.getAttribute(root.resolve(name), "unix:ino"));
        }
        Path kept = folder.resolve("kept");
        Files.createLink(kept, root.resolve("meta/tasks.parquet"));
        byte[] tasks = Files.readAllBytes(kept);
        append(Progress.NONE);
        for (String name : old.keySet()) {
            if (!List.of("meta/info.json", "meta/stats.json", "meta/tasks.parquet", "meta/appended.json").contains(name)) {
                assertEquals(before.get(name), Files.getAttribute(root.resolve(name), "unix:ino"), name);
                assertArrayEquals(old.get(name), Files.readAllBytes(root.resolve(name)), name);
            }
        }
        assertArrayEquals(tasks, Files.readAllBytes(kept), "the old table was written into");
    }

    @Test
    void shouldLeaveTheOldSetUntilAllIsThereAndGoOnWhereItWasCut() throws Exception {
        Map<String, byte[]> old = bytes(root);
        Progress failing = new Progress() {
            private int steps;

            @Override
            public void begin(String what, long total) {}

            @Override
            public void advance(long by) {
                if (++steps == 5) {
                    throw new IllegalStateException("interrupted");
                }
            }
        };
        assertThrows(IllegalStateException.class, () -> append(failing));
        Map<String, byte[]> after = bytes(root);
        assertEquals(old.keySet(), after.keySet());
        assertSame(old, after, old.keySet().toArray(String[]::new));
        append(Progress.NONE);
        assertSame(bytes(whole), bytes(root), "meta/info.json", "data/chunk-000/file-002.parquet");
        InputException again = assertThrows(InputException.class, () -> append(Progress.NONE));
        assertTrue(again.getMessage().contains("expected some that are not in it yet, found those that were appended already"), again.getMessage());
    }

    /** Folders that lie on a larger disk. */
    @Test
    void shouldNotWriteOverFilesBehindLinks() throws Exception {
        for (String part : List.of("data", "videos", "meta/episodes/chunk-000")) {
            Path elsewhere = folder.resolve("disk").resolve(part);
            Files.createDirectories(elsewhere.getParent());
            Files.move(root.resolve(part), elsewhere);
            Files.createSymbolicLink(root.resolve(part), elsewhere);
        }
        append(Progress.NONE);
        Map<String, byte[]> found = bytes(root);
        for (int file = 0; file < 3; file++) {
            assertSame(bytes(whole), found, "data/chunk-000/file-00" + file + ".parquet");
        }
        try (LerobotDataset grown = LerobotDataset.open(root)) {
            assertEquals(3, grown.episodes());
            assertEquals(List.of(), grown.contradictions());
        }
    }

    /** A recording that has grown since it was exported. */
    @Test
    void shouldTakeNoEpisodeTwice() {
        try (EpisodeDataset grown = episodes(1, 2)) {
            String line = assertThrows(InputException.class, () -> LerobotExporter.append(grown, root, Progress.NONE)).getMessage();
            assertTrue(line.contains("found 1 of 2 that are in it already, the first ") && line.contains("append the others alone"), line);
        }
        assertFalse(Files.exists(folder.resolve(".lerobot.partial")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fps                    | 15           | meta/info.json: fps: expected 15.0, that of the data set, found 10.0
            robot_type             | "ur5"        | meta/info.json: robot_type: expected ur5, that of the data set, found none
            codebase_version       | "v2.1"       | meta/info.json: codebase_version: expected v3.0, that of the data set, found v2.1
            chunks_size            | 500          | meta/info.json: chunks_size: expected 500, that of the data set, found 1000
            features.action.shape  | [3]          | 'action', shape: expected [3], that of the data set, found [2]
            features.action.dtype  | "float64"    | 'action', dtype: expected float64, that of the data set, found float32
            features.more          | {}           | 'more': expected a column, that of the data set, found no column
            total_frames           | 5            | total_frames: expected 16, the sum of the lengths, found 5; nothing is appended
            """)
    void shouldRefuseWhatDoesNotFitBeforeTheWork(String place, String value, String message) throws Exception {
        ObjectMapper json = new ObjectMapper();
        Path file = root.resolve("meta/info.json");
        ObjectNode info = (ObjectNode) json.readTree(file.toFile());
        String[] path = place.split("\\.");
        ObjectNode at = info;
        for (int i = 0; i < path.length - 1; i++) {
            at = (ObjectNode) at.get(path[i]);
        }
        at.set(path[path.length - 1], json.readTree(value));
        json.writeValue(file.toFile(), info);
        InputException refused = assertThrows(InputException.class, () -> append(Progress.NONE));
        assertTrue(refused.getMessage().contains(message) && refused.getMessage().lines().count() == 1, refused.getMessage());
        assertFalse(Files.exists(folder.resolve(".lerobot.partial")));
    }

    @Test
    void shouldRefuseAnotherCodecAndWhatIsNoDataSet() throws Exception {
        Path file = root.resolve("meta/info.json");
        Files.writeString(file, Files.readString(file).replace("\"av1\"", "\"h264\""));
        assertTrue(assertThrows(InputException.class, () -> append(Progress.NONE)).getMessage()
                .contains("'observation.image', video.codec: expected h264, that of the data set, found av1"));
        root = Files.createDirectory(folder.resolve("empty"));
        assertTrue(assertThrows(InputException.class, () -> append(Progress.NONE)).getMessage().contains("a LeRobotDataset v3.0 to append to"));
        root = folder.resolve("nowhere");
        assertTrue(assertThrows(InputException.class, () -> append(Progress.NONE)).getMessage().contains("a data set to append to, found none"));
    }
}
