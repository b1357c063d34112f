package dev.dpros.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class WindowBatchesTest {
    private static final FeatureSpec STATE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 1);
    private static final FeatureSpec IMAGE = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 4, 6);
    private static final FeatureSpec ACTION = FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 1);

    /** Two episodes of 6 and 5 steps; state and action are the row's number, pixel (y, x) of row r has red r, green y, blue x. */
    private static ReplayData data() {
        float[] rows = new float[11];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        Frames frames = (row, rgb) -> {
            for (int i = 0; i < rgb.length; i += 3) {
                rgb[i] = (byte) row;
                rgb[i + 1] = (byte) (i / 3 / 6);
                rgb[i + 2] = (byte) (i / 3 % 6);
            }
        };
        return new ReplayData("test", List.of(STATE, IMAGE, ACTION), new int[] {6, 11},
                Map.of("observation.state", rows, "action", rows), Map.of("observation.image", frames));
    }

    private static WindowBatches batches(boolean train, int size) {
        ReplayData data = data();
        EpisodeWindows windows = new EpisodeWindows(data.ends(), 4, 1, 2, e -> true);
        return new WindowBatches(List.of(new WindowBatches.Part(data, windows, 1)), Map.of(),
                new WindowBatches.Options(2, 4, size, 5, train, List.of(2, 3), null));
    }

    private static float[] values(TensorData tensor) {
        float[] out = new float[(int) tensor.count()];
        tensor.bytes().asFloatBuffer().get(out);
        return out;
    }

    /** 64 windows of two whole pictures of a camera of today. */
    @Test
    void shouldSayThatABatchIsTooLarge() {
        FeatureSpec camera = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 1080, 1920);
        ReplayData data = new ReplayData("test", List.of(camera, ACTION), new int[] {64}, Map.of("action", new float[64]),
                Map.of(camera.key(), (row, rgb) -> { }));
        WindowBatches all = new WindowBatches(List.of(new WindowBatches.Part(data, new EpisodeWindows(data.ends(), 2, 0, 1, e -> true), 1)), Map.of(),
                new WindowBatches.Options(2, 2, 64, 5, false, null, null));
        String line = assertThrows(InputException.class, () -> all.make(0)).getMessage();
        assertEquals("loader.batch_size: values of a batch: expected at most 2 GiB of one feature, found 3.0 GiB for 64 windows; "
                + "a smaller batch and more loader.micro_batches, or a crop", line);
    }

    @Test
    void shouldPadWindowsAsTheReferencesSampler() {
        WindowBatches all = batches(false, 100);
        assertEquals(6 + 5, all.windows());
        Batch batch = all.make(0);
        float[] actions = values(batch.action());
        float[] mask = values(batch.mask());
        assertArrayEquals(new float[] {0, 0, 1, 2}, Arrays.copyOfRange(actions, 0, 4));
        assertArrayEquals(new float[] {0, 1, 1, 1}, Arrays.copyOfRange(mask, 0, 4));
        assertArrayEquals(new float[] {4, 5, 5, 5}, Arrays.copyOfRange(actions, 20, 24));
        assertArrayEquals(new float[] {1, 1, 0, 0}, Arrays.copyOfRange(mask, 20, 24));
        assertArrayEquals(new float[] {6, 6, 7, 8}, Arrays.copyOfRange(actions, 24, 28));
        assertArrayEquals(new float[] {4, 5}, Arrays.copyOfRange(values(batch.inputs().get(STATE.key())), 10, 12));
    }

    /** LeRobot's ways: rows 0 to 10 have mean 5 and deviation sqrt(10). */
    @Test
    void shouldFitMeansAndDeviations() {
        Map<String, Normalizer> fitted = FittedNormalizers.fit(List.of(data()), Map.of(STATE.key(), FittedNormalizers.Rule.MEAN_STD,
                IMAGE.key(), FittedNormalizers.Rule.IMAGENET));

        assertEquals(0, fitted.get(STATE.key()).normalize(0, 5), 1e-6);
        assertEquals(Math.sqrt(2.5), fitted.get(STATE.key()).normalize(0, 10), 1e-6);
        assertEquals((0.2 - 0.406) / 0.225, fitted.get(IMAGE.key()).normalize(2, 0.2f), 1e-6);
        assertEquals(1, fitted.get(ACTION.key()).normalize(0, 10), 1e-6);
        assertThrows(InputException.class, () -> FittedNormalizers.fit(List.of(data()), Map.of(STATE.key(), FittedNormalizers.Rule.IMAGENET)));
        assertThrows(InputException.class, () -> FittedNormalizers.fit(List.of(data()), Map.of(IMAGE.key(), FittedNormalizers.Rule.MEAN_STD)));
    }

    @Test
    void shouldCropAtTheCentreInValidationAndAnywhereInTraining() {
        float[] centre = values(batches(false, 1).make(1).inputs().get(IMAGE.key()));
        assertEquals(2 * 3 * 2 * 3, centre.length);
        assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0, 1 / 255f, 1 / 255f, 1 / 255f, 2 / 255f, 2 / 255f, 2 / 255f},
                Arrays.copyOfRange(centre, 0, 12));
        List<Float> corners = new ArrayList<>();
        for (int n = 0; n < 40; n++) {
            corners.add(values(batches(true, 1).make(n).inputs().get(IMAGE.key()))[6] * 255);
        }
        assertEquals(List.of(0f, 1f, 2f), corners.stream().distinct().sorted().toList());
    }

    @Test
    void shouldMakeTheSameBatchAgainAndEachWindowOncePerPass() {
        WindowBatches first = batches(true, 4);
        WindowBatches second = batches(true, 4);
        second.make(17);
        assertArrayEquals(values(first.make(5).inputs().get(IMAGE.key())), values(second.make(5).inputs().get(IMAGE.key())));
        Set<List<Float>> seen = new HashSet<>();
        for (int n = 0; n < first.batchesPerEpoch(); n++) {
            float[] actions = values(first.make(n).action());
            for (int i = 0; i < actions.length; i += 4) {
                seen.add(List.of(actions[i], actions[i + 1], actions[i + 2], actions[i + 3]));
            }
        }
        assertEquals(first.windows(), seen.size());
        assertFalse(Arrays.equals(values(first.make(0).action()), values(first.make(first.batchesPerEpoch()).action())));
    }

    @Test
    void shouldContinueWhereItWasRestored() {
        try (PrefetchingBatches straight = new PrefetchingBatches(batches(true, 4), 2, 3);
                PrefetchingBatches resumed = new PrefetchingBatches(batches(true, 4), 1, 5)) {
            for (int i = 0; i < 7; i++) {
                straight.next();
            }
            resumed.next();
            resumed.restore(straight.position());
            assertArrayEquals(values(straight.next().action()), values(resumed.next().action()));
            assertEquals(8, resumed.position());
        }
    }

    /** Of 40 batches with 2 ahead: what the trainer has, and those. */
    @Test
    void shouldMakeBatchesWhereEarlierOnesWere() {
        WindowBatches maker = batches(true, 4);
        Set<BatchMemory> used = ConcurrentHashMap.newKeySet();
        BatchMaker watched = new BatchMaker() {
            @Override
            public long batchesPerEpoch() {
                return maker.batchesPerEpoch();
            }

            @Override
            public Batch make(long n, BatchMemory memory) {
                used.add(memory);
                return maker.make(n, memory);
            }
        };
        try (PrefetchingBatches source = new PrefetchingBatches(watched, 2, 2)) {
            for (int n = 0; n < 40; n++) {
                Batch batch = source.next();
                Batch alone = maker.make(n);
                assertArrayEquals(values(alone.action()), values(batch.action()));
                assertArrayEquals(values(alone.mask()), values(batch.mask()));
                alone.inputs().forEach((key, values) -> assertArrayEquals(values(values), values(batch.inputs().get(key))));
            }
        }
        assertTrue(used.size() <= 3, used.size() + " memories");
    }

    @Test
    void shouldGiveMemoryByNameAndSize() {
        BatchMemory memory = new BatchMemory();
        memory.floats("a", 4).putFloat(0, 7);
        memory.floats("b", 4).putFloat(0, 8);
        assertEquals(7, memory.floats("a", 2).getFloat(0));
        assertEquals(8, memory.floats("a", 2).remaining());
        assertEquals(0, memory.floats("a", 9).getFloat(0), "larger: elsewhere");
        assertThrows(ArithmeticException.class, () -> memory.floats("a", 1 << 29));
    }

    @Test
    void shouldPassOnWhatLoadingFound() {
        try (PrefetchingBatches broken = new PrefetchingBatches(new BatchMaker() {
            @Override
            public long batchesPerEpoch() {
                return 1;
            }

            @Override
            public Batch make(long n, BatchMemory memory) {
                throw new InputException("episode 3 is damaged");
            }
        }, 1, 2)) {
            assertEquals("episode 3 is damaged", assertThrows(InputException.class, broken::next).getMessage());
        }
    }

    @Test
    void shouldFitNormalizersToLimitsAsTheReference() {
        ReplayData data = new ReplayData("test", List.of(FeatureSpec.of("s", FeatureSpec.Kind.STATE, 2), ACTION), new int[] {3},
                Map.of("s", new float[] {10, 7, 30, 7, 20, 7}, "action", new float[] {0, 1, 2}), Map.of());
        Normalizer fitted = FittedNormalizers.fit(List.of(data)).get("s");
        assertEquals(-1, fitted.normalize(0, 10), 1e-6);
        assertEquals(1, fitted.normalize(0, 30), 1e-6);
        assertEquals(0, fitted.normalize(1, 7), 1e-6);
        assertEquals(1, fitted.normalize(1, 8), 1e-6);
    }
}
