package dev.dpros.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.rosbag.BagExporter;
import dev.dpros.datasets.rosbag.BagImporter;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.ExternalReader;
import dev.dpros.transports.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Round trips of a slice of the public PushT data through the journal and every format. */
@Timeout(180)
class DatasetFormatsTest {
    private static final Path RESOURCES = Path.of("src/learn/src/test/resources/recording");

    @TempDir
    Path directory;

    private Path journals;

    @BeforeEach
    void importSlice() {
        journals = directory.resolve("journals");
        try (EpisodeStore store = EpisodeStore.open(journals)) {
            assertEquals(3, importer(store).importAll(slice("zlib"), Progress.NONE));
        }
    }

    private static DatasetImporter importer(EpisodeStore store) {
        return new DatasetImporter(store, new RosMessageReaders(Transports::recorded));
    }

    private static ZarrDataset slice(String codec) {
        return ZarrDataset.open(RESOURCES.resolve("pusht_slice_" + codec + ".zarr"), 10);
    }

    private JournalDataset recorded() {
        return JournalDataset.open(journals, null, new RosMessageReaders(Transports::recorded));
    }

    private static void assertSame(EpisodeDataset expected, EpisodeDataset actual) {
        assertEquals(expected.episodes(), actual.episodes());
        assertEquals(expected.fps(), actual.fps());
        for (int e = 0; e < expected.episodes(); e++) {
            try (EpisodeDataset.Episode a = expected.episode(e); EpisodeDataset.Episode b = actual.episode(e)) {
                assertEquals(a.length(), b.length());
                assertEquals(a.id(), b.id());
                assertEquals(a.success(), b.success());
                for (int f = 0; f < expected.features().size(); f++) {
                    assertSame(expected.features().get(f), f, a, actual, b);
                }
            }
        }
    }

    private static void assertSame(DatasetFeature feature, int f, EpisodeDataset.Episode a, EpisodeDataset actual,
            EpisodeDataset.Episode b) {
        int g = actual.features().stream().map(DatasetFeature::key).toList().indexOf(feature.key());
        assertTrue(g >= 0, feature.key() + " in " + actual.features());
        assertEquals(feature.shape(), actual.features().get(g).shape());
        for (int step = 0; step < a.length(); step++) {
            if (feature.visual()) {
                byte[] left = new byte[feature.size()];
                byte[] right = new byte[feature.size()];
                a.frame(f, step, left);
                b.frame(g, step, right);
                assertArrayEquals(left, right, feature.key() + " step " + step);
            } else {
                float[] left = new float[feature.size()];
                float[] right = new float[feature.size()];
                a.vector(f, step, left, 0);
                b.vector(g, step, right, 0);
                assertArrayEquals(left, right, feature.key() + " step " + step);
            }
        }
    }

    @Test
    void shouldReadBloscAndZlibAlike() {
        List<DatasetFeature> features = slice("zlib").features();
        assertEquals(List.of("action", "observation.image", "observation.keypoint", "observation.n_contacts",
                "observation.state"), features.stream().map(DatasetFeature::key).toList());
        for (int e = 0; e < 3; e++) {
            for (int f = 0; f < features.size(); f++) {
                assertSame(features.get(f), f, slice("zlib").episode(e), slice("blosc"), slice("blosc").episode(e));
            }
        }
    }

    @Test
    void shouldKeepEveryValueFromZarrToJournal() {
        assertSame(slice("zlib"), recorded());
    }

    @Test
    void shouldSkipEpisodesThatAnInterruptedImportLeft() throws Exception {
        Files.delete(EpisodeStore.path(journals, 2));
        try (EpisodeStore store = EpisodeStore.open(journals)) {
            assertEquals(1, importer(store).importAll(slice("zlib"), Progress.NONE));
        }
        assertSame(slice("zlib"), recorded());
    }

    @Test
    void shouldKeepEveryValueFromJournalToZarr() {
        Path target = directory.resolve("out.zarr");
        ZarrExporter.export(recorded(), target, Progress.NONE);
        assertSame(recorded(), ZarrDataset.open(target, 1));
        assertThrows(InputException.class, () -> ZarrExporter.export(recorded(), target, Progress.NONE));
    }

    @Test
    void shouldContinueAnInterruptedZarrExport() throws Exception {
        Path target = directory.resolve("out.zarr");
        Progress failing = new Progress() {
            private int steps;

            @Override
            public void begin(String what, long total) {}

            @Override
            public void advance(long by) {
                if (++steps == 20) {
                    throw new IllegalStateException("interrupted");
                }
            }
        };
        assertThrows(IllegalStateException.class, () -> ZarrExporter.export(recorded(), target, failing));
        assertFalse(Files.exists(target));
        ZarrExporter.export(recorded(), target, Progress.NONE);
        assertSame(recorded(), ZarrDataset.open(target, 1));
        assertFalse(Files.exists(directory.resolve(".out.zarr.partial")));
    }

    /** Whoever sees that an export is aligned wrongly stops it, corrects the configuration, and starts it again. */
    @Test
    void shouldNotGoOnWithAnExportOfAnotherAlignment() {
        DatasetLayout given = recorded().layout();
        List<DatasetLayout.Field> fields = new ArrayList<>();
        for (DatasetLayout.Field field : given.fields()) {
            fields.add(new DatasetLayout.Field(field.key(), field.kind(), field.source(), field.path(), field.stamp(),
                    field.key().equals("action") ? 100 : 0, field.align(), field.shape(), field.names()));
        }
        JournalDataset late = JournalDataset.open(journals, new DatasetLayout(given.fps(), fields), new RosMessageReaders(Transports::recorded));
        Path target = directory.resolve("out.zarr");
        assertThrows(IllegalStateException.class, () -> ZarrExporter.export(recorded(), target, interrupted(24)));
        ZarrExporter.export(late, target, Progress.NONE);
        assertSame(late, ZarrDataset.open(target, 1));
    }

    private static Progress interrupted(int after) {
        return new Progress() {
            private int steps;

            @Override
            public void begin(String what, long total) {
                steps = 0;
            }

            @Override
            public void advance(long by) {
                if (++steps == after) {
                    throw new IllegalStateException("interrupted");
                }
            }
        };
    }

    @Test
    void shouldNameTheFileOfADamagedBloscChunk() throws Exception {
        Path target = directory.resolve("out.zarr");
        ZarrExporter.export(recorded(), target, Progress.NONE);
        Path chunk = target.resolve("data/action/0.0");
        byte[] bytes = Files.readAllBytes(chunk);
        bytes[5] ^= 0x7F;
        Files.write(chunk, bytes);
        InputException error = assertThrows(InputException.class,
                () -> ZarrDataset.open(target, 1).episode(0).vector(0, 0, new float[2], 0));
        assertTrue(error.getMessage().contains("action/0.0: blosc chunk"), error.getMessage());
    }

    @Test
    @Tag("realpeer")
    void shouldWriteAReplayBufferThatPythonZarrReads() throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import zarr");
        Path target = directory.resolve("out.zarr");
        ZarrExporter.export(recorded(), target, Progress.NONE);
        String output = ExternalReader.python("""
                import sys, zarr, numpy as np
                a, b = zarr.open(sys.argv[1], 'r'), zarr.open(sys.argv[2], 'r')
                names = {'action': 'action', 'img': 'image', 'keypoint': 'keypoint', 'state': 'state', 'n_contacts': 'n_contacts'}
                assert sorted(b['data'].array_keys()) == sorted(names.values()), list(b['data'].array_keys())
                for old, new in names.items():
                    x, y = a['data'][old][:], b['data'][new][:]
                    assert x.dtype == y.dtype and np.array_equal(x, y), old
                assert np.array_equal(a['meta/episode_ends'][:], b['meta/episode_ends'][:])
                assert b['meta/episode_ends'].dtype == np.int64
                c = b['data/image'].compressor
                print(c.cname, c.clevel, c.shuffle)
                """, RESOURCES.resolve("pusht_slice_blosc.zarr").toString(), target.toString());
        assertEquals("zstd 5 2", output.strip());
    }

    @Test
    @Tag("realpeer")
    void shouldWriteBagsThatRosbagReadsMessageForMessage() throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import rosbag, sensor_msgs.msg");
        Path bags = directory.resolve("bags");
        BagExporter.export(recorded().journals(), bags, Progress.NONE);
        Path bag = bags.resolve("episode_000001.bag");
        String info = ExternalReader.run("rosbag", "info", bag.toString());
        assertTrue(info.contains("messages:    36"), info);
        assertTrue(info.contains("sensor_msgs/Image"), info);
        ExternalReader.run("rosbag", "check", bag.toString());
        String values = ExternalReader.python("""
                import sys, rosbag
                n = 0
                for topic, m, t in rosbag.Bag(sys.argv[1]).read_messages():
                    if topic == '/action':
                        print(m.data[0], m.data[1])
                    if topic == '/image':
                        assert (m.width, m.height, m.encoding, len(m.data)) == (96, 96, 'rgb8', 27648)
                        assert m.header.stamp == t
                """, bag.toString());
        StringBuilder expected = new StringBuilder();
        EpisodeDataset slice = slice("zlib");
        float[] action = new float[2];
        for (int step = 0; step < slice.episode(1).length(); step++) {
            slice.episode(1).vector(0, step, action, 0);
            expected.append((double) action[0]).append(' ').append((double) action[1]).append('\n');
        }
        assertEquals(expected.toString(), values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "bz2", "lz4"})
    @Tag("realpeer")
    void shouldImportBagsThatRosbagWroteInEveryCompression(String compression) throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import rosbag, std_msgs.msg; rosbag.Compression.LZ4");
        BagExporter.export(recorded().journals(), directory.resolve("bags"), Progress.NONE);
        Path rewritten = directory.resolve("rewritten.bag");
        ExternalReader.python("""
                import sys, rosbag
                with rosbag.Bag(sys.argv[2], 'w', compression=sys.argv[3]) as out:
                    for topic, m, t in rosbag.Bag(sys.argv[1]).read_messages():
                        out.write(topic, m, t)
                """, directory.resolve("bags/episode_000001.bag").toString(), rewritten.toString(), compression);
        Map<String, String> topics = new LinkedHashMap<>();
        recorded().layout().fields().forEach(field -> topics.put("/" + field.source(), field.source()));
        Path journal;
        try (EpisodeStore store = EpisodeStore.open(directory.resolve("imported"))) {
            journal = new BagImporter(topics, recorded().layout(), "push", new RosMessageReaders(Transports::recorded)).importBag(rewritten, store);
        }
        JournalDataset back = JournalDataset.open(journal, null, new RosMessageReaders(Transports::recorded));
        EpisodeDataset original = recorded();
        assertEquals(original.features(), back.features());
        for (int f = 0; f < original.features().size(); f++) {
            assertSame(original.features().get(f), f, original.episode(1), back, back.episode(0));
        }
    }

    @Test
    void shouldNameTheTopicThatABagLacks() {
        BagExporter.export(recorded().journals(), directory.resolve("bags"), Progress.NONE);
        BagImporter importer = new BagImporter(Map.of("/imagee", "image"), null, "", new RosMessageReaders(Transports::recorded));
        try (EpisodeStore store = EpisodeStore.open(directory.resolve("imported"))) {
            InputException error = assertThrows(InputException.class,
                    () -> importer.importBag(directory.resolve("bags/episode_000000.bag"), store));
            assertTrue(error.getMessage().contains("did you mean '/image'"), error.getMessage());
        }
    }
}
