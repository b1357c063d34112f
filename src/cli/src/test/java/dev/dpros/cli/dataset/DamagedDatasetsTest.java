package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import dev.dpros.recording.journal.JournalWriter;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One good data set of each format, and what {@code dataset verify} says of copies with one thing wrong: a line that names it. */
@Timeout(300)
@Tag("long")
class DamagedDatasetsTest {
    private static final String SLICE = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";

    @TempDir
    private static Path good;
    @TempDir
    private Path folder;
    private final StringWriter out = new StringWriter();

    private static int dpros(StringWriter out, String... args) {
        PrintWriter writer = new PrintWriter(out, true);
        return Main.commandLine().setOut(writer).setErr(writer).execute(args);
    }

    @BeforeAll
    static void make() {
        StringWriter said = new StringWriter();
        assertEquals(0, dpros(said, "dataset", "import", SLICE, "--output", good.resolve("rec").toString()), said.toString());
        for (String format : List.of("lerobot", "zarr")) {
            assertEquals(0, dpros(said, "dataset", "export", good.resolve("rec").toString(), "--format", format, "-o",
                    good.resolve(format).toString()), said.toString());
        }
    }

    private Path copy(String name) throws IOException {
        Path from = good.resolve(name);
        Path to = folder.resolve(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    private int verify(Path root) {
        return dpros(out, "dataset", "verify", root.toString());
    }

    private void assertNamed(Path root, String named) {
        int code = verify(root);
        String said = out.toString();
        assertEquals(1, code, said);
        assertTrue(said.lines().anyMatch(line -> Pattern.compile(named).matcher(line).find()), said);
        assertTrue(said.lines().noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception")), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rec", "lerobot", "zarr"})
    void shouldFindNothingInAGoodOne(String name) {
        assertEquals(0, verify(good.resolve(name)), out.toString());
        assertTrue(out.toString().endsWith("clean" + System.lineSeparator()), out.toString());
        assertTrue(!out.toString().contains("not read"), out.toString());
    }

    private static void query(Path table, String select) throws Exception {
        Path changed = table.resolveSibling("changed.tmp");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT " + select + " FROM read_parquet('" + table + "')) TO '" + changed + "' (FORMAT parquet)");
        }
        Files.move(changed, table, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Table, what is selected from it instead, and the line. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "episodes | * REPLACE (CAST(length - 2 AS BIGINT) AS length) | file-000.parquet: episode 0: rows: expected",
        "episodes | * REPLACE (CAST(0 AS BIGINT) AS length) | episode 0, length: expected 1 or more, found 0",
        "episodes | * REPLACE (dataset_from_index + 1 AS dataset_from_index) | episode 0: dataset_from_index: expected 0.*found 1",
        "episodes | * REPLACE (dataset_to_index - 1 AS dataset_to_index) | episode 0: dataset_to_index",
        "episodes | * REPLACE (episode_index % 2 AS episode_index) | episode 0: expected once, found again",
        "episodes | * REPLACE ('yes' AS success) | success: expected BOOLEAN, found VARCHAR",
        "episodes | * REPLACE (CAST(7 AS BIGINT) AS \"data/file_index\") | file-007.parquet",
        "episodes | * REPLACE (0.35::DOUBLE AS \"videos/observation.image/from_timestamp\") | 'observation.image', episode 0, step",
        "episodes | * REPLACE (['lift']::VARCHAR[] AS tasks) | task_index: expected 'lift'",
        "episodes | * EXCLUDE (length) | meta/episodes: columns: expected 'length', found no column of this name",
        "data | * REPLACE (frame_index // 2 AS frame_index) | frame_index: expected \\d+ different ones",
        "data | * REPLACE (NULL::FLOAT AS \"timestamp\") | timestamp: expected frame_index / fps",
        "data | * REPLACE (CAST(\"timestamp\" * 1.5 AS FLOAT) AS \"timestamp\") | timestamp: expected frame_index / fps",
        "data | * REPLACE (\"index\" // 2 AS \"index\") | index: expected \\d+ different ones",
        "data | * REPLACE (CAST(5 AS BIGINT) AS task_index) | task_index: expected one of meta/tasks.parquet, found 5",
        "data | * REPLACE ([CASE WHEN frame_index = 3 THEN 'nan'::FLOAT ELSE 1 END, 1]::FLOAT[] AS action) | "
            + "episode 0: action: step 3: expected finite",
        "data | * REPLACE ([1, 2, 3]::FLOAT[] AS action) | 'action', episode 0, step 0: expected 2 values, found 3",
        "data | * REPLACE (['a', 'b'] AS action) | column 'action': expected numbers.*found VARCHAR",
        "data | * REPLACE ([1, 2]::BIGINT[] AS action) | 'action': dtype: expected float32.*found BIGINT",
        "data | * REPLACE (NULL::FLOAT[] AS action) | 'action', episode 0, step 0: expected 2 values, found 1",
        "data | * EXCLUDE (action) | action",
        "tasks | * REPLACE ('lift' AS __index_level_0__) | task_index: expected"})
    void shouldNameWhatATableSaysWrong(String table, String select, String named) throws Exception {
        Path root = copy("lerobot");
        query(root.resolve(switch (table) {
            case "data" -> "data/chunk-000/file-000.parquet";
            case "tasks" -> "meta/tasks.parquet";
            default -> "meta/episodes/chunk-000/file-000.parquet";
        }), select);

        assertNamed(root, named);
    }

    /** File, what is replaced in it (nothing: the file is removed), by what, and the line. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lerobot/meta/info.json | \"fps\" : 10 | \"fps\" : 20 | timestamp: expected frame_index / fps",
        "lerobot/meta/info.json | \"fps\" : 10 | \"fps\" : 0 | fps: expected a positive number",
        "lerobot/meta/info.json | \"total_tasks\" : 1 | \"total_tasks\" : 4 | total_tasks: expected 1",
        "lerobot/meta/info.json | \"total_frames\" : 24 | \"total_frames\" : 25 | total_frames: expected 24",
        "lerobot/meta/info.json | \"names\" : null | \"names\" : [\"x\", \"y\", \"z\"] | 'action': names: expected 2.*found 3",
        "lerobot/meta/info.json | 96, 96 | 80, 96 | observation.image",
        "lerobot/meta/info.json | { | [ | not a LeRobotDataset",
        "lerobot/meta/tasks.parquet | | | tasks.parquet: expected the table of tasks, found none",
        "lerobot/meta/episodes/chunk-000/file-000.parquet | | | episodes: expected",
        "lerobot/data/chunk-000/file-000.parquet | | | data/chunk-000/file-000.parquet",
        "lerobot/videos/observation.image/chunk-000/file-000.mp4 | | | videos/observation.image/chunk-000/file-000.mp4",
        "zarr/.zattrs | {\"id\" | {}, {\"id\" | dpros.episodes: expected 3.*found",
        "zarr/data/action/0.0 | | | action/0.0: expected a chunk, found no file",
        "zarr/data/image/0.0.0.0 | | | image/0.0.0.0: expected a chunk, found no file",
        "zarr/data/action/.zarray | | | data/action: zarr array: expected a readable .zarray",
        "zarr/data/action/.zarray | { | [ | data/action: zarr array: expected a readable .zarray",
        "zarr/data/action/.zarray | <f4 | <f8 | data/action/0.0: ",
        "zarr/data/action/.zarray | 24 | 23 | data/action: rows: expected 24",
        "zarr/meta/episode_ends/.zarray | 3 | 2 | data/action: rows: expected",
        "zarr/meta/episode_ends/0 | | | rows: expected 0"})
    void shouldNameTheFileThatIsWrong(String file, String from, String to, String named) throws Exception {
        Path root = copy(file.substring(0, file.indexOf('/')));
        Path changed = folder.resolve(file);
        if (from == null) {
            Files.delete(changed);
        } else {
            String text = Files.readString(changed);
            assertTrue(text.contains(from), text);
            Files.writeString(changed, text.replaceFirst(Pattern.quote(from), to));
        }

        assertNamed(root, named);
    }

    /** A column of numbers, uncompressed, beside the others. */
    private static void column(Path root, String name, double[] values) throws IOException {
        Path column = Files.createDirectories(root.resolve("data").resolve(name));
        Files.writeString(column.resolve(".zarray"), "{\"zarr_format\": 2, \"order\": \"C\", \"filters\": null, \"compressor\": null, "
                + "\"dtype\": \"<f8\", \"shape\": [24], \"chunks\": [24], \"fill_value\": 0}");
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(bytes::putDouble);
        Files.write(column.resolve("0"), bytes.array());
    }

    private static double[] times(double stepS) {
        double[] times = new double[24];
        Arrays.setAll(times, i -> 1.7e9 + i * stepS);
        return times;
    }

    @Test
    void shouldHoldAZarrsTimestampsAgainstItsRate() throws Exception {
        Path root = copy("zarr");
        column(root, "timestamp", times(0.1));
        assertEquals(0, verify(root), out.toString());
        column(root, "timestamp", times(0.05));
        assertNamed(root, "data/timestamp: steps: expected 0.1 s.*found 0.0");
        double[] back = times(0.1);
        back[2] = back[0];
        column(root, "timestamp", back);
        assertNamed(root, "data/timestamp: row 2: expected later than the row before");
    }

    @Test
    void shouldNameAZarrsNanAndEpisodesThatAreEmptyOrRunBackwards() throws Exception {
        Path root = copy("zarr");
        double[] values = new double[24];
        values[0] = Double.NaN;
        column(root, "force", values);
        assertNamed(root, "episode 0: observation.force: step 0: expected finite numbers, found NaN");
        Files.write(root.resolve("meta/episode_ends/0"), ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(9).putLong(9).putLong(24).array());
        assertNamed(root, "episode_ends: 1 episode without a step");
        Files.write(root.resolve("meta/episode_ends/0"), ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(9).putLong(7).putLong(24).array());
        assertNamed(root, "episode_ends: element 1: expected an end at or after 9, found 7");
    }

    /** What is done to a journal's records while it is copied, checksums right. */
    private abstract static class Edit implements JournalVisitor {
        JournalWriter writer;
        int count;

        abstract void write(int source, long headerNs, long receivedNs, ByteBuffer payload) throws IOException;

        @Override
        public void source(SourceInfo info) {
            unchecked(() -> writer.source(info));
        }

        @Override
        public void message(int source, long headerNs, long receivedRosNs, long receivedNs, ByteBuffer payload, long offset) {
            unchecked(() -> write(source, headerNs, receivedRosNs, payload));
        }

        @Override
        public void event(EpisodeEvent event) {
            unchecked(() -> writer.event(event));
        }

        @Override
        public void end(EpisodeEnd end) {
            unchecked(() -> writer.end(end));
        }

        interface Writing {
            void run() throws IOException;
        }

        static void unchecked(Writing writing) {
            try {
                writing.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void edit(Path journal, Edit edit) throws IOException {
        Path to = journal.resolveSibling("edited.tmp");
        EpisodeHeader[] header = new EpisodeHeader[1];
        JournalReader.read(journal, new JournalVisitor() {
            @Override
            public void episode(EpisodeHeader first) {
                header[0] = first;
            }
        });
        try (JournalWriter writer = JournalWriter.create(to, header[0], JournalFile::open)) {
            edit.writer = writer;
            JournalReader.read(journal, edit);
        }
        Files.move(to, journal, StandardCopyOption.REPLACE_EXISTING);
    }

    /** How a recording is damaged, and the line. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lost | source 0 has \\d+ messages, its end record says",
        "nan | episode_000001.dpj: observation.state .*: skipped 1 messages with values that are not finite",
        "length | episode_000001.dpj: observation.image .*: skipped 1 messages refused",
        "gap | UNFIT: topic .*: no usable message for",
        "flip | episode_000001.dpj: DAMAGED: checksum mismatch at byte",
        "cut | episode_000001.dpj: [DU]",
        "empty | episode_000001.dpj",
        "foreign | episode_000001.dpj",
        "twice | episode_000007.dpj: .*the same episode"})
    void shouldNameWhatIsWrongWithARecording(String damage, String named) throws Exception {
        Path journal = copy("rec").resolve("episode_000001.dpj");
        byte[] bytes = Files.readAllBytes(journal);
        switch (damage) {
            case "flip" -> {
                bytes[bytes.length / 2] ^= 1;
                Files.write(journal, bytes);
            }
            case "cut" -> Files.write(journal, Arrays.copyOf(bytes, bytes.length * 2 / 3));
            case "empty" -> Files.write(journal, new byte[0]);
            case "foreign" -> Files.writeString(journal, "a letter to somebody");
            case "twice" -> Files.copy(journal, journal.resolveSibling("episode_000007.dpj"));
            default -> edit(journal, edit(damage));
        }

        assertNamed(journal.getParent(), named);
    }

    private static Edit edit(String damage) {
        return new Edit() {
            private final int[] seen = new int[16];

            @Override
            void write(int source, long headerNs, long receivedNs, ByteBuffer payload) throws IOException {
                int at = seen[source]++;
                if (damage.equals("lost") && source == 0 && at == 2) {
                    return;
                }
                ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).order(ByteOrder.LITTLE_ENDIAN).put(payload.duplicate()).flip();
                if (damage.equals("nan") && at == 2) {
                    if (copy.remaining() < 200) {
                        copy.putFloat(copy.limit() - 4, Float.NaN);
                    }
                } else if (damage.equals("length") && at == 2) {
                    copy.limit(copy.limit() - 3);
                }
                long addedNs = damage.equals("gap") && at >= 3 ? 60_000_000_000L : 0;
                writer.message(source, headerNs == 0 ? 0 : headerNs + addedNs, receivedNs + addedNs, receivedNs + addedNs, copy);
            }
        };
    }
}
