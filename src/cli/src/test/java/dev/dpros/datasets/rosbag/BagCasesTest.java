package dev.dpros.datasets.rosbag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.DepthCodes;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.datasets.StampBounds;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.lerobot.LerobotExporter;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.messages.ImageWriter;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.ExternalReader;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.transports.Transports;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bags as robots make them: a camera at 15 Hz, joints at 50 Hz, 8 s. */
@Timeout(180)
class BagCasesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_700_000_000L * SECOND;
    private static final Map<String, String> TOPICS = Map.of("/camera", "front", "/joint_states", "joints");
    private static final SelectedEpisodes.Choice ALL = new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, false);
    private static final SelectedEpisodes.Choice SKIP = new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, true);

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();
    private int bags;

    /** What is odd about a bag; times from its start. */
    private static final class Case {
        private long offsetNs;
        private long gapFromNs;
        private long gapToNs;
        private boolean frozen;
        private boolean zero;
        private boolean gripper;
        private boolean smaller;
        private boolean unsupported;
        private boolean depth;
        private int nanAt = -1;
    }

    private static DatasetLayout layout() {
        return new DatasetLayout(10, List.of(
                new DatasetLayout.Field("observation.front", FeatureSpec.Kind.VISUAL, "front", "", DatasetLayout.Stamp.HEADER, 0,
                        DatasetLayout.Align.NEAREST, List.of(), List.of()),
                new DatasetLayout.Field("observation.state", FeatureSpec.Kind.STATE, "joints", "position[a,b]",
                        DatasetLayout.Stamp.HEADER, 0, DatasetLayout.Align.LINEAR, List.of(), List.of())));
    }

    private static ByteBuffer joints(long stampNs, List<String> names, double... values) {
        ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0).putInt((int) (stampNs / SECOND)).putInt((int) (stampNs % SECOND)).putInt(0).putInt(names.size());
        names.forEach(name -> out.putInt(name.length()).put(name.getBytes(StandardCharsets.US_ASCII)));
        out.putInt(values.length);
        Arrays.stream(values).forEach(out::putDouble);
        return out.putInt(0).putInt(0).flip();
    }

    private static int connect(BagWriter bag, String topic, String type) {
        Description description = new RosMessageReaders(Transports::recorded).describe(type);
        return bag.connect(topic, type, description.md5(), description.definition());
    }

    private Path bag(Case odd) throws Exception {
        Path path = directory.resolve("case" + bags++ + ".bag");
        String encoding = odd.unsupported ? "32SC1" : odd.depth ? "16UC1" : "rgb8";
        ImageWriter images = new ImageWriter(SchemaCatalog.packaged(), 8, 6, encoding, odd.depth ? 2 : 3, "c");
        ImageWriter small = new ImageWriter(SchemaCatalog.packaged(), 4, 3, "rgb8", 3, "c");
        try (BagWriter bag = new BagWriter(path)) {
            int camera = connect(bag, "/camera", "sensor_msgs/Image");
            int state = connect(bag, "/joint_states", "sensor_msgs/JointState");
            for (int i = 0; i < 400; i++) {
                long at = i * SECOND / 50;
                double value = i == odd.nanAt ? Double.NaN : i / 50.0;
                bag.message(state, START + at, joints(odd.zero ? 0 : START + at, List.of("b", "a"), -value, value));
                if (odd.gripper) {
                    bag.message(state, START + at + 1000, joints(START + at + 1000, List.of("finger"), 0.5));
                }
                if (i * 3 / 10 != (i + 1) * 3 / 10 && !(at > odd.gapFromNs && at < odd.gapToNs)) {
                    byte[] pixels = new byte[6 * 8 * 3];
                    Arrays.fill(pixels, (byte) (i / 2));
                    long stamp = odd.zero ? 0 : odd.frozen ? START + 1 : START + at + odd.offsetNs;
                    bag.message(camera, START + at, (odd.smaller && i > 200 ? small : images).write(stamp, pixels));
                }
            }
        }
        return path;
    }

    private Path recording(Case... odd) throws Exception {
        Path recording = directory.resolve("rec" + bags);
        try (EpisodeStore store = EpisodeStore.open(recording)) {
            for (Case one : odd) {
                new BagImporter(TOPICS, layout(), "push", new RosMessageReaders(Transports::recorded)).importBag(bag(one), store, said::add);
            }
        }
        return recording;
    }

    private JournalDataset open(Path recording, StampBounds bounds) {
        return JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded), bounds);
    }

    private JournalDataset open(Path recording) {
        return open(recording, StampBounds.DEFAULT);
    }

    private String unfit(Case odd) throws Exception {
        try (JournalDataset dataset = open(recording(odd)); EpisodeDataset.Episode episode = dataset.episode(0)) {
            return String.valueOf(episode.unfit());
        }
    }

    @Test
    void shouldFindNothingWrongWithAGoodBagOrOneWithoutStamps() throws Exception {
        assertEquals("null", unfit(new Case()));
        Case zero = new Case();
        zero.zero = true;
        assertEquals("null", unfit(zero));
        assertEquals(List.of(), said);
    }

    @ParameterizedTest
    @CsvSource({"4000,ahead of,4.000", "-1500,behind,1.500"})
    void shouldNameACameraWhoseClockIsAnother(long offsetMs, String direction, String seconds) throws Exception {
        Case odd = new Case();
        odd.offsetNs = offsetMs * 1_000_000;
        String unfit = unfit(odd);
        assertTrue(unfit.startsWith("topic /camera: stamps are " + seconds + " s " + direction + " those of /joint_states"), unfit);
        try (JournalDataset dataset = open(directory.resolve("rec0"), StampBounds.NONE); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(null, episode.unfit());
        }
    }

    @Test
    void shouldNameACameraThatWasGone() throws Exception {
        Case odd = new Case();
        odd.gapFromNs = 2 * SECOND;
        odd.gapToNs = 6 * SECOND;
        String unfit = unfit(odd);
        assertTrue(unfit.matches("topic /camera: no usable message for [34]\\.\\d+ s, 1\\.\\d s after the start, expected at most 0\\.500 s"
                + " \\(--max-gap\\)"), unfit);
    }

    @Test
    void shouldNameACameraWhoseStampsStandStill() throws Exception {
        Case odd = new Case();
        odd.frozen = true;
        String unfit = unfit(odd);
        assertTrue(unfit.startsWith("topic /camera: stamps stand still: 120 messages in "), unfit);
    }

    @Test
    void shouldSkipAndCountWhatTheLiveNodeSkips() throws Exception {
        Case odd = new Case();
        odd.gripper = true;
        odd.nanAt = 100;
        try (JournalDataset dataset = open(recording(odd)); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(null, episode.unfit());
            assertEquals(List.of("observation.state (/joint_states): skipped 400 messages without 'position[a,b]', 1 messages with"
                    + " values that are not finite"), episode.notes());
            SelectedEpisodes.readAll(dataset, episode);
            float[] first = new float[2];
            float[] later = new float[2];
            episode.vector(1, 0, first, 0);
            for (int step = 0; step < episode.length(); step++) {
                episode.vector(1, step, later, 0);
                assertEquals(first[0] + step / 10f, later[0], 1e-5f);
                assertEquals(-later[0], later[1], 1e-6f);
            }
        }
    }

    /** A depth camera becomes a column of depth, and depth in LeRobot's format; a replay buffer has no place for it. */
    @Test
    void shouldExportADepthCameraAsDepth() throws Exception {
        Case odd = new Case();
        odd.depth = true;
        Path set = directory.resolve("set");
        try (JournalDataset dataset = open(recording(odd))) {
            DatasetFeature camera = DatasetFeature.depth("observation.front", 6, 8, DepthCodes.OWN);
            assertTrue(dataset.features().contains(camera), dataset.features().toString());
            String line = assertThrows(InputException.class, () -> ZarrExporter.export(dataset, directory.resolve("out.zarr"), Progress.NONE)).getMessage();
            assertTrue(line.contains("'observation.front'") && line.endsWith("export to lerobot"), line);
            LerobotExporter.export(dataset, set, Progress.NONE);
            try (EpisodeDataset written = LerobotDataset.open(set)) {
                assertTrue(written.features().contains(camera), written.features().toString());
                byte[] recorded = new byte[camera.frameBytes()];
                byte[] read = new byte[camera.frameBytes()];
                dataset.episode(0).frame(dataset.features().indexOf(camera), 7, recorded);
                written.episode(0).frame(written.features().indexOf(camera), 7, read);
                int mm = DepthPixels.mm(recorded, 47);
                assertTrue(mm > 256 && mm % 257 == 0, mm + " mm: two equal bytes");
                assertEquals(mm, DepthPixels.mm(read, 47), 3);
            }
        }
    }

    @Test
    void shouldRefuseAnEncodingAsTheLiveNodeDoes() throws Exception {
        Case odd = new Case();
        odd.unsupported = true;
        InputException error = assertThrows(InputException.class, () -> open(recording(odd)));
        assertTrue(error.getMessage().startsWith("front: 120 of 120 pictures on /camera: image: expected an encoding among rgb8"),
                error.getMessage());
        assertTrue(error.getMessage().endsWith("for 'observation.front' (3 channels, colour), with as much data as its size says, found 8x6 '32SC1'"),
                error.getMessage());
    }

    @Test
    void shouldLeaveBadEpisodesOutOnRequestAndUnfitOnesAlways() throws Exception {
        Case smaller = new Case();
        smaller.smaller = true;
        Case gap = new Case();
        gap.gapToNs = 5 * SECOND;
        gap.gapFromNs = SECOND;
        Case other = new Case();
        other.unsupported = true;
        Path recording = recording(other, smaller, new Case(), gap);
        try (JournalDataset dataset = open(recording)) {
            InputException error = assertThrows(InputException.class, () -> SelectedEpisodes.of(dataset, ALL, said::add));
            assertTrue(error.getMessage().startsWith("episode_000000.dpj: ") && error.getMessage().endsWith("--skip-bad leaves such episodes out"),
                    error.getMessage());
            said.clear();
            SelectedEpisodes kept = SelectedEpisodes.of(dataset, SKIP, said::add);
            assertEquals(List.of(2), kept.kept());
            assertEquals(4, said.size(), said.toString());
            assertTrue(said.get(1).startsWith("episode_000001.dpj: left out: ") && said.get(1).contains("(4x3)"), said.get(1));
            assertTrue(said.get(2).startsWith("episode_000003.dpj: left out: topic /camera: no usable message for "), said.get(2));
            assertEquals("3 of 4 episodes left out", said.get(3));
            ZarrExporter.export(kept, directory.resolve("out.zarr"), Progress.NONE);
            assertEquals(1, ZarrDataset.open(directory.resolve("out.zarr"), 10).episodes());
        }
    }

    @Test
    void shouldNameATopicThatChangesItsType() throws Exception {
        Path path = directory.resolve("types.bag");
        try (BagWriter bag = new BagWriter(path)) {
            bag.message(connect(bag, "/joint_states", "sensor_msgs/JointState"), START, joints(START, List.of("a"), 1));
            bag.message(connect(bag, "/joint_states", "std_msgs/Float64MultiArray"), START + 1, ByteBuffer.allocate(12));
        }
        try (EpisodeStore store = EpisodeStore.open(directory.resolve("types"))) {
            BagImporter importer = new BagImporter(Map.of("/joint_states", "joints"), null, "", new RosMessageReaders(Transports::recorded));
            InputException error = assertThrows(InputException.class, () -> importer.importBag(path, store));
            assertTrue(error.getMessage().contains("topic '/joint_states': expected one message type throughout, found sensor_msgs/JointState (md5 ")
                    && error.getMessage().contains("), then std_msgs/Float64MultiArray (md5 "), error.getMessage());
        }
    }

    /** A copy that stops anywhere gives the messages before that place, and says so. */
    @Test
    void shouldReadACutBagAsFarAsItGoes() throws Exception {
        byte[] whole = Files.readAllBytes(bag(new Case()));
        long before = -1;
        for (int length = 4200; length < whole.length; length += whole.length / 23) {
            Path cut = directory.resolve("cut.bag.active");
            Files.write(cut, Arrays.copyOf(whole, length));
            BagReader.Scan scan = BagReader.read(cut, new Counting());
            assertFalse(scan.whole());
            assertTrue(scan.messages() >= before && scan.messages() <= 520, scan.toString());
            before = scan.messages();
        }
        assertEquals(520, before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "bz2"})
    @Tag("realpeer")
    void shouldReadWhatAKilledRosbagLeft(String compression) throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import rosbag, std_msgs.msg; rosbag.Compression.LZ4");
        Path bag = directory.resolve("killed.bag.active");
        ExternalReader.python("""
                import os, random, sys, rosbag, rospy
                from std_msgs.msg import String
                bag = rosbag.Bag(sys.argv[1], 'w', compression=sys.argv[2], chunk_threshold=3000000)
                for k in range(5000):
                    bag.write('/s', String(data=''.join(random.choices('abcdefgh', k=1000)) + str(k)), rospy.Time(k + 1))
                bag._file.flush()
                sys.stdout.flush()
                os._exit(0)
                """, bag.toString(), compression);
        Counting counting = new Counting();
        BagReader.Scan scan = BagReader.read(bag, counting);
        assertFalse(scan.closed());
        assertTrue(scan.messages() > 3_000 && scan.messages() <= 5_000, scan.toString());
        assertEquals(scan.messages(), counting.messages);
        for (int i = 0; i < counting.messages; i++) {
            assertEquals(i + 1, counting.times.get(i) / SECOND);
        }
        try (EpisodeStore store = EpisodeStore.open(directory.resolve("killed"))) {
            new BagImporter(Map.of("/s", "s"), null, "", new RosMessageReaders(Transports::recorded)).importBag(bag, store, said::add);
        }
        assertTrue(said.get(0).startsWith(bag + ": not closed by its recorder: " + scan.messages() + " messages saved"), said.toString());
        assertTrue(said.get(0).endsWith("'rosbag reindex' makes it a whole bag"), said.toString());
    }

    @Test
    void shouldKeepTaskAndLabelInABag() throws Exception {
        Path labelled = directory.resolve("labelled.bag");
        try (BagWriter bag = new BagWriter(labelled)) {
            byte[] text = "{\"task\": \"stack\", \"success\": false}".getBytes(StandardCharsets.UTF_8);
            bag.message(bag.connect(EpisodeLabels.TOPIC, EpisodeLabels.TYPE, EpisodeLabels.MD5, EpisodeLabels.DEFINITION), START,
                    ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).put(text).flip());
            int state = connect(bag, "/joint_states", "sensor_msgs/JointState");
            for (int i = 0; i < 50; i++) {
                bag.message(state, START + i * SECOND / 50, joints(START + i * SECOND / 50, List.of("a", "b"), i, i));
            }
        }
        DatasetLayout layout = new DatasetLayout(10, layout().fields().subList(1, 2));
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        try (EpisodeStore store = EpisodeStore.open(first)) {
            new BagImporter(Map.of("/joint_states", "joints"), layout, "", new RosMessageReaders(Transports::recorded)).importBag(labelled, store);
        }
        BagExporter.export(EpisodeStore.episodes(first), directory.resolve("bags"), Progress.NONE);
        try (EpisodeStore store = EpisodeStore.open(second)) {
            new BagImporter(Map.of("/joint_states", "joints"), layout, "", new RosMessageReaders(Transports::recorded))
                    .importBag(directory.resolve("bags/episode_000000.bag"), store);
        }
        try (JournalDataset dataset = open(second); EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals("stack", episode.task());
            assertEquals(false, episode.success());
        }
        SelectedEpisodes.Choice successes = new SelectedEpisodes.Choice(SelectedEpisodes.Label.SUCCESS, false);
        assertThrows(InputException.class, () -> SelectedEpisodes.of(open(second), successes, said::add));
        assertEquals(List.of("episode_000000.dpj: left out: a failure", "1 of 1 episodes left out"), said);
        SelectedEpisodes.Choice failures = new SelectedEpisodes.Choice(SelectedEpisodes.Label.FAILURE, false);
        assertEquals(1, SelectedEpisodes.of(open(second), failures, said::add).episodes());
    }

    private static final class Counting implements BagReader.Visitor {
        private final List<Long> times = new ArrayList<>();
        private long messages;

        @Override
        public void connection(BagConnection connection) {
            // any
        }

        @Override
        public void message(int connection, long timeNs, ByteBuffer message) {
            messages++;
            times.add(timeNs);
        }
    }
}
