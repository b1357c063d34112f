package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.core.FeatureSpec;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.JournalWriter;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.transports.Transports;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps at which nobody drove, exported from journals with a node's state: 10 Hz, the value of a step is its number. */
@Timeout(120)
class IdleStepsTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long STEP_NS = 100_000_000;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int dpros(String... args) {
        err.getBuffer().setLength(0);
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }

    private static ByteBuffer vector(int value) {
        ByteBuffer message = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        return message.putInt(0).putInt(0).putInt(1).putFloat(value).flip();
    }

    /** HOLD with the last command still being sent, or a policy that drives. */
    private static ByteBuffer state(long stampNs, boolean drives) {
        ControllerStateWriter writer = new ControllerStateWriter(SchemaCatalog.packaged(), List.of("a"), List.of(), List.of("x"));
        writer.stampNs = stampNs;
        writer.state = drives ? 0 : 2;
        writer.commanding = true;
        writer.source = -1;
        return writer.write();
    }

    /** An episode of this many steps, with a state at each if {@code drives} is given. */
    private Path episode(Path recording, int number, int steps, IntPredicate drives) throws Exception {
        RosMessageReaders readers = new RosMessageReaders(Transports::recorded);
        DatasetLayout layout = new DatasetLayout(10, List.of(
                new DatasetLayout.Field("observation.state", FeatureSpec.Kind.STATE, "joints", "data[0:1]", DatasetLayout.Stamp.RECEIVED, 0,
                        DatasetLayout.Align.PREVIOUS, List.of(), List.of()),
                new DatasetLayout.Field("action", FeatureSpec.Kind.ACTION, "sent", "data[0:1]", DatasetLayout.Stamp.RECEIVED, 0,
                        DatasetLayout.Align.PREVIOUS, List.of(), List.of())));
        Path path = EpisodeStore.path(recording, number);
        Files.createDirectories(recording);
        EpisodeHeader header = new EpisodeHeader(number, "uuid-" + number, "push", START_NS, "test", "arm", layout.toJson());
        try (JournalWriter writer = JournalWriter.create(path, header, JournalFile::open)) {
            List<String> types = List.of("std_msgs/Float32MultiArray", "std_msgs/Float32MultiArray", "diffusion_policy_msgs/ControllerState");
            List<String> keys = List.of("joints", "sent", "state");
            for (int i = 0; i < (drives == null ? 2 : 3); i++) {
                Description type = readers.describe(types.get(i));
                writer.source(new SourceInfo(i, keys.get(i), SourceInfo.Role.OTHER, "/" + keys.get(i), type.type(), type.md5(), type.definition()));
            }
            for (int step = 0; step < steps; step++) {
                long at = START_NS + step * STEP_NS;
                for (int i = 0; i < 2; i++) {
                    writer.message(i, 0, at, step * STEP_NS, vector(step));
                }
                if (drives != null) {
                    writer.message(2, at, at, step * STEP_NS, state(at, drives.test(step)));
                }
            }
            writer.end(new EpisodeEnd(EpisodeEvent.Kind.SUCCESS, false, List.of()));
        }
        return path;
    }

    /** Begins idle, pauses briefly at 10 and 11, is idle from 20 to 39, ends idle. */
    private static boolean drives(int step) {
        return step >= 3 && step < 60 && step != 10 && step != 11 && (step < 20 || step >= 40);
    }

    private static List<List<Integer>> values(EpisodeDataset dataset, String key) {
        int feature = dataset.features().stream().map(DatasetFeature::key).toList().indexOf(key);
        List<List<Integer>> episodes = new ArrayList<>();
        for (int e = 0; e < dataset.episodes(); e++) {
            try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                float[] value = new float[1];
                List<Integer> values = new ArrayList<>();
                for (int step = 0; step < episode.length(); step++) {
                    episode.vector(feature, step, value, 0);
                    values.add((int) value[0]);
                }
                episodes.add(values);
            }
        }
        return episodes;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private EpisodeDataset export(String format, Path recording, String... more) {
        Path target = directory.resolve(format + Math.abs(List.of(more).hashCode()) + recording.getFileName());
        List<String> args = new ArrayList<>(List.of("dataset", "export", recording.toString(), "--format", format, "-o", target.toString()));
        args.addAll(List.of(more));
        assertEquals(0, dpros(args.toArray(new String[0])), err.toString());
        return format.equals("zarr") ? ZarrDataset.open(target, 10) : LerobotDataset.open(target);
    }

    @Test
    void shouldLeaveOutIdleStepsAndNeverJoinWhatWasApart() throws Exception {
        Path recording = directory.resolve("rec");
        episode(recording, 0, 70, IdleStepsTest::drives);
        episode(recording, 1, 30, step -> true);
        for (String format : List.of("zarr", "lerobot")) {
            try (EpisodeDataset dataset = export(format, recording)) {
                String state = dataset.features().stream().map(DatasetFeature::key).filter(key -> key.endsWith("state")).findFirst().orElseThrow();
                assertEquals(List.of(range(3, 20), range(40, 60), range(0, 30)), values(dataset, state), format);
                assertEquals(List.of(range(3, 20), range(40, 60), range(0, 30)), values(dataset, "action"), format);
                assertFalse(dataset.features().stream().anyMatch(f -> f.key().contains("idle")));
            }
            assertTrue(err.toString().contains("episode_000000.dpj: 33 of 70 steps left out: nobody drove; the rest is 2 episodes"), err.toString());
            assertTrue(err.toString().contains("33 steps left out at which nobody drove; --idle keep keeps them"), err.toString());
        }
    }

    @Test
    void shouldKeepIdleStepsAndMarkThem() throws Exception {
        Path recording = directory.resolve("rec");
        episode(recording, 0, 70, IdleStepsTest::drives);
        for (String format : List.of("zarr", "lerobot")) {
            try (EpisodeDataset dataset = export(format, recording, "--idle", "keep")) {
                assertEquals(List.of(range(0, 70)), values(dataset, "action"), format);
                String idle = dataset.features().stream().map(DatasetFeature::key).filter(key -> key.endsWith("idle")).findFirst().orElseThrow();
                List<Integer> expected = IntStream.range(0, 70).map(step -> drives(step) ? 0 : 1).boxed().toList();
                assertEquals(List.of(expected), values(dataset, idle), format);
            }
            assertFalse(err.toString().contains("left out"), err.toString());
        }
    }

    @Test
    void shouldCutByTheGapThatIsAskedFor() throws Exception {
        Path recording = directory.resolve("rec");
        episode(recording, 0, 70, IdleStepsTest::drives);
        try (EpisodeDataset dataset = export("zarr", recording, "--max-gap", "0.15")) {
            assertEquals(List.of(range(3, 10), range(12, 20), range(40, 60)), values(dataset, "action"));
        }
        try (EpisodeDataset dataset = export("zarr", recording, "--max-gap", "3")) {
            assertEquals(List.of(range(3, 60)), values(dataset, "action"));
        }
    }

    @Test
    void shouldSayInOneLineThatARecordingDoesNotTell() throws Exception {
        Path recording = directory.resolve("rec");
        episode(recording, 0, 20, null);
        episode(recording, 1, 20, step -> step < 10);
        try (EpisodeDataset dataset = export("zarr", recording, "--idle", "drop")) {
            assertEquals(List.of(range(0, 20), range(0, 10)), values(dataset, "action"));
        }
        assertTrue(err.toString().contains("1 of 2 episodes do not tell who drove (no ~state): no step of them counts as idle"), err.toString());
    }

    @Test
    void shouldLeaveOutAnEpisodeInWhichNobodyDrove() throws Exception {
        Path recording = directory.resolve("rec");
        episode(recording, 0, 20, step -> false);
        episode(recording, 1, 20, step -> true);
        try (EpisodeDataset dataset = export("zarr", recording)) {
            assertEquals(List.of(range(0, 20)), values(dataset, "action"));
        }
        assertTrue(err.toString().contains("episode_000000.dpj: left out: nobody drove in it (--idle keep)"), err.toString());
    }

    @ParameterizedTest
    @CsvSource({"bag,episode_000000.bag", "mcap,episode_000000", "mcap,episode_000000/episode_000000_0.mcap"})
    void shouldKeepBagsWholeAndTakeWhoDroveBackFromThem(String format, String bag) throws Exception {
        Path recording = directory.resolve("rec");
        episode(recording, 0, 70, IdleStepsTest::drives);
        Path bags = directory.resolve("bags");
        assertEquals(2, dpros("dataset", "export", recording.toString(), "--format", format, "-o", bags.toString(), "--idle", "drop"));
        assertTrue(err.toString().contains("a bag holds every message as received"), err.toString());
        assertEquals(0, dpros("dataset", "export", recording.toString(), "--format", format, "-o", bags.toString()), err.toString());
        Path again = directory.resolve("again");
        Path config = Files.writeString(directory.resolve("robot.yaml"), """
                policy: none
                observations:
                  observation.state: {topic: /joints, type: std_msgs/Float32MultiArray, field: "data[0:1]", stamp: received, align: previous}
                action: {topic: /sent, type: std_msgs/Float64MultiArray, joints: [a]}
                record: {fps: 10, sent: {topic: /sent, type: std_msgs/Float32MultiArray, field: "data[0:1]"}}
                """);
        assertEquals(0, dpros("dataset", "import", bags.resolve(bag).toString(), "-o", again.toString(),
                "--config", config.toString()), err.toString());
        try (EpisodeDataset dataset = export("zarr", again)) {
            assertEquals(List.of(range(3, 20), range(40, 60)), values(dataset, "action"));
        }
    }
}
