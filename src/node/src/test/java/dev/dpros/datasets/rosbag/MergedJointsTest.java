package dev.dpros.datasets.rosbag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.SystemClock;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.StampBounds;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.observation.Interpolation;
import dev.dpros.observation.ObservationAligner;
import dev.dpros.observation.StampConfig;
import dev.dpros.observation.VectorConfig;
import dev.dpros.observation.VectorSource;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.transports.Transports;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An arm (a, b) and a gripper (g) in messages of their own on /joint_states: exported as the live node sees them. */
@Timeout(120)
class MergedJointsTest {
    private static final MessageSchema JOINTS = SchemaCatalog.packaged().message("sensor_msgs/JointState");
    private static final String PATH = "position[a,g,b]";
    private static final long MS = 1_000_000L;
    private static final long START = 1_700_000_000_000L * MS;
    private static final long STEP = 100 * MS;

    private record Sent(long receivedNs, ByteBuffer message) {}

    private final List<Sent> sent = new ArrayList<>();

    @TempDir
    Path directory;

    /** Stamp and receive time after {@code START}, ms. */
    private void send(double stampMs, double receivedMs, List<String> names, double... positions) {
        long stampNs = START + Math.round(stampMs * MS);
        sent.add(new Sent(START + Math.round(receivedMs * MS), MessageEncoder.encode(JOINTS,
                Map.of("header", Map.of("stamp", stampNs), "name", names, "position", positions))));
    }

    private JournalDataset recording(Interpolation align) throws Exception {
        DatasetLayout layout = new DatasetLayout(10, List.of(new DatasetLayout.Field("observation.state", FeatureSpec.Kind.STATE,
                "joints", PATH, DatasetLayout.Stamp.HEADER, 0, DatasetLayout.Align.valueOf(align.name()), List.of(), List.of())));
        Path path = directory.resolve("joints.bag");
        try (BagWriter bag = new BagWriter(path)) {
            Description type = new RosMessageReaders(Transports::recorded).describe("sensor_msgs/JointState");
            int connection = bag.connect("/joint_states", "sensor_msgs/JointState", type.md5(), type.definition());
            for (Sent one : sent) {
                bag.message(connection, one.receivedNs, one.message.duplicate().order(one.message.order()));
            }
        }
        Path recording = directory.resolve("recording");
        try (EpisodeStore store = EpisodeStore.open(recording)) {
            new BagImporter(Map.of("/joint_states", "joints"), layout, "push", new RosMessageReaders(Transports::recorded)).importBag(path, store, line -> { });
        }
        return JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded), StampBounds.DEFAULT);
    }

    /** What the live node would have fed its policy at the last {@code steps} instants of its grid. */
    private float[] live(Interpolation align, int steps) {
        FeatureSpec feature = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 3);
        VectorSource source = new VectorSource(new VectorConfig("/joint_states", feature, SourceHealth.Kind.JOINT_STATE, 500 * MS,
                StampConfig.DEFAULT, align, 4096), JOINTS.vector(PATH));
        for (Sent one : sent) {
            source.claim(one.message.remaining()).put(one.message.duplicate());
            source.commit(one.receivedNs, one.receivedNs);
        }
        ObservationAligner aligner = new ObservationAligner(List.of(feature), List.of(source), steps, STEP, new SystemClock(), List.of());
        ObservationWindow window = new ObservationWindow(List.of(feature), steps);
        assertTrue(aligner.fill(window));
        return window.values(0);
    }

    /** Six seconds: the arm at 50 Hz, the gripper at 10 Hz, the last time when it is due; and what may lie between. */
    private void sixSeconds() {
        for (int i = 0; i <= 300; i++) {
            double ms = i * 20;
            double value = Math.sin(ms / 500);
            send(ms, ms + 1, List.of("b", "a"), 2 * value, value);
            if (i % 7 == 3) {
                send(ms - 30, ms + 2, List.of("a", "b"), 50, 50);
                send(ms, ms + 2, List.of("b"), 60);
                send(ms + 3, ms + 3, List.of("wheel"), 70);
                send(ms + 4, ms + 4, List.of("a", "g"), Double.NaN, 80);
                send(ms + 5, ms + 5, List.of("b", "wheel"), Math.sin((ms + 5) / 500) * 2, 90);
            }
            if (i % 5 == 0 && i < 300) {
                send(ms + 7, ms + 8, List.of("g"), Math.cos(ms / 500));
            }
            if (i % 50 == 24) {
                send(ms + 9, ms + 9, List.of("a", "b", "g"), Math.sin((ms + 9) / 500), Math.sin((ms + 9) / 500) * 2, 0.5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Interpolation.class)
    void shouldExportTheVectorsThatTheLiveNodeSees(Interpolation align) throws Exception {
        sixSeconds();
        try (JournalDataset dataset = recording(align); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(null, episode.unfit());
            assertEquals(60, episode.length());
            float[] expected = live(align, 60);
            float[] exported = new float[180];
            for (int step = 0; step < 60; step++) {
                episode.vector(0, step, exported, 3 * step);
            }
            assertArrayEquals(expected, exported, 1e-6f);
            for (int step = 0; step < 60; step++) {
                assertEquals(Math.sin((7 + step * 100) / 500.0), exported[3 * step], 0.05, "no value of a stale or foreign message");
            }
            assertEquals(1, episode.notes().size());
            assertTrue(episode.notes().get(0).matches("observation.state \\(/joint_states\\): skipped 43 messages without 'position\\[a,g,b]'"
                    + ", 43 messages with values that are not finite, 86 messages with a stamp that is not newer than the one before"),
                    episode.notes().get(0));
        }
    }

    @Test
    void shouldGiveEachJointItsOwnValueAtAStep() throws Exception {
        for (int k = 0; k < 20; k++) {
            send(k * 100, k * 100 + 1, List.of("a", "b"), k, -k);
            send(k * 100 + 30, k * 100 + 31, List.of("g"), 10 * k);
        }
        try (JournalDataset dataset = recording(Interpolation.LINEAR); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(19, episode.length(), "from the gripper's first to the arm's last");
            float[] out = new float[3];
            for (int step = 0; step < 19; step++) {
                episode.vector(0, step, out, 0);
                assertArrayEquals(new float[] {step + 0.3f, 10 * step, -step - 0.3f}, out, 1e-5f);
            }
        }
    }

    @Test
    void shouldNameTheJointThatNeverCame() throws Exception {
        for (int k = 0; k < 20; k++) {
            send(k * 100, k * 100, List.of("a", "b"), k, -k);
        }
        InputException error = assertThrows(InputException.class, () -> recording(Interpolation.LINEAR).close());
        assertTrue(error.getMessage().contains("finite values of 'position[a,g,b]', found none with g; check the field path of"),
                error.getMessage());
    }

    @Test
    void shouldNameTheJointWhosePublisherHasAnotherClock() throws Exception {
        for (int k = 0; k < 200; k++) {
            send(k * 20, k * 20 + 1, List.of("a", "b"), k, -k);
            send(k * 20 - 1500, k * 20 + 1, List.of("g"), k);
        }
        try (JournalDataset dataset = recording(Interpolation.LINEAR); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertTrue(episode.unfit().startsWith("topic /joint_states (g): stamps are 1.500 s behind those of /joint_states (a)"),
                    episode.unfit());
        }
    }

    @Test
    void shouldNameTheJointThatWasGone() throws Exception {
        for (int k = 0; k < 200; k++) {
            send(k * 20, k * 20 + 1, List.of("a", "b"), k, -k);
            if (k % 5 == 0 && (k < 50 || k > 120)) {
                send(k * 20, k * 20 + 1, List.of("g"), k);
            }
        }
        try (JournalDataset dataset = recording(Interpolation.LINEAR); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertTrue(episode.unfit().startsWith("topic /joint_states (g): no usable message for 1."), episode.unfit());
        }
    }
}
