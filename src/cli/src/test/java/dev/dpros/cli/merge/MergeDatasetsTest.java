package dev.dpros.cli.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.lerobot.LerobotDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Data sets that are written, read in and checked in two parts are those of one run. Three public episodes. */
@Timeout(180)
class MergeDatasetsTest {
    private static final String SLICE = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;
    private String recording;

    @BeforeEach
    void importAll() {
        recording = folder.resolve("rec").toString();
        assertEquals(0, dpros("dataset", "import", SLICE, "--output", recording), err.toString());
    }

    private int dpros(String... args) {
        CommandLine line = Main.commandLine();
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }

    private void inTwoParts(Path target, String... args) {
        for (int i = 1; i >= 0; i--) { // whatever ends first
            String[] part = Stream.concat(Stream.of(args), Stream.of("--shard", i + "/2")).toArray(String[]::new);
            assertEquals(2, dpros("merge", target.toString()));
            assertTrue(err.toString().contains(i == 1 ? "found none" : "found no 0/2"), err.toString());
            assertEquals(0, dpros(part), err.toString());
            assertEquals(0, dpros(part), err.toString());
            assertTrue(out.toString().contains("shard " + i + "/2 is done already"), out.toString());
        }
        assertFalse(Files.exists(target));
        assertEquals(0, dpros("merge", target.toString()), err.toString());
        assertTrue(out.toString().endsWith("merged: " + target + ", of 2 parts" + System.lineSeparator()), out.toString());
    }

    private static Map<String, byte[]> content(Path root) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).filter(file -> !file.getFileName().toString().equals(".lock")).toList()) {
                content.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return content;
    }

    private static void assertSame(Path expected, Path found) throws IOException {
        Map<String, byte[]> whole = content(expected);
        Map<String, byte[]> merged = content(found);
        assertEquals(whole.keySet(), merged.keySet());
        whole.forEach((name, bytes) -> assertArrayEquals(bytes, merged.get(name), name));
    }

    @Test
    void shouldMergeReplayBuffersAndBagsBitForBit() throws IOException {
        for (String format : List.of("zarr", "bag", "mcap")) {
            Path whole = folder.resolve("whole." + format);
            Path merged = folder.resolve("merged." + format);
            assertEquals(0, dpros("dataset", "export", recording, "--format", format, "-o", whole.toString()), err.toString());
            inTwoParts(merged, "dataset", "export", recording, "--format", format, "-o", merged.toString());
            assertSame(whole, merged);
        }
    }

    @Test
    void shouldMergeRecordingsBitForBit() throws IOException {
        Path merged = folder.resolve("merged");
        inTwoParts(merged, "dataset", "import", SLICE, "-o", merged.toString());
        assertSame(Path.of(recording), merged);
    }

    /** The tables are those of one run; the films are the parts', of which each is whole. */
    @Test
    @Tag("long")
    void shouldMergeLerobotDatasetsValueForValue() throws IOException {
        Path whole = folder.resolve("whole");
        Path merged = folder.resolve("merged");
        assertEquals(0, dpros("dataset", "export", recording, "--format", "lerobot", "-o", whole.toString()), err.toString());
        inTwoParts(merged, "dataset", "export", recording, "--format", "lerobot", "-o", merged.toString());
        for (String table : List.of("meta/info.json", "meta/stats.json", "meta/tasks.parquet")) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(table)), Files.readAllBytes(merged.resolve(table)), table);
        }
        assertEquals(0, dpros("dataset", "verify", merged.toString()), out.toString());
        try (EpisodeDataset expected = LerobotDataset.open(whole); EpisodeDataset found = LerobotDataset.open(merged)) {
            assertEquals(expected.features(), found.features());
            assertEquals(3, found.episodes());
            for (int i = 0; i < 3; i++) {
                assertEpisode(expected, found, i);
            }
        }
    }

    private static void assertEpisode(EpisodeDataset expected, EpisodeDataset found, int index) {
        try (EpisodeDataset.Episode one = expected.episode(index); EpisodeDataset.Episode other = found.episode(index)) {
            assertEquals(one.length(), other.length());
            assertEquals(one.task(), other.task());
            for (int f = 0; f < expected.features().size(); f++) {
                int size = expected.features().get(f).size();
                for (int step = 0; step < one.length(); step++) {
                    if (expected.features().get(f).visual()) {
                        byte[] a = new byte[size];
                        byte[] b = new byte[size];
                        one.frame(f, step, a);
                        other.frame(f, step, b);
                        assertTrue(difference(a, b) < 3, "mean difference of the grey levels of two encodings, episode " + index + ", step " + step);
                    } else {
                        float[] a = new float[size];
                        float[] b = new float[size];
                        one.vector(f, step, a, 0);
                        other.vector(f, step, b, 0);
                        assertArrayEquals(a, b);
                    }
                }
            }
        }
    }

    private static double difference(byte[] one, byte[] other) {
        long sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.abs((one[i] & 0xff) - (other[i] & 0xff));
        }
        return (double) sum / one.length;
    }

    @Test
    void shouldMergeWhatVerifyFinds() throws IOException {
        Path journal = Path.of(recording, "episode_000001.dpj");
        byte[] bytes = Files.readAllBytes(journal);
        bytes[bytes.length / 2] ^= 1;
        Files.write(journal, bytes);
        Path whole = folder.resolve("whole.json");
        Path merged = folder.resolve("merged.json");
        assertEquals(1, dpros("dataset", "verify", recording, "--json", whole.toString()));
        String said = out.toString();
        assertEquals(0, dpros("dataset", "verify", recording, "--json", merged.toString(), "--shard", "0/2"), out.toString());
        assertEquals(1, dpros("dataset", "verify", recording, "--json", merged.toString(), "--shard", "1/2"), out.toString());
        assertEquals(1, dpros("merge", merged.toString()), err.toString());
        assertEquals(said + "merged: " + merged + ", of 2 parts" + System.lineSeparator(), out.toString());
        assertEquals(Files.readString(whole), Files.readString(merged));
    }

    @Test
    void shouldRefusePartsOfOtherDataAndWhatNothingCouldBeMadeOf() throws IOException {
        String target = folder.resolve("out.zarr").toString();
        assertEquals(0, dpros("dataset", "export", recording, "--format", "zarr", "-o", target, "--shard", "0/2"));
        assertEquals(2, dpros("dataset", "export", recording, "--format", "bag", "-o", target, "--shard", "1/2"));
        assertTrue(err.toString().contains("kind: expected 'dataset export bag', found 'dataset export zarr'; it is a part of other work"), err.toString());
        assertEquals(0, dpros("dataset", "discard", recording + "/episode_000002.dpj"));
        assertEquals(2, dpros("dataset", "export", recording, "--format", "zarr", "-o", target, "--shard", "1/2"));
        assertTrue(err.toString().contains("out.zarr.shard-0-of-2.json: data: expected \""), err.toString());
        assertEquals(2, dpros("dataset", "export", recording, "--format", "zarr", "-o", target, "--shard", "1/9"));
        assertTrue(err.toString().contains("--shard: parts: expected at most 2, as many as there is to do, found 9"), err.toString());
        assertEquals(2, dpros("dataset", "verify", recording, "--shard", "1/2"));
        assertTrue(err.toString().contains("--shard: parts: expected --json beside it"), err.toString());
        assertEquals(2, dpros("dataset", "verify", recording, "--recover", "--json", folder.resolve("v.json").toString(), "--shard", "1/2"));
        assertEquals(2, dpros("dataset", "verify", recording, "--shard", "4/2"));
        assertTrue(err.toString().contains("--shard: part: expected I/N"), err.toString());
    }

    /** A part's data that are gone, or are not what its file says, are named; nothing is written. */
    @Test
    void shouldNotMergeAPartWithoutItsData() throws IOException {
        Path target = folder.resolve("bags");
        for (String part : List.of("0/2", "1/2")) {
            assertEquals(0, dpros("dataset", "export", recording, "--format", "bag", "-o", target.toString(), "--shard", part), err.toString());
        }
        Files.delete(folder.resolve("bags.shard-1-of-2/episode_000002.bag"));
        assertEquals(2, dpros("merge", target.toString()));
        assertTrue(err.toString().contains("bags.shard-1-of-2: episodes: expected 2, as " + folder.resolve("bags.shard-1-of-2.json") + " says, found 1"),
                err.toString());
        assertFalse(Files.exists(target));
    }
}
