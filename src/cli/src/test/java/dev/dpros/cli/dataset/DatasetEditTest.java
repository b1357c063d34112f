package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.cli.MainAccess;
import dev.dpros.core.Progress;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.EpisodeEdits;
import dev.dpros.datasets.JournalEditor;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.journal.EpisodeEnd;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Three public episodes, of 9, 8 and 7 steps at 10 Hz or so, edited. */
@Timeout(180)
class DatasetEditTest {
    private static final String SLICE = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";
    private static final String[] EDITS = {"--drop", "0", "--trim", "1:0.2..0.6", "--split", "2:0.3", "--label", "1=success", "--set-task",
        "2=push the T"};

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int dpros(String... args) {
        CommandLine line = Main.commandLine();
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }

    private int edit(String source, Path target, String... edits) {
        return dpros(Stream.concat(Stream.of("dataset", "edit", source, "-o", target.toString()), Stream.of(edits)).toArray(String[]::new));
    }

    /** The edited set is the old one's stretches, under other labels and tasks. */
    private static void assertEdited(EpisodeDataset old, EpisodeDataset edited) {
        try (old; edited) {
            assertEquals(old.features(), edited.features());
            assertEquals(3, edited.episodes());
            int length = length(old, 2);
            assertStretch(old, 1, 2, 6, edited, 0);
            assertStretch(old, 2, 0, 3, edited, 1);
            assertStretch(old, 2, 3, length, edited, 2);
            for (int i = 0; i < 3; i++) {
                try (EpisodeDataset.Episode episode = edited.episode(i)) {
                    assertEquals(i == 0 ? Boolean.TRUE : null, episode.success());
                    assertEquals(i == 0 ? "" : "push the T", episode.task());
                }
            }
        }
    }

    private static int length(EpisodeDataset dataset, int index) {
        try (EpisodeDataset.Episode episode = dataset.episode(index)) {
            return episode.length();
        }
    }

    private static void assertStretch(EpisodeDataset old, int index, int from, int to, EpisodeDataset edited, int place) {
        try (EpisodeDataset.Episode whole = old.episode(index); EpisodeDataset.Episode part = edited.episode(place)) {
            assertEquals(to - from, part.length());
            for (int f = 0; f < old.features().size(); f++) {
                if (!old.features().get(f).visual()) {
                    float[] expected = new float[old.features().get(f).size()];
                    float[] found = new float[expected.length];
                    for (int step = 0; step < part.length(); step++) {
                        whole.vector(f, from + step, expected, 0);
                        part.vector(f, step, found, 0);
                        assertArrayEquals(expected, found);
                    }
                }
            }
        }
    }

    @Test
    void shouldEditAReplayBufferAndARecording() throws IOException {
        Path zarr = folder.resolve("edited.zarr");
        assertEquals(0, edit(SLICE, zarr, EDITS), err.toString());
        assertEdited(ZarrDataset.open(Path.of(SLICE), 10), ZarrDataset.open(zarr, 10));

        Path recording = folder.resolve("rec");
        assertEquals(0, dpros("dataset", "import", SLICE, "-o", recording.toString()), err.toString());
        byte[] before = Files.readAllBytes(recording.resolve("episode_000001.dpj"));
        Path edited = folder.resolve("edited");
        assertEquals(0, edit(recording.toString(), edited, EDITS), err.toString());
        assertEdited(MainAccess.journals(recording), MainAccess.journals(edited));
        assertEquals(0, dpros("dataset", "verify", edited.toString()), out.toString());
        assertArrayEquals(before, Files.readAllBytes(recording.resolve("episode_000001.dpj")), "the old one stays");
        assertEquals(2, edit(recording.toString(), edited, EDITS));
        assertTrue(err.toString().contains("output: expected a path that does not exist yet"), err.toString());
    }

    @Test
    @Tag("long")
    void shouldEditALerobotDataset() {
        Path lerobot = folder.resolve("lerobot");
        Path edited = folder.resolve("edited");
        assertEquals(0, dpros("dataset", "export", SLICE, "--format", "lerobot", "-o", lerobot.toString()), err.toString());
        assertEquals(0, edit(lerobot.toString(), edited, EDITS), err.toString());
        assertEdited(LerobotDataset.open(lerobot), LerobotDataset.open(edited));
        assertEquals(0, dpros("dataset", "verify", edited.toString()), out.toString());
    }

    /** What an edit that was killed had written is taken up again; what another edit left is not. */
    @Test
    void shouldGoOnWhereItWasCutOff() throws IOException {
        Path recording = folder.resolve("rec");
        assertEquals(0, dpros("dataset", "import", SLICE, "-o", recording.toString()), err.toString());
        Path whole = folder.resolve("whole");
        assertEquals(0, edit(recording.toString(), whole, EDITS), err.toString());
        Path broken = recording.resolve("episode_000002.dpj");
        byte[] bytes = Files.readAllBytes(broken);
        byte[] spoilt = bytes.clone();
        spoilt[bytes.length / 2] ^= 1;
        Files.write(broken, spoilt);
        Path again = folder.resolve("again");
        assertEquals(2, edit(recording.toString(), again, EDITS));
        assertTrue(err.toString().contains("episode_000002.dpj: journal: expected a finished one, found checksum mismatch"), err.toString());
        assertFalse(Files.exists(again));
        Files.write(broken, bytes);
        Path left = Files.createDirectory(folder.resolve(".again.partial"));
        Files.writeString(left.resolve(".fingerprint"), "of another edit");
        Files.writeString(left.resolve("episode_000000.dpj"), "nothing of this edit");
        assertEquals(0, edit(recording.toString(), again, EDITS), err.toString());
        for (int i = 0; i < 3; i++) {
            String name = "episode_00000" + i + ".dpj";
            assertArrayEquals(Files.readAllBytes(whole.resolve(name)), Files.readAllBytes(again.resolve(name)), name);
        }
    }

    /** As a kill leaves it: some journals whole, one half. */
    @Test
    void shouldKeepWhatWasWhole() throws IOException {
        Path recording = folder.resolve("rec");
        assertEquals(0, dpros("dataset", "import", SLICE, "-o", recording.toString()), err.toString());
        List<Path> journals = EpisodeStore.episodes(recording);
        ToLongFunction<JournalIndex> begins = index -> index.header().createdRosNs();
        EpisodeEdits edits = new EpisodeEdits();
        edits.split(0, 0.4);
        List<EpisodeEdits.Piece> pieces = edits.plan(JournalEditor.facts(journals, begins));
        Path target = Files.createDirectory(folder.resolve("target"));
        JournalEditor.write(journals, pieces.subList(0, 2), begins, target, Progress.NONE);
        FileTime before = Files.getLastModifiedTime(target.resolve("episode_000001.dpj"));
        Files.writeString(target.resolve(".episode_000002.dpj.partial"), "half");
        JournalEditor.write(journals, pieces, begins, target, Progress.NONE);
        assertEquals(before, Files.getLastModifiedTime(target.resolve("episode_000001.dpj")));
        assertEquals(4, EpisodeStore.episodes(target).size());
        assertFalse(Files.exists(target.resolve(".episode_000002.dpj.partial")));
    }

    /** The recorder was started a second before the cameras; the page's first step is when all had sent something. */
    @Test
    void shouldCountFromTheFirstStepThatIsShown() throws IOException {
        Path recording = folder.resolve("rec");
        assertEquals(0, dpros("dataset", "import", SLICE, "-o", recording.toString()), err.toString());
        Path early = Files.createDirectory(folder.resolve("early"));
        for (int i = 0; i < 3; i++) {
            startEarlier(EpisodeStore.path(recording, i), EpisodeStore.path(early, i));
        }
        Path edited = folder.resolve("edited");
        assertEquals(0, edit(early.toString(), edited, EDITS), err.toString());
        assertEdited(MainAccess.journals(early), MainAccess.journals(edited));
    }

    private static void startEarlier(Path from, Path to) throws IOException {
        EpisodeHeader header = JournalIndex.of(from).header();
        try (JournalWriter writer = JournalWriter.create(to, new EpisodeHeader(header.index(), header.uuid(), header.task(),
                header.createdRosNs() - 1_000_000_000L, header.software(), header.robot(), header.layout()), JournalFile::open)) {
            JournalReader.read(from, new JournalVisitor() {
                @Override
                public void source(SourceInfo info) {
                    sure(() -> writer.source(info));
                }

                @Override
                public void message(int source, long headerStampNs, long receivedRosNs, long receivedNs, ByteBuffer payload, long offset) {
                    sure(() -> writer.message(source, headerStampNs, receivedRosNs, receivedNs, payload));
                }

                @Override
                public void end(EpisodeEnd end) {
                    sure(() -> writer.end(end));
                }
            });
        }
    }

    private interface Write {
        void run() throws IOException;
    }

    private static void sure(Write write) {
        try {
            write.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldMergeTasks() {
        Path two = folder.resolve("two.zarr");
        assertEquals(0, edit(SLICE, two, "--set-task", "0..1=push", "--set-task", "2=shove"), err.toString());
        Path one = folder.resolve("one.zarr");
        assertEquals(0, edit(two.toString(), one, "--rename-task", "shove=push"), err.toString());
        try (EpisodeDataset merged = ZarrDataset.open(one, 10)) {
            for (int i = 0; i < 3; i++) {
                try (EpisodeDataset.Episode episode = merged.episode(i)) {
                    assertEquals("push", episode.task());
                }
            }
        }
        assertEquals(2, edit(two.toString(), folder.resolve("x"), "--rename-task", "shov=push"));
        assertTrue(err.toString().contains("no episode has the task 'shov'; did you mean 'shove'?"), err.toString());
    }

    @Test
    void shouldNameWhatCannotBeEdited() {
        for (List<String> wrong : List.of(List.of("none"), List.of("expected 0 to 2, found 3", "--drop", "3"), List.of("found 'x'", "--drop", "x"),
                List.of("all 3 dropped", "--drop", "0..2"), List.of("which are dropped", "--drop", "1", "--label", "1=success"),
                List.of("--trim: edit: expected EPISODES:FROM..TO", "--trim", "1:5"), List.of("--trim: edit", "--trim", "1:0.5..0.2"),
                List.of("a beginning before its end at", "--trim", "1:100..200"), List.of("--split: episode 1: expected a time within", "--split", "1:50"),
                List.of("--label: edit: expected EPISODES=success", "--label", "1=good"), List.of("--set-task: edit", "--set-task", "1"),
                List.of("at least one step", "--trim", "1:0.01..0.02"))) {
            assertEquals(2, edit(SLICE, folder.resolve("x"), wrong.subList(1, wrong.size()).toArray(String[]::new)), wrong.toString());
            assertTrue(err.toString().contains(wrong.get(0)) && err.toString().lines().count() == 1, wrong + ": " + err);
            assertFalse(Files.exists(folder.resolve("x")));
        }
    }
}
