package dev.dpros.datasets.zarr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EditedEpisodes;
import dev.dpros.datasets.EpisodeEdits;
import dev.dpros.datasets.PathNames;
import dev.dpros.datasets.lerobot.LerobotExporter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replay buffers as labs' own scripts write them; arrays are written by the format's description. */
class ZarrFormsTest {
    private static final int STEPS = 6;
    private static final String ARRAY = "{\"zarr_format\": 2, \"order\": \"C\", \"filters\": null, \"compressor\": null, "
            + "\"dtype\": \"%s\", \"shape\": %s, \"chunks\": %s, \"fill_value\": %s}";

    @TempDir
    private Path folder;
    private Path root;

    @BeforeEach
    void create() throws IOException {
        root = folder.resolve("lab.zarr");
        ends(3, 6);
        array("data/action", "<f4", new int[] {STEPS, 2}, new int[] {4, 2}, i -> i, "0");
    }

    private void ends(int... values) throws IOException {
        array("meta/episode_ends", "<i8", new int[] {values.length}, new int[] {values.length}, i -> values[i], "0");
    }

    /** Writes an array without compression: element i of the whole array has value(i), what lies beyond its edge 77. */
    private void array(String name, String dtype, int[] shape, int[] chunks, IntUnaryOperator value, String fill) throws IOException {
        Path directory = Files.createDirectories(root.resolve(name));
        Files.writeString(directory.resolve(".zarray"),
                ARRAY.formatted(dtype, Arrays.toString(shape), Arrays.toString(chunks), fill));
        chunk(directory, dtype, shape, chunks, value, new int[shape.length], 0);
    }

    private static void chunk(Path directory, String dtype, int[] shape, int[] chunks, IntUnaryOperator value, int[] index, int axis)
            throws IOException {
        if (axis < shape.length) {
            for (index[axis] = 0; index[axis] * chunks[axis] < shape[axis]; index[axis]++) {
                chunk(directory, dtype, shape, chunks, value, index, axis + 1);
            }
            return;
        }
        int count = Arrays.stream(chunks).reduce(1, (a, b) -> a * b);
        ByteBuffer out = ByteBuffer.allocate(count * (dtype.charAt(2) - '0'))
                .order(dtype.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int element = element(i, shape, chunks, index);
            put(out, dtype, element < 0 ? 77 : value.applyAsInt(element));
        }
        String name = Arrays.stream(index).mapToObj(Integer::toString).reduce((a, b) -> a + "." + b).orElseThrow();
        Files.write(directory.resolve(name), out.array());
    }

    /** Index in the whole array of a chunk's element, or -1 beyond its edge. */
    private static int element(int inChunk, int[] shape, int[] chunks, int[] index) {
        int rest = inChunk;
        int element = 0;
        int stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            int at = index[d] * chunks[d] + rest % chunks[d];
            rest /= chunks[d];
            if (at >= shape[d]) {
                return -1;
            }
            element += at * stride;
            stride *= shape[d];
        }
        return element;
    }

    private static void put(ByteBuffer out, String dtype, int value) {
        switch (dtype.substring(1)) {
            case "u1", "i1", "b1" -> out.put((byte) value);
            case "u2", "i2" -> out.putShort((short) value);
            case "f2" -> out.putShort((short) (value == 0 ? 0 : 0x3C00)); // 0 and 1
            case "u4", "i4" -> out.putInt(value);
            case "f4" -> out.putFloat(value);
            case "f8" -> out.putDouble(value);
            default -> out.putLong(value);
        }
    }

    private static int find(ZarrDataset dataset, String key) {
        return dataset.features().stream().map(DatasetFeature::key).toList().indexOf(key);
    }

    private static float[] vector(ZarrDataset dataset, String key, int episode, int step) {
        int feature = find(dataset, key);
        float[] out = new float[dataset.features().get(feature).size()];
        dataset.episode(episode).vector(feature, step, out, 0);
        return out;
    }

    private static List<String> ids(ZarrDataset dataset) {
        return IntStream.range(0, dataset.episodes()).mapToObj(i -> dataset.episode(i).id()).toList();
    }

    /** Buffers of two days have one name, and episodes of fixed length one length. */
    @Test
    void shouldTellEpisodesOfTwoBuffersApart() throws IOException {
        List<String> first = ids(ZarrDataset.open(root, 10));
        assertEquals(first, ids(ZarrDataset.open(root, 10)));
        root = folder.resolve("tuesday/lab.zarr");
        ends(3, 6);
        array("data/action", "<f4", new int[] {STEPS, 2}, new int[] {4, 2}, i -> i == 5 ? 50 : i, "0");
        List<String> second = ids(ZarrDataset.open(root, 10));
        assertNotEquals(first.get(0), second.get(0));
        assertEquals(first.get(1), second.get(1), "the same values under the same name: a copy");
    }

    /** Another stretch of the same length, into the same target. */
    @Test
    void shouldNotGoOnWithAnotherEdit() {
        Path target = folder.resolve("edited.zarr");
        Progress failing = new Progress() {
            @Override
            public void begin(String what, long total) {}

            @Override
            public void advance(long by) {
                if (Files.exists(folder.resolve(".edited.zarr.partial/data/action/0.0"))) {
                    throw new IllegalStateException("interrupted");
                }
            }
        };
        assertThrows(IllegalStateException.class, () -> ZarrExporter.export(trimmed(0, 0.2), target, failing));
        ZarrExporter.export(trimmed(0.1, 0.3), target, Progress.NONE);
        assertArrayEquals(new float[] {2, 3}, vector(ZarrDataset.open(target, 10), "action", 0, 0));
    }

    private EditedEpisodes trimmed(double fromS, double toS) {
        ZarrDataset dataset = ZarrDataset.open(root, 10);
        EpisodeEdits edits = new EpisodeEdits();
        edits.trim(0, fromS, toS);
        edits.drop(1);
        return new EditedEpisodes(dataset, edits.plan(EditedEpisodes.facts(dataset)));
    }

    @Test
    void shouldReadAnyChunkGrid() throws IOException {
        array("data/grid", "<f4", new int[] {STEPS, 5, 7}, new int[] {4, 2, 3}, i -> i, "0");
        array("data/large", "<f4", new int[] {STEPS, 2}, new int[] {16, 8}, i -> i, "0");

        ZarrDataset read = ZarrDataset.open(root, 10);

        float[] row = vector(read, "observation.grid", 1, 2);
        for (int i = 0; i < 35; i++) {
            assertEquals(5 * 35 + i, row[i]);
        }
        assertArrayEquals(new float[] {8, 9}, vector(read, "observation.large", 1, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<f2", ">f4", "<f8", "|u1", "|i1", "<u2", ">i2", "<u4", "<i8", "|b1"})
    void shouldReadEveryKindOfNumber(String dtype) throws IOException {
        array("data/x", dtype, new int[] {STEPS, 2}, new int[] {4, 2}, i -> i % 2, "0");

        assertArrayEquals(new float[] {0, 1}, vector(ZarrDataset.open(root, 10), "observation.x", 1, 2));
    }

    @Test
    void shouldTakeTheFillValueOfAChunkThatIsMissing() throws IOException {
        array("data/x", "<f4", new int[] {STEPS, 2}, new int[] {4, 2}, i -> i, "3.5");
        array("data/y", "<f8", new int[] {STEPS, 2}, new int[] {4, 2}, i -> i, "\"NaN\"");
        Files.delete(root.resolve("data/x/1.0"));
        Files.delete(root.resolve("data/y/1.0"));

        ZarrDataset read = ZarrDataset.open(root, 10);

        assertArrayEquals(new float[] {6, 7}, vector(read, "observation.x", 1, 0));
        assertArrayEquals(new float[] {3.5f, 3.5f}, vector(read, "observation.x", 1, 2));
        assertTrue(Float.isNaN(vector(read, "observation.y", 1, 2)[0]));
    }

    @Test
    void shouldReadPicturesOfAnyForm() throws IOException {
        int[] last = {STEPS, 8, 9, 3};
        array("data/bytes", "|u1", last, new int[] {2, 8, 9, 3}, i -> i % 251, "0");
        array("data/floats", "<f4", last, new int[] {2, 4, 5, 3}, i -> i % 251, "0");
        array("data/unit", "<f4", last, last, i -> i % 2, "0");
        array("data/first", "|u1", new int[] {STEPS, 3, 8, 9}, new int[] {2, 3, 8, 9}, i -> i % 216 / 72, "0");
        array("data/depth", "<u2", new int[] {STEPS, 8, 9}, new int[] {2, 8, 9}, i -> i, "0");

        ZarrDataset read = ZarrDataset.open(root, 10);

        byte[] bytes = picture(read, "bytes");
        assertArrayEquals(bytes, picture(read, "floats"));
        assertEquals(4 * 216 % 251, bytes[0] & 255);
        assertArrayEquals(new byte[] {0, -1, 0}, Arrays.copyOf(picture(read, "unit"), 3));
        assertArrayEquals(new byte[] {0, 1, 2}, Arrays.copyOf(picture(read, "first"), 3));
        assertEquals(FeatureSpec.Kind.STATE, read.features().get(find(read, "observation.depth")).kind());
    }

    private static byte[] picture(ZarrDataset read, String name) {
        int feature = find(read, "observation.images." + name);
        assertEquals(List.of(3, 8, 9), read.features().get(feature).shape());
        byte[] rgb = new byte[216];
        read.episode(1).frame(feature, 1, rgb);
        return rgb;
    }

    @Test
    void shouldLeaveOutWhatItCannotReadAndNameIt() throws IOException {
        Path text = Files.createDirectories(root.resolve("data/instruction"));
        Files.writeString(text.resolve(".zarray"), ARRAY.formatted("<U12", "[6]", "[6]", "\"\""));
        Files.createDirectories(folder.resolve("videos/0"));

        ZarrDataset read = ZarrDataset.open(root, 10);

        assertEquals(List.of("action"), read.features().stream().map(DatasetFeature::key).toList());
        assertTrue(read.leftOut().get(0).contains("instruction") && read.leftOut().get(0).contains("<U12"), read.leftOut().toString());
        assertTrue(read.leftOut().get(1).contains("videos"), read.leftOut().toString());
    }

    @Test
    void shouldSkipAndCountEmptyEpisodes() throws IOException {
        ends(0, 3, 3, 3, 6);

        ZarrDataset read = ZarrDataset.open(root, 10);

        assertEquals(2, read.episodes());
        assertArrayEquals(new float[] {6, 7}, vector(read, "action", 1, 0));
        assertTrue(read.faults().get(0).contains("3 episodes without a step"), read.faults().toString());
    }

    @Test
    void shouldNameFormatThree() throws IOException {
        Files.writeString(root.resolve("zarr.json"), "{\"zarr_format\": 3, \"node_type\": \"group\"}");

        assertTrue(ZarrDataset.is(root));
        assertTrue(assertThrows(InputException.class, () -> ZarrDataset.open(root, 10)).getMessage().contains("zarr_format=2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../outside", "/etc", "..", ".", "", "a/b", "a\\b", "a\nb", ".hidden", "x:y"})
    void shouldNotLeaveItsFolderForAName(String name) {
        InputException e = assertThrows(InputException.class, () -> PathNames.inside(folder, "column", name));
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void shouldNotExportAColumnWhoseNameLeadsElsewhere() throws IOException {
        int[] shape = {STEPS, 64, 64, 3};
        array("data/img", "|u1", shape, shape, i -> i, "0");
        Files.writeString(root.resolve("data/img/.zattrs"), "{\"dpros_key\": \"../../../outside\"}");
        try (ZarrDataset read = ZarrDataset.open(root, 10)) {
            InputException e = assertThrows(InputException.class,
                    () -> LerobotExporter.export(read, folder.resolve("a/b/out"), Progress.NONE));
            assertTrue(e.getMessage().contains("'../../../outside'"), e.getMessage());
        }
        assertTrue(Files.notExists(folder.resolve("outside")) && Files.notExists(folder.resolve("a/outside")));
    }
}
