package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.training.data.DatasetColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that are not as meta/info.json describes them: one line of our own, not the database's. */
@Tag("long")
@Timeout(180)
class LerobotTablesTest {
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

    private void rewrite(String table, String select) throws Exception {
        rewrite(table, select, "true");
    }

    private void rewrite(String table, String select, String where) throws Exception {
        rewrite(table.equals("data") ? LerobotPaths.data(root, 0) : root.resolve("meta/episodes/chunk-000/file-000.parquet"), select, where);
    }

    /** The tables of all three episodes. */
    private void rewriteAll(String select) throws Exception {
        for (int file = 0; file < 3; file++) {
            rewrite(LerobotPaths.data(root, file), select, "true");
        }
    }

    private static void rewrite(Path file, String select, String where) throws Exception {
        Path changed = file.resolveSibling("changed.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT " + select + " FROM read_parquet('" + file + "') WHERE " + where
                    + ") TO '" + changed + "' (FORMAT parquet)");
        }
        Files.move(changed, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private void declare(String key, String type) throws Exception {
        Path info = root.resolve("meta/info.json");
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(info.toFile());
        ((ObjectNode) tree.get("features").get(key)).put("dtype", type);
        new ObjectMapper().writeValue(info.toFile(), tree);
    }

    private void assertOneOwnLine(String line, String... words) {
        for (String word : words) {
            assertTrue(line.contains(word), line);
        }
        assertEquals(1, line.lines().count(), line);
        assertFalse(line.contains("Binder") || line.contains("Candidate"), line);
    }

    private String refusal() {
        return assertThrows(InputException.class, () -> {
            try (EpisodeDataset read = LerobotDataset.open(root)) {
                DatasetColumns.read(read, List.of(FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 5),
                        FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 2)), Map.of());
            }
        }).getMessage();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "data | * EXCLUDE (\"action\") | column 'action': expected numbers | no such column",
        "data | * EXCLUDE (\"observation.state\") | column 'observation.state': expected numbers | no such column",
        "data | * REPLACE ('left' AS \"action\") | column 'action': expected numbers | VARCHAR",
        "data | * REPLACE ({'bytes': ''::BLOB, 'path': 'x'} AS \"action\") | column 'action': expected numbers | STRUCT",
        "data | * EXCLUDE (frame_index) | frame_index | no column of this name",
        "data | * EXCLUDE (\"timestamp\") | timestamp | no column of this name",
        "meta | * EXCLUDE (length) | 'length' | no column of this name",
        "meta | * EXCLUDE (tasks) | 'tasks' | no column of this name",
        "meta | * EXCLUDE (\"videos/observation.image/from_timestamp\") | 'videos/observation.image/from_timestamp' | dtype image"})
    void shouldNameTheColumnThatIsNotAsDescribed(String table, String select, String what, String found) throws Exception {
        rewrite(table, select);
        assertOneOwnLine(refusal(), what, found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"* | no such column", "*, 1.5::FLOAT AS \"observation.image\" | FLOAT",
        "*, 'x.png' AS \"observation.image\" | VARCHAR", "*, {'path': 'x.png'} AS \"observation.image\" | STRUCT"})
    void shouldNameAPictureColumnThatHoldsNone(String select, String found) throws Exception {
        declare("observation.image", "image");
        rewrite("data", select);
        assertOneOwnLine(refusal(), "column 'observation.image': expected pictures (bytes, path)", "dtype image", found);
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            int image = read.features().stream().map(f -> f.key()).toList().indexOf("observation.image");
            assertOneOwnLine(assertThrows(InputException.class, () -> read.episode(0).frame(image, 0, new byte[96 * 96 * 3])).getMessage(),
                    "column 'observation.image'", found);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"action\"::DOUBLE[] AS \"action\"", "\"action\"::BIGINT[] AS \"action\"", "\"action\"::FLOAT[2] AS \"action\""})
    void shouldReadNumbersOfAnyWidth(String replaced) throws Exception {
        rewrite("data", "* REPLACE (" + replaced + ")");
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertEquals(List.of(), read.contradictions());
            SelectedEpisodes.readAll(read, read.episode(0));
        }
    }

    @Test
    void shouldSayWholeWhyNoEpisodeIsLeft() throws Exception {
        String expected = root + ": episodes: expected at least one that can be used, found none";
        assertEquals(expected + " of 3 (episode 0: no label); the lines above name each", none());
        rewrite("meta", "*", "episode_index = 0");
        assertEquals(expected + " of 1 (episode 0: no label)", none());
        rewrite("meta", "*", "false");
        assertEquals(expected + "; record or import some first", none());
    }

    private List<Boolean> labels() {
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            List<Boolean> labels = new ArrayList<>();
            for (int i = 0; i < read.episodes(); i++) {
                labels.add(read.episode(i).success());
            }
            return labels;
        }
    }

    /** LeRobot's simulated data sets say it at each step, in a plain column or in a list of one. */
    @ParameterizedTest
    @ValueSource(strings = {"%s", "[%s]", "array_value(%s)"})
    void shouldTakeASuccessfulStepForASuccess(String form) throws Exception {
        rewriteAll("*, " + form.formatted("(episode_index = 1 AND frame_index = 3)") + " AS \"next.success\"");
        assertEquals(List.of(false, true, false), labels());
        SelectedEpisodes.Choice success = new SelectedEpisodes.Choice(SelectedEpisodes.Label.SUCCESS, false);
        List<String> said = new ArrayList<>();
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertEquals(List.of(1), SelectedEpisodes.of(read, success, said::add).kept());
        }
        assertTrue(said.contains("episode 0: left out: a failure"), said::toString);
        rewrite("meta", "* REPLACE (CASE episode_index WHEN 0 THEN true WHEN 1 THEN false END AS success)");
        assertEquals(List.of(true, false, false), labels(), "an episode's own label counts first");
    }

    @Test
    void shouldTakeNoLabelFromStepsThatSayNothing() throws Exception {
        rewriteAll("*, CASE WHEN episode_index = 2 THEN false END AS \"next.success\"");
        assertEquals(Arrays.asList(null, null, false), labels());
        rewriteAll("* REPLACE (1.0::FLOAT AS \"next.success\")");
        assertEquals(Arrays.asList(null, null, null), labels());
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertTrue(read.faults().stream().anyMatch(line -> line.endsWith(
                    "file-000.parquet: 'next.success': expected BOOLEAN, found FLOAT: it labels no episode")), read.faults()::toString);
        }
    }

    @Test
    void shouldSayThatRewardsAndEndsAreNoLabels() throws Exception {
        Path info = root.resolve("meta/info.json");
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(info.toFile());
        for (String key : List.of("next.reward", "next.done", "next.success")) {
            ((ObjectNode) tree.get("features")).putObject(key).put("dtype", key.equals("next.reward") ? "float32" : "bool").putArray("shape").add(1);
        }
        new ObjectMapper().writeValue(info.toFile(), tree);
        rewriteAll("*, 1.0::FLOAT AS \"next.reward\", true AS \"next.done\", true AS \"next.success\"");
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertEquals(List.of(), read.faults());
            assertEquals(2, read.leftOut().size());
            assertTrue(read.leftOut().get(0).startsWith("'next.reward': no label is made of it"), read.leftOut()::toString);
            assertTrue(read.features().stream().noneMatch(feature -> feature.key().startsWith("next.")));
        }
    }

    private String none() {
        SelectedEpisodes.Choice success = new SelectedEpisodes.Choice(SelectedEpisodes.Label.SUCCESS, false);
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            return assertThrows(InputException.class, () -> SelectedEpisodes.of(read, success, said -> {})).getMessage();
        }
    }
}
