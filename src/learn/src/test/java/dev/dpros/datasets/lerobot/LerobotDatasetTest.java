package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.training.data.DatasetColumns;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class LerobotDatasetTest {
    private static final Path SLICE = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");
    private static final String IMAGE = "observation.image";
    private static ExportedSlice slice;

    @TempDir
    private Path folder;
    private Path root;

    @BeforeAll
    static void export(@TempDir Path once) {
        slice = new ExportedSlice(once.resolve("lerobot"));
    }

    @BeforeEach
    void copy() throws IOException {
        root = folder.resolve("lerobot");
        slice.copy(root);
    }

    private static int find(EpisodeDataset dataset, String key) {
        return dataset.features().stream().map(DatasetFeature::key).toList().indexOf(key);
    }

    @Test
    void shouldReadTheTablesAsTheyWere() {
        try (EpisodeDataset read = LerobotDataset.open(root); EpisodeDataset slice = ZarrDataset.open(SLICE, 10)) {
            assertEquals(slice.episodes(), read.episodes());
            assertEquals(10, read.fps());
            for (DatasetFeature feature : slice.features()) {
                assertTrue(find(read, feature.key()) >= 0, feature.key());
                for (int e = 0; e < slice.episodes() && !feature.visual(); e++) {
                    EpisodeDataset.Episode expected = slice.episode(e);
                    EpisodeDataset.Episode found = read.episode(e);
                    assertEquals(expected.length(), found.length());
                    for (int step = 0; step < expected.length(); step++) {
                        float[] a = new float[feature.size()];
                        float[] b = new float[feature.size()];
                        expected.vector(find(slice, feature.key()), step, a, 0);
                        found.vector(find(read, feature.key()), step, b, 0);
                        assertArrayEquals(a, b);
                    }
                }
            }
        }
    }

    /** The video is lossy; a wrong frame differs by the agent's whole disc. In order, backwards, and across episodes. */
    @Test
    void shouldReadTheRightFrameInAnyOrder() {
        try (EpisodeDataset read = LerobotDataset.open(root); EpisodeDataset slice = ZarrDataset.open(SLICE, 10)) {
            for (int e : new int[] {0, 2, 1}) {
                int last = slice.episode(e).length() - 1;
                for (int step : new int[] {0, 1, 2, last, 0, last - 1, 3}) {
                    double right = difference(read, e, step, slice, step);
                    assertTrue(right < 6, "episode " + e + ", step " + step + ": " + right);
                    assertTrue(right < 1.01 * difference(read, e, step, slice, step < last / 2 ? last : 0), "step " + step);
                }
            }
        }
    }

    private static double difference(EpisodeDataset read, int episode, int step, EpisodeDataset slice, int against) {
        byte[] a = new byte[96 * 96 * 3];
        byte[] b = new byte[a.length];
        read.episode(episode).frame(find(read, IMAGE), step, a);
        slice.episode(episode).frame(find(slice, IMAGE), against, b);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 255) - (b[i] & 255));
        }
        return sum / a.length;
    }

    @Test
    void shouldRefuseWhatIsOlderOutsideOrCut() throws IOException {
        Path info = root.resolve("meta/info.json");
        String text = Files.readString(info);
        Files.writeString(info, text.replace("\"v3.0\"", "\"v1.6\""));
        assertTrue(assertThrows(InputException.class, () -> LerobotDataset.open(root)).getMessage().contains("v1.6"));

        Files.writeString(info, text.replace("\"data/chunk-", "\"../../data/chunk-"));
        try (EpisodeDataset outside = LerobotDataset.open(root)) {
            InputException e = assertThrows(InputException.class, () -> outside.episode(0).vector(find(outside, "action"), 0, new float[2], 0));
            assertTrue(e.getMessage().contains("inside the dataset"), e.getMessage());
        }

        Files.writeString(info, text);
        Path video = LerobotPaths.video(root, IMAGE, 0);
        byte[] bytes = Files.readAllBytes(video);
        Files.write(video, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        try (EpisodeDataset cut = LerobotDataset.open(root)) {
            byte[] rgb = new byte[96 * 96 * 3];
            int last = cut.episode(0).length() - 1;
            assertThrows(InputException.class, () -> cut.episode(0).frame(find(cut, IMAGE), last, rgb));
        }
    }

    /** Rewrites a table of the dataset by a query over it. */
    private void rewrite(Path table, String select) throws Exception {
        Path changed = table.resolveSibling("changed.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT " + select + " FROM read_parquet('" + table + "')) TO '" + changed + "' (FORMAT parquet)");
        }
        Files.move(changed, table, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private List<String> contradictions() {
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            return read.contradictions();
        }
    }

    @Test
    void shouldFindNoContradictionInWhatItWrote() {
        assertEquals(List.of(), contradictions());
    }

    /** What is said, and a word of the line that must name it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "data | * REPLACE (frame_index + 1 AS frame_index) | frame_index",
        "data | * REPLACE (CAST(\"timestamp\" * 2 AS FLOAT) AS \"timestamp\") | timestamp",
        "data | * REPLACE (\"index\" + 1 AS \"index\") | index of the first row",
        "data | * REPLACE (episode_index + 7 AS episode_index) | expected none",
        "meta | * REPLACE (CAST(length - 3 AS BIGINT) AS length) | rows",
        "meta | * REPLACE (CAST(length + 3 AS BIGINT) AS length) | rows",
        "meta | * REPLACE (dataset_from_index + 1 AS dataset_from_index) | dataset_from_index",
        "meta | * REPLACE (dataset_to_index + 1 AS dataset_to_index) | dataset_to_index"})
    void shouldNameTablesThatContradictEachOther(String table, String select, String named) throws Exception {
        rewrite(table.equals("data") ? LerobotPaths.data(root, 0) : root.resolve("meta/episodes/chunk-000/file-000.parquet"), select);

        assertTrue(contradictions().stream().anyMatch(line -> line.contains(named)), () -> contradictions().toString());
        assertTrue(contradictions().stream().allMatch(line -> line.lines().count() == 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"total_episodes\" : 3 | \"total_episodes\" : 4 | total_episodes",
        "\"total_frames\" : | \"total_frames\" : 1, \"other\" : | total_frames", "\"fps\" : 10 | \"fps\" : 11 | fps"})
    void shouldNameTotalsAndRatesThatDoNotAgree(String from, String to, String named) throws Exception {
        Path info = root.resolve("meta/info.json");
        String text = Files.readString(info);
        assertTrue(text.contains(from), text);
        Files.writeString(info, text.replaceFirst(java.util.regex.Pattern.quote(from), to));

        assertTrue(contradictions().stream().anyMatch(line -> line.contains(named)), () -> contradictions().toString());
    }

    @Test
    void shouldNotTrainFromADatasetThatContradictsItself() throws Exception {
        rewrite(LerobotPaths.data(root, 0), "* REPLACE (frame_index + 1 AS frame_index)");
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            InputException e = assertThrows(InputException.class, () -> DatasetColumns.read(read,
                    List.of(FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 5), FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 2)),
                    Map.of()));
            assertTrue(e.getMessage().contains("frame_index") && e.getMessage().contains("dataset verify"), e.getMessage());
        }
    }

    /** As LeRobot's recorder with use_videos off: PNG files in a struct of bytes and path; beside it truth values and texts. */
    @Test
    void shouldReadPicturesAndTruthValuesOfTheTable() throws Exception {
        BufferedImage red = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        red.setRGB(1, 0, 0xFF8001);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(red, "png", png);
        StringBuilder hex = new StringBuilder();
        for (byte b : png.toByteArray()) {
            hex.append(String.format("\\x%02X", b));
        }
        rewrite(LerobotPaths.data(root, 0), "*, {'bytes': '" + hex + "'::BLOB, 'path': NULL} AS \"observation.images.wrist\", "
                + "frame_index % 2 = 1 AS \"observation.contact\", 'push' AS \"instruction\"");
        Path info = root.resolve("meta/info.json");
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(info.toFile());
        ObjectNode features = (ObjectNode) tree.get("features");
        features.putObject("observation.images.wrist").put("dtype", "image").putArray("shape").add(8).add(8).add(3);
        features.putObject("observation.contact").put("dtype", "bool").putArray("shape").add(1);
        features.putObject("instruction").put("dtype", "string").putArray("shape").add(1);
        ObjectNode depth = features.putObject("observation.images.depth").put("dtype", "video");
        depth.putArray("shape").add(8).add(8).add(3);
        depth.putObject("info").put("video.is_depth_map", true).put("video.pix_fmt", "yuv420p");
        new ObjectMapper().writeValue(info.toFile(), tree);

        try (EpisodeDataset read = LerobotDataset.open(root)) {
            byte[] rgb = new byte[192];
            float[] contact = new float[1];
            read.episode(0).frame(find(read, "observation.images.wrist"), 3, rgb);
            read.episode(0).vector(find(read, "observation.contact"), 3, contact, 0);
            assertArrayEquals(new byte[] {0, 0, 0, -1, -128, 1, 0}, java.util.Arrays.copyOf(rgb, 7));
            assertEquals(1, contact[0]);
            assertEquals(-1, find(read, "observation.images.depth"));
            assertEquals("push", read.episode(0).text(0, 3));
            assertEquals(2, read.leftOut().size(), () -> read.leftOut().toString());
        }
    }

    /** Columns of texts and of truth values are written as they were read, also what is appended. */
    @Test
    void shouldKeepTextsAndTruthValuesThroughExports() throws Exception {
        for (int file = 0; file < 3; file++) {
            rewrite(LerobotPaths.data(root, file), "* EXCLUDE (timestamp, frame_index, episode_index, \"index\", task_index), CASE WHEN frame_index = 2 "
                    + "THEN NULL ELSE 'it''s step ' || frame_index END AS \"instruction\", frame_index = 3 AS contact, "
                    + "[frame_index = 1, true] AS touched, timestamp, frame_index, episode_index, \"index\", task_index");
        }
        Path info = root.resolve("meta/info.json");
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(info.toFile());
        ((ObjectNode) tree.get("features")).putObject("instruction").put("dtype", "string").putArray("shape").add(1);
        ((ObjectNode) tree.get("features")).putObject("contact").put("dtype", "bool").putArray("shape").add(1);
        ((ObjectNode) tree.get("features")).putObject("touched").put("dtype", "bool").putArray("shape").add(2);
        new ObjectMapper().writeValue(info.toFile(), tree);
        Path again = folder.resolve("again");
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            LerobotExporter.export(read, again, Progress.NONE);
        }
        Files.delete(again.resolve("meta/appended.json")); // to have them twice
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            LerobotExporter.append(read, again, Progress.NONE);
        }
        try (LerobotDataset written = LerobotDataset.open(again)) {
            assertEquals(List.of("instruction"), written.texts());
            assertEquals(List.of(), written.contradictions());
            assertEquals(List.of(), written.faults());
            assertTrue(written.dataColumns().containsAll(List.of("contact BOOLEAN", "touched BOOLEAN[]", "instruction VARCHAR")),
                    written.dataColumns()::toString);
            for (int episode : new int[] {0, 2, 5}) {
                try (EpisodeDataset.Episode one = written.episode(episode)) {
                    float[] truths = new float[3];
                    one.vector(find(written, "contact"), 3, truths, 0);
                    one.vector(find(written, "touched"), 3, truths, 1);
                    assertArrayEquals(new float[] {1, 0, 1}, truths);
                    assertEquals(List.of("it's step 1", "", "it's step 3"), List.of(one.text(0, 1), one.text(0, 2), one.text(0, 3)));
                }
            }
        }
    }

    /** LeRobot 0.6's annotations, several a step and none, and a list of texts: written as they were read, of the same types. */
    @Test
    void shouldKeepListsOfAnnotationsThroughExports() throws Exception {
        String row = "{'role': 'user', 'content': 'it''s \"' || frame_index || '\" \\', 'style': NULL::VARCHAR, 'timestamp': timestamp, "
                + "'camera': NULL::VARCHAR, 'tool_calls': CASE WHEN frame_index = 1 THEN ['{\"name\":\"say\"}'::JSON] END}";
        String columns = "CASE WHEN frame_index = 0 THEN NULL WHEN frame_index = 2 THEN [] ELSE [" + row + ", " + row + "] END AS language_persistent, "
                + "['left', NULL, 'it''s'] AS words";
        for (int file = 0; file < 3; file++) {
            rewrite(LerobotPaths.data(root, file), "* EXCLUDE (timestamp, frame_index, episode_index, \"index\", task_index), " + columns
                    + ", timestamp, frame_index, episode_index, \"index\", task_index");
        }
        Path info = root.resolve("meta/info.json");
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(info.toFile());
        ((ObjectNode) tree.get("features")).putObject("language_persistent").put("dtype", "language").putArray("shape").add(1);
        ((ObjectNode) tree.get("features")).putObject("words").put("dtype", "string").putArray("shape").add(3);
        new ObjectMapper().writeValue(info.toFile(), tree);
        Path again = folder.resolve("again");
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            LerobotExporter.export(read, again, Progress.NONE);
            Files.delete(again.resolve("meta/appended.json")); // to have them twice
            LerobotExporter.append(read, again, Progress.NONE);
        }
        String[] was = tables(root);
        String[] is = tables(again);
        assertEquals(was[0], is[0], "types");
        assertEquals(was[1] + was[1], is[1]);
        assertTrue(was[1].contains("'content': 'it\\'s \"3\" \\\\'") && was[1].contains("[]") && was[1].contains("{\"name\":\"say\"}"), was[1]);
        JsonNode described = new ObjectMapper().readTree(again.resolve("meta/info.json").toFile()).path("features");
        JsonNode rows = described.path("language_persistent");
        assertEquals("language [1]", rows.path("dtype").asText() + " " + rows.path("shape"));
        assertEquals("string [3]", described.path("words").path("dtype").asText() + " " + described.path("words").path("shape"));
        try (EpisodeDataset read = LerobotDataset.open(again); EpisodeDataset.Episode episode = read.episode(4)) {
            assertEquals(List.of(), read.contradictions());
            assertEquals(List.of("", "[]", "[\"left\",null,\"it's\"]"), List.of(episode.text(0, 0), episode.text(0, 2), episode.text(1, 2)));
        }
    }

    /** Types and values of the two columns, all steps in order. */
    private static String[] tables(Path root) throws Exception {
        String table = "read_parquet('" + root + "/data/*/*.parquet')";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement();
                ResultSet all = statement.executeQuery("SELECT any_value(typeof(language_persistent)) || any_value(typeof(words)), "
                        + "string_agg(coalesce(language_persistent::VARCHAR, 'none') || words::VARCHAR, '' ORDER BY \"index\") FROM " + table)) {
            all.next();
            return new String[] {all.getString(1), all.getString(2)};
        }
    }
}
