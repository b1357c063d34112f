package dev.dpros.training.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.core.TensorData;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.hdf5.Hdf5Dataset;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.lerobot.SyntheticSet;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchSource;
import dev.dpros.training.frames.CachePlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches whose pictures come from the cache against those from memory; what becomes of a cache that is not as it was left. */
@Tag("long")
@Timeout(120)
class CachedTrainingTest {
    private static final Path SLICE = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");
    private static final Path ROBOMIMIC = Path.of("src/learn/src/test/resources/recording/hdf5/robomimic_latest.hdf5");
    /** A block for each episode. */
    private static final SyntheticSet.Size SIZE = new SyntheticSet.Size(40, 10, 64, 64, 2);
    private static final double RAW_GB = SIZE.rawBytes() / 1e9;

    @TempDir
    private static Path made;
    private static Path lerobot;
    /** The same episodes, quicker to open. */
    private static Path zarr;

    @TempDir
    private Path folder;

    private static Pass memory;

    /** What a training takes: first and second pass, a batch as recorded, batches held out. */
    private record Pass(List<Batch> training, Batch recorded, List<Batch> held) {
        static Pass of(TrainingData data) {
            List<Batch> training = new ArrayList<>();
            try (BatchSource batches = data.training()) {
                for (long n = 0; n < 2 * batches.batchesPerEpoch(); n++) {
                    training.add(copy(batches.next()));
                }
            }
            return new Pass(training, data.recorded(), data.heldOut());
        }

        void assertSame(Pass found) {
            CachedTrainingTest.assertSame(recorded, found.recorded, "recorded");
            for (int n = 0; n < training.size(); n++) {
                CachedTrainingTest.assertSame(training.get(n), found.training.get(n), "batch " + n);
            }
            assertEquals(held.size(), found.held.size());
            for (int i = 0; i < held.size(); i++) {
                CachedTrainingTest.assertSame(held.get(i), found.held.get(i), "held out " + i);
            }
        }
    }

    @BeforeAll
    static void make() throws Exception {
        lerobot = made.resolve("set");
        SyntheticSet.make(lerobot, SIZE);
        zarr = made.resolve("set.zarr");
        try (EpisodeDataset films = LerobotDataset.open(lerobot)) {
            ZarrExporter.export(films, zarr, Progress.NONE);
        }
        try (TrainingData data = CacheChild.data(made, CacheChild.twoCameras(SIZE, true), zarr, Map.of(), CacheChild::open)) {
            assertNull(data.cache());
            memory = Pass.of(data);
        }
    }

    private static ObjectNode policy() throws IOException {
        return (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_image/config.json").toFile());
    }

    private TrainingData data(ObjectNode policy, Path dataset, Map<String, Object> cache, Function<Path, EpisodeDataset> open) throws IOException {
        return CacheChild.data(folder, policy, dataset, cache, open);
    }

    private TrainingData data(double memoryGb, double diskGb) throws IOException {
        return data(CacheChild.twoCameras(SIZE, true), zarr, Map.of("memory_gb", memoryGb, "disk_gb", diskGb), CacheChild::open);
    }

    private static float[] values(TensorData tensor) {
        float[] out = new float[(int) tensor.count()];
        tensor.bytes().asFloatBuffer().get(out);
        return out;
    }

    /** To keep: the next one is made in the same memory. */
    private static Batch copy(Batch batch) {
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        batch.inputs().forEach((key, tensor) -> inputs.put(key, copy(tensor)));
        return new Batch(batch.size(), inputs, copy(batch.action()), copy(batch.mask()));
    }

    private static TensorData copy(TensorData tensor) {
        return TensorData.of(values(tensor), tensor.shape().stream().mapToLong(Long::longValue).toArray());
    }

    private static void assertSame(Batch expected, Batch found, String which) {
        assertEquals(expected.inputs().keySet(), found.inputs().keySet());
        expected.inputs().forEach((key, tensor) -> assertArrayEquals(values(tensor), values(found.inputs().get(key)), which + ", " + key));
        assertArrayEquals(values(expected.action()), values(found.action()), which);
        assertArrayEquals(values(expected.mask()), values(found.mask()), which);
    }

    private static void assertSame(TrainingData memory, TrainingData cached) {
        assertNull(memory.cache());
        assertNotNull(cached.cache());
        Pass.of(memory).assertSame(Pass.of(cached));
    }

    @Test
    void shouldMakeTheSameBatchesFromFilmsAndJpegAsFromMemory() throws IOException {
        try (TrainingData cached = data(CacheChild.twoCameras(SIZE, true), lerobot, Map.of("memory_gb", 0), CacheChild::open)) {
            assertTrue(cached.cache().plan().whole());
            memory.assertSame(Pass.of(cached));
            assertEquals(4L * 4 * SIZE.episodes() * SIZE.steps(), cached.bytes()); // state and action alone
        }
    }

    /** There is room for what is trained on and for four slots, through which go the six episodes that are held out. */
    @Test
    void shouldMakeTheSameBatchesWithWhatIsHeldOutNotStaying() throws IOException {
        try (TrainingData cached = data(0, RAW_GB * (SIZE.episodes() - 0.5) / SIZE.episodes())) {
            assertTrue(cached.cache().plan().whole());
            assertTrue(cached.cache().plan().slots() > 0);
            memory.assertSame(Pass.of(cached));
        }
    }

    @Test
    void shouldMakeTheSameBatchesFromReplayBufferAndHdf5() throws IOException {
        Map<String, Object> none = Map.of("memory_gb", 0);
        ObjectNode pusht = policy();
        ((ObjectNode) pusht.get("input_features")).withObject("observation.state").putArray("shape").add(5);
        try (TrainingData memory = data(pusht, SLICE, Map.of(), CacheChild::open);
                TrainingData cached = data(pusht, SLICE, none, CacheChild::open)) {
            assertSame(memory, cached);
        }
        ObjectNode square = policy();
        try (EpisodeDataset dataset = Hdf5Dataset.open(ROBOMIMIC, null)) {
            ObjectNode inputs = square.putObject("input_features");
            dataset.features().stream().filter(feature -> feature.visual()).forEach(feature -> inputs.putObject(feature.key()).put("type", "VISUAL")
                    .set("shape", new ObjectMapper().valueToTree(feature.shape())));
            assertTrue(inputs.size() > 0, "no camera");
            square.putNull("crop_shape");
            square.putObject("output_features").putObject("action").put("type", "ACTION").putArray("shape").add(7);
            square.put("horizon", 8).put("n_action_steps", 4);
        }
        Function<Path, EpisodeDataset> hdf5 = path -> Hdf5Dataset.open(path, null);
        try (TrainingData memory = data(square, ROBOMIMIC, Map.of(), hdf5); TrainingData cached = data(square, ROBOMIMIC, none, hdf5)) {
            assertSame(memory, cached);
        }
    }

    /** Windows of tool poses, of steps three apart: the pictures of a row are not the recorded row's. */
    @Test
    void shouldMakeTheSameBatchesOfToolPoses() throws IOException {
        ObjectNode policy = CacheChild.twoCameras(SIZE, true);
        ObjectNode inputs = (ObjectNode) policy.get("input_features");
        inputs.remove("observation.state");
        inputs.putObject("robot0_eef_pos").put("type", "STATE").putArray("shape").add(3);
        inputs.putObject("robot0_eef_rot_axis_angle").put("type", "STATE").putArray("shape").add(6);
        inputs.putObject("robot0_gripper_width").put("type", "STATE").putArray("shape").add(1);
        policy.putObject("output_features").putObject("action").put("type", "ACTION").putArray("shape").add(10);
        policy.put("horizon", 5).put("n_action_steps", 4).put("use_group_norm", true).putArray("down_dims").add(64).add(128);
        policy.putObject("trajectory").put("pred_action_steps_only", true).putObject("pose_repr").put("obs_pose_repr", "relative")
                .put("action_pose_repr", "relative");
        Map<String, Object> settings = Map.of("tool_poses", Map.of("down_sample_steps", 3, "action_padding", true), "columns", Map.of(
                "robot0_eef_pos", Map.of("from", List.of("observation.state", "action")),
                "robot0_eef_rot_axis_angle", Map.of("from", List.of("action", "observation.state"), "first", 1),
                "robot0_gripper_width", Map.of("from", List.of("observation.state"), "first", 1),
                "action", Map.of("from", List.of("action", "observation.state", "action", "observation.state"))));
        Map<String, Object> onDisk = new LinkedHashMap<>(settings);
        onDisk.put("cache", Map.of("memory_gb", 0));
        try (TrainingData memory = CacheChild.training(folder, policy, zarr, settings, CacheChild::open);
                TrainingData cached = CacheChild.training(folder, policy, zarr, onDisk, CacheChild::open)) {
            assertSame(memory, cached);
            assertTrue(cached.cache().counts().now().decoded() <= 2L * SIZE.episodes() * SIZE.steps(), "pictures decoded again");
        }
        onDisk.put("tool_poses", Map.of("down_sample_steps", 30));
        for (int turn = 0; turn < 2; turn++) { // the first one's file is not in use any more
            String refused = assertThrows(InputException.class, () -> CacheChild.training(folder, policy, zarr, onDisk, CacheChild::open)).getMessage();
            assertTrue(refused.contains("one of more than 90 steps"), refused);
        }
        onDisk.put("tool_poses", settings.get("tool_poses"));
        onDisk.put("cache", Map.of("memory_gb", 0, "disk_gb", 0.75 * RAW_GB));
        try (TrainingData memory = CacheChild.training(folder, policy, zarr, settings, CacheChild::open);
                TrainingData cached = CacheChild.training(folder, policy, zarr, onDisk, CacheChild::open);
                BatchSource expected = memory.training(); BatchSource found = cached.training()) {
            assertFalse(cached.cache().plan().whole());
            int[] size = new int[1];
            for (BatchSource batches : List.of(expected, found)) {
                for (long n = 0; n < batches.batchesPerEpoch(); n++) {
                    size[0] += (batches == expected ? 1 : -1) * batches.next().size();
                }
            }
            assertEquals(0, size[0]);
        }
    }

    /** What a window is made of, whole pictures and all. */
    private static Set<String> windows(BatchSource batches, int[] size) {
        Set<String> windows = new HashSet<>();
        for (long n = 0; n < batches.batchesPerEpoch(); n++) {
            Batch batch = batches.next();
            size[0] += batch.size();
            for (int i = 0; i < batch.size(); i++) {
                StringBuilder window = new StringBuilder();
                for (TensorData tensor : tensors(batch)) {
                    int length = (int) (tensor.count() / batch.size());
                    window.append(Arrays.hashCode(Arrays.copyOfRange(values(tensor), i * length, (i + 1) * length))).append(' ');
                }
                windows.add(window.toString());
            }
        }
        return windows;
    }

    private static List<TensorData> tensors(Batch batch) {
        List<TensorData> tensors = new ArrayList<>(batch.inputs().values());
        tensors.add(batch.action());
        tensors.add(batch.mask());
        return tensors;
    }

    @Test
    void shouldTakeEachWindowOnceInAPassWhenTheCacheIsTooSmallForAll() throws IOException {
        ObjectNode whole = CacheChild.twoCameras(SIZE, false);
        Map<String, Object> small = Map.of("memory_gb", 0, "disk_gb", 0.75 * RAW_GB);
        try (TrainingData memory = data(whole, zarr, Map.of(), CacheChild::open);
                TrainingData cached = data(whole, zarr, small, CacheChild::open);
                BatchSource expected = memory.training(); BatchSource found = cached.training()) {
            CachePlan plan = cached.cache().plan();
            assertFalse(plan.whole());
            assertTrue(plan.residentBytes() > 0 && plan.bytes() <= 0.75 * RAW_GB * 1e9, plan.bytes() + " bytes");
            for (int pass = 0; pass < 3; pass++) {
                int[] size = new int[2];
                Set<String> windows = windows(expected, size);
                int all = size[0];
                size[0] = 0;
                assertEquals(windows, windows(found, size), "pass " + pass);
                assertEquals(all, size[0]);
            }
            long outside = IntStream.range(0, plan.blocks().count()).filter(block -> !plan.resident(block)).count();
            long decoded = cached.cache().counts().now().decoded() / 2 / SIZE.steps();
            assertTrue(decoded <= plan.blocks().count() + 3 * outside, decoded + " blocks decoded, " + outside + " do not stay");
            assertTrue(Files.size(cached.cache().path()) <= 0.75 * RAW_GB * 1e9 + 8192);
        }
    }

    @Test
    void shouldMakeTheSameBatchAgainWhenTheCacheIsTooSmallForAll() throws IOException {
        List<Batch> straight = new ArrayList<>();
        try (TrainingData cached = data(0, 0.75 * RAW_GB); BatchSource batches = cached.training()) {
            for (int n = 0; n < 2 * batches.batchesPerEpoch(); n++) {
                straight.add(copy(batches.next()));
            }
        }
        try (TrainingData cached = data(0, 0.75 * RAW_GB); BatchSource batches = cached.training()) {
            for (int n : new int[] {straight.size() - 1, 3, straight.size() / 2}) {
                batches.restore(n);
                assertSame(straight.get(n), batches.next(), "batch " + n);
            }
        }
        assertTrue(assertThrows(InputException.class, () -> data(0, 0.001)).getMessage().startsWith("cache.disk_gb: size: expected at least 0.0"));
    }

    private void write(long at, int... bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("run/frames.cache").toFile(), "rw")) {
            file.seek(at);
            for (int value : bytes) {
                file.write(value);
            }
        }
    }

    @Test
    void shouldGoOnWithAKilledRunsCacheAndTrustNothingThatIsDamaged() throws Exception {
        Process child = CacheChild.start("-Xmx64m", "kill", folder, zarr);
        try (BufferedReader lines = child.inputReader()) {
            assertEquals("batch", lines.readLine());
        } finally {
            child.destroyForcibly().waitFor();
        }
        try (TrainingData cached = data(0, 20)) {
            assertEquals("", cached.cache().discarded());
            assertTrue(cached.cache().counts().claimed() > 0, "no block of the killed run is taken up");
            memory.assertSame(Pass.of(cached));
            assertEquals(0, cached.cache().counts().now().damaged());
        }
        long size = Files.size(folder.resolve("run/frames.cache"));
        write(size - SIZE.rawBytes() / 2, 1, 2, 3, 4, 5, 6, 7, 8); // pictures of a block in the middle
        write(4096 + 16 * 3, 9, 9, 9); // what is said of block 3
        try (TrainingData cached = data(0, 20)) {
            assertEquals(SIZE.episodes() - 1, cached.cache().counts().claimed());
            memory.assertSame(Pass.of(cached));
            assertEquals(1, cached.cache().counts().now().damaged());
        }
        Path ends = zarr.resolve("meta/episode_ends/.zarray");
        Files.setLastModifiedTime(ends, FileTime.fromMillis(Files.getLastModifiedTime(ends).toMillis() + 2000));
        try (TrainingData cached = data(0, 20)) {
            assertEquals("it is of other data or another size", cached.cache().discarded());
            assertEquals(0, cached.cache().counts().claimed());
        }
    }

    @Test
    void shouldDecodeAgainWhatIsCutOffOrOverwrittenMeanwhile() throws IOException {
        try (TrainingData cached = data(0, 20)) {
            memory.assertSame(Pass.of(cached));
            write(Files.size(cached.cache().path()) / 4, new int[5000]);
            try (RandomAccessFile file = new RandomAccessFile(cached.cache().path().toFile(), "rw")) {
                file.setLength(file.length() / 2);
            }
            memory.assertSame(Pass.of(cached));
            assertTrue(cached.cache().counts().now().damaged() > SIZE.episodes() / 3);
        }
    }

    @Test
    void shouldEndWithWhatIsWrongWithAPicture() throws IOException {
        Path film = lerobot.resolve("videos/chunk-000/observation.images.front/episode_000007.mp4");
        byte[] before = Files.readAllBytes(film);
        try {
            byte[] damaged = before.clone();
            Arrays.fill(damaged, 200, damaged.length / 2, (byte) 0x55);
            Files.write(film, damaged);
            try (TrainingData cached = data(CacheChild.twoCameras(SIZE, true), lerobot, Map.of("memory_gb", 0), CacheChild::open);
                    BatchSource batches = cached.training()) {
                String line = assertThrows(InputException.class, () -> {
                    for (int n = 0; n < batches.batchesPerEpoch(); n++) {
                        batches.next();
                    }
                }).getMessage();
                assertTrue(line.contains("episode_000007.mp4"), line);
            }
        } finally {
            Files.write(film, before);
        }
    }

    /** The child's heap is all there from the beginning; what grows beyond is far less than the pictures. */
    @Test
    void shouldTakeNoMemoryForThePicturesAndSayInOneLineThatTheDiskHasNoRoom() throws Exception {
        SyntheticSet.Size large = new SyntheticSet.Size(6, 40, 240, 320, 1);
        Path set = folder.resolve("large");
        SyntheticSet.make(set, large);
        Process child = CacheChild.start("-Xmx80m", "large", folder, set);
        List<String> said = child.inputReader().lines().toList();
        assertEquals(0, child.waitFor(), said::toString);
        long grown = Long.parseLong(said.get(0));
        assertTrue(grown < large.rawBytes() / 2, "anonymous memory grew by " + grown + " bytes of " + large.rawBytes());
        assertTrue(said.get(1).matches(".*frames.cache: free space for the cache of pictures: expected 0.111 GB, found [\\d.]+ GB; free some, or set "
                + "cache.disk_gb lower or cache.folder to another disk"), said.get(1));
    }
}
