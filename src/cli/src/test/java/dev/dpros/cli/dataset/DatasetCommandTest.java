package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.rosbag.BagExporter;
import dev.dpros.recording.EpisodeStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(180)
class DatasetCommandTest {
    private static final String SLICE = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int dpros(String... args) {
        CommandLine line = Main.commandLine();
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }

    private String recordings() {
        String path = directory.resolve("rec").toString();
        assertEquals(0, dpros("dataset", "import", SLICE, "--output", path), err.toString());
        return path;
    }

    @Test
    void shouldImportAndThenFindNothingNew() {
        String path = recordings();
        assertTrue(out.toString().contains("3 episodes imported, 0 were there already"), out.toString());
        recordings();
        assertTrue(out.toString().contains("0 episodes imported, 3 were there already"), out.toString());
        assertEquals(0, dpros("dataset", "info", path));
        assertTrue(out.toString().contains("sensor_msgs/Image"), out.toString());
        assertEquals(0, dpros("dataset", "verify", path));
        assertTrue(out.toString().endsWith("clean" + System.lineSeparator()), out.toString());
    }

    @Test
    void shouldExportToEveryFormatWhateverTheCase() {
        String path = recordings();
        for (String format : new String[] {"lerobot", "ZARR", "bag", "mcap"}) {
            assertEquals(0, dpros("dataset", "export", path, "--format", format, "-o", directory.resolve(format).toString()),
                    err.toString());
        }
        assertTrue(Files.exists(directory.resolve("lerobot/meta/info.json")));
        assertTrue(Files.exists(directory.resolve("ZARR/meta/episode_ends/.zarray")));
        assertTrue(Files.exists(directory.resolve("bag/episode_000002.bag")));
        assertTrue(Files.exists(directory.resolve("mcap/episode_000002/metadata.yaml")));
        assertEquals(0, dpros("dataset", "verify", directory.resolve("ZARR").toString()), out.toString());
    }

    @Test
    void shouldAppendToALerobotDatasetOnce() {
        String path = recordings();
        String output = directory.resolve("lerobot").toString();
        assertEquals(2, dpros("dataset", "export", path, "--format", "lerobot", "--append", "-o", output));
        assertTrue(err.toString().contains("output: expected a data set to append to, found none"), err.toString());
        assertEquals(0, dpros("dataset", "export", path, "--format", "lerobot", "-o", output), err.toString());
        assertEquals(2, dpros("dataset", "export", path, "--format", "lerobot", "--append", "-o", output));
        assertTrue(err.toString().contains("those that were appended already"), err.toString());
        String next = directory.resolve("next").toString();
        assertEquals(0, dpros("dataset", "edit", path, "-o", next, "--trim", "0..1:0..0.3"), err.toString());
        assertEquals(2, dpros("dataset", "export", next, "--format", "lerobot", "--append", "-o", output));
        assertTrue(err.toString().contains("found 1 of 3 that are in it already"), err.toString());
        String rest = directory.resolve("rest").toString();
        assertEquals(0, dpros("dataset", "edit", next, "-o", rest, "--drop", "2"), err.toString());
        assertEquals(0, dpros("dataset", "export", rest, "--format", "lerobot", "--append", "-o", output), err.toString());
        assertEquals(0, dpros("dataset", "verify", output), out.toString());
        assertEquals(0, dpros("dataset", "info", output), err.toString());
        assertTrue(out.toString().contains("5 episodes"), out.toString());
        assertEquals(2, dpros("dataset", "export", rest, "--format", "lerobot", "--append", "-o", output));
        assertTrue(err.toString().contains("those that were appended already"), err.toString());
        assertEquals(2, dpros("dataset", "export", path, "--format", "zarr", "--append", "-o", output));
        assertTrue(err.toString().contains("--append: --format: expected lerobot, found zarr"), err.toString());
    }

    /** Journals of every recording have the same names. */
    @Test
    void shouldKeepABagForTheEpisodeThatItIsOfAlone() throws Exception {
        String path = recordings();
        String other = directory.resolve("other").toString();
        assertEquals(0, dpros("dataset", "edit", path, "-o", other, "--drop", "0"), err.toString());
        String labelled = directory.resolve("labelled").toString();
        assertEquals(0, dpros("dataset", "edit", path, "-o", labelled, "--label", "1=failure"), err.toString());
        for (String format : List.of("bag", "mcap")) {
            Path bags = directory.resolve(format);
            Path last = bags.resolve(format.equals("bag") ? "episode_000002.bag" : "episode_000002/metadata.yaml");
            assertEquals(0, dpros("dataset", "export", path, "--format", format, "-o", bags.toString()), err.toString());
            FileTime before = Files.getLastModifiedTime(last);
            assertEquals(0, dpros("dataset", "export", path, "--format", format, "-o", bags.toString()), err.toString());
            assertEquals(before, Files.getLastModifiedTime(last));
            for (String another : List.of(other, labelled)) {
                assertEquals(2, dpros("dataset", "export", another, "--format", format, "-o", bags.toString()), another);
                assertTrue(err.toString().contains(": episode: expected {\"id\"") && err.toString().lines().count() == 1, err.toString());
            }
        }
    }

    /** Two trims of one episode are two episodes. */
    @Test
    void shouldMergeBothHalvesThatTwoEditsMade() {
        String path = recordings();
        String[] halves = {directory.resolve("a").toString(), directory.resolve("b").toString()};
        assertEquals(0, dpros("dataset", "edit", path, "-o", halves[0], "--drop", "1..2", "--trim", "0:0..0.4"), err.toString());
        assertEquals(0, dpros("dataset", "edit", path, "-o", halves[1], "--drop", "1..2", "--trim", "0:0.4.."), err.toString());
        assertEquals(0, dpros("dataset", "merge", halves[0], halves[1], "-o", directory.resolve("both").toString()), err.toString());
        assertTrue(out.toString().contains("2 episodes copied, 0 left out"), out.toString());
    }

    @Test
    void shouldImportTheBagsOfRos2ThatItExported() {
        String path = recordings();
        Path bags = directory.resolve("mcap");
        assertEquals(0, dpros("dataset", "export", path, "--format", "mcap", "-o", bags.toString()), err.toString());
        String again = directory.resolve("again").toString();
        assertEquals(0, dpros("dataset", "import", bags.resolve("episode_000001").toString(), "-o", again, "--map", "/image=image",
                "--map", "/action=action"), err.toString());
        assertEquals("", err.toString());
        assertEquals(0, dpros("dataset", "info", again), err.toString());
        assertTrue(out.toString().contains("sensor_msgs/Image") && out.toString().contains("std_msgs/Float32MultiArray"), out.toString());
        InputException error = assertThrows(InputException.class,
                () -> BagExporter.export(EpisodeStore.episodes(Path.of(again)), directory.resolve("bags"), Progress.NONE));
        assertTrue(error.getMessage().endsWith(" of ROS 2 on /action; --format mcap takes messages of both"), error.getMessage());
    }

    @Test
    void shouldSayWhatIsWrongWithABagOfRos2() throws Exception {
        String output = directory.resolve("rec").toString();
        Path bag = Files.writeString(directory.resolve("x.mcap"), "nothing");
        assertEquals(2, dpros("dataset", "import", bag.toString(), "-o", output, "--map", "/a=a"));
        assertEquals("dpros: " + bag + ": file type: expected MCAP or a SQLite database, found another file" + System.lineSeparator(), err.toString());
        assertEquals(2, dpros("dataset", "import", bag.toString(), "-o", output));
        assertTrue(err.toString().contains("a bag needs --config or --map TOPIC=KEY"), err.toString());
    }

    @Test
    void shouldReportDamageWithExitCodeOne() throws Exception {
        Path journal = Path.of(recordings(), "episode_000001.dpj");
        byte[] bytes = Files.readAllBytes(journal);
        bytes[bytes.length / 2] ^= 1;
        Files.write(journal, bytes);
        assertEquals(1, dpros("dataset", "verify", journal.getParent().toString()));
        assertTrue(out.toString().contains("episode_000001.dpj: DAMAGED: checksum mismatch at byte"), out.toString());
    }

    @Test
    void shouldRecoverACutJournalOnRequest() throws Exception {
        Path journal = Path.of(recordings(), "episode_000001.dpj");
        byte[] bytes = Files.readAllBytes(journal);
        Files.write(journal, Arrays.copyOf(bytes, bytes.length * 2 / 3));
        assertEquals(1, dpros("dataset", "verify", journal.getParent().toString()));
        assertEquals(0, dpros("dataset", "verify", "--recover", journal.getParent().toString()), out.toString());
        assertTrue(out.toString().contains("episode_000001.dpj: recovered with"), out.toString());
    }

    @Test
    void shouldReportARecordingWithoutAnyMessageOfASource() throws Exception {
        Path journal = Path.of(recordings(), "episode_000000.dpj");
        byte[] bytes = Files.readAllBytes(journal);
        Files.write(journal, Arrays.copyOf(bytes, 12_000)); // header and sources, no message
        assertEquals(1, dpros("dataset", "verify", "--recover", journal.getParent().toString()));
        assertTrue(out.toString().contains("expected at least one message, found none"), out.toString());
        Path zarr = directory.resolve("rest.zarr");
        assertEquals(0, dpros("dataset", "export", journal.getParent().toString(), "--format", "zarr", "-o", zarr.toString()), err.toString());
        assertTrue(err.toString().contains("episode_000000.dpj: left out: ") && Files.isDirectory(zarr), err.toString());
    }

    @Test
    void shouldGoOnWithoutAJournalThatIsNone() throws Exception {
        String path = recordings();
        Files.writeString(Path.of(path, "episode_000000.dpj"), "a text in place of a journal, longer than its header");
        assertEquals(0, dpros("dataset", "info", path), err.toString());
        assertTrue(out.toString().contains("not read: ") && out.toString().contains("episode_000001.dpj: "), out.toString());
        assertEquals(0, dpros("dataset", "merge", path, "-o", directory.resolve("all").toString()), err.toString());
        assertTrue(out.toString().contains("2 episodes copied, 1 left out"), out.toString());
        Path zarr = directory.resolve("others.zarr");
        assertEquals(0, dpros("dataset", "export", path, "--format", "zarr", "-o", zarr.toString()), err.toString());
        assertTrue(Files.isDirectory(zarr));
    }

    @Test
    void shouldMergeEachEpisodeOnce() {
        String path = recordings();
        String merged = directory.resolve("merged").toString();
        assertEquals(0, dpros("dataset", "merge", path, path, "-o", merged));
        assertTrue(out.toString().contains("3 episodes copied, 3 left out"), out.toString());
        assertEquals(0, dpros("dataset", "verify", merged));
    }

    @Test
    void shouldShowValuesPicturesAndStatistics() {
        String path = recordings();
        assertEquals(0, dpros("dataset", "view", path, "--episode", "1", "--step", "3", "--width", "16"), err.toString());
        assertTrue(out.toString().contains("observation.image 96x96"), out.toString());
        assertTrue(out.toString().lines().anyMatch(line -> line.matches("  [ .:=+*#%@-]{16}")), "shades where no terminal is: " + out);
        assertFalse(out.toString().contains("\u001b"), "no escape codes in a pipe");
        assertEquals(0, dpros("dataset", "stats", path), err.toString());
        assertTrue(out.toString().contains("observation.image[G]"), out.toString());
    }

    @Test
    void shouldSayWhatIsWrongWithTheInput() {
        assertEquals(2, dpros("dataset", "info", directory.resolve("nowhere").toString()));
        assertTrue(err.toString().contains("dataset: expected a recording directory, a journal, a *.zarr directory, a LeRobotDataset or an HDF5 file, found"),
                err.toString());
        assertEquals(2, dpros("dataset", "view", recordings(), "--episode", "9"));
        assertTrue(err.toString().contains("--episode: number: expected 0 to 2, found 9"), err.toString());
        assertEquals(2, dpros("dataset"));
    }
}
