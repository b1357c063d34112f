package dev.dpros.datasets.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;

/** What hdf5_samples.py writes, compared value for value. */
final class Hdf5Samples {
    private static final int[] DEMOS = {0, 2, 10};
    private static final int[] STEPS = {5, 4, 6};

    private Hdf5Samples() {}

    static int find(EpisodeDataset dataset, String key) {
        int found = dataset.features().stream().map(DatasetFeature::key).toList().indexOf(key);
        assertTrue(found >= 0, () -> key + " is not in " + dataset.features());
        return found;
    }

    /** @param value of step and column */
    private static void vectors(EpisodeDataset dataset, int episode, String key, int width, DoubleBinaryOperator value) {
        int feature = find(dataset, key);
        assertEquals(List.of(width), dataset.features().get(feature).shape(), key);
        try (EpisodeDataset.Episode opened = dataset.episode(episode)) {
            for (int step = 0; step < opened.length(); step++) {
                float[] expected = new float[width];
                for (int i = 0; i < width; i++) {
                    expected[i] = (float) value.applyAsDouble(step, i);
                }
                float[] found = new float[width + 1];
                opened.vector(feature, step, found, 1);
                assertArrayEquals(expected, java.util.Arrays.copyOfRange(found, 1, width + 1), key + ", step " + step);
            }
        }
    }

    private static DoubleBinaryOperator ramp(int demo, double salt) {
        return (step, i) -> 100 * demo + salt + step + i / 8;
    }

    private static void pictures(EpisodeDataset dataset, int episode, String key, int demo) {
        int feature = find(dataset, key);
        assertEquals(List.of(3, 12, 16), dataset.features().get(feature).shape());
        byte[] rgb = new byte[12 * 16 * 3];
        try (EpisodeDataset.Episode opened = dataset.episode(episode)) {
            for (int step : new int[] {0, opened.length() - 1, 1}) {
                opened.frame(feature, step, rgb);
                for (int i = 0; i < rgb.length; i += 3) {
                    int pixel = i / 3;
                    assertEquals(List.of(10 * demo + step, pixel / 16, 100 + pixel % 16), List.of(rgb[i] & 255, rgb[i + 1] & 255, rgb[i + 2] & 255));
                }
            }
        }
    }

    /** @param absolute whether it has actions_abs */
    static void requireRobomimic(Path file, boolean absolute) {
        assertTrue(Hdf5Dataset.is(file));
        try (EpisodeDataset dataset = Hdf5Dataset.open(file, null)) {
            assertEquals(25, dataset.fps());
            assertEquals("Panda", dataset.robot());
            assertEquals(List.of(), dataset.faults());
            assertEquals(List.of(), dataset.contradictions());
            assertEquals(3, dataset.episodes());
            assertEquals(Set.of("train", "valid"), dataset.masks());
            assertEquals(absolute, dataset.features().stream().anyMatch(feature -> feature.key().equals("action_abs")));
            for (int e = 0; e < DEMOS.length; e++) {
                int demo = DEMOS[e];
                assertEquals("demo_" + demo, dataset.label(e));
                try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                    assertEquals(STEPS[e], episode.length());
                    assertEquals(Set.of(demo == 2 ? "valid" : "train"), episode.masks());
                }
                vectors(dataset, e, "action", 7, ramp(demo, 0.5));
                if (absolute) {
                    vectors(dataset, e, "action_abs", 7, ramp(demo, 0.25));
                }
                vectors(dataset, e, "observation.robot0_eef_pos", 3, ramp(demo, 1));
                vectors(dataset, e, "observation.robot0_eef_quat", 4, ramp(demo, 2));
                vectors(dataset, e, "observation.robot0_gripper_qpos", 2, (step, i) -> half(100 * demo + 4 + step + i / 8));
                vectors(dataset, e, "observation.object", 14, ramp(demo, 5));
                vectors(dataset, e, "observation.contact", 1, (step, i) -> step % 2);
                vectors(dataset, e, "observation.count", 1, (step, i) -> 0x1p63 + 0x1p40 * step);
                vectors(dataset, e, "observation.level", 2, (step, i) -> i == 0 ? 200 + step : step);
                pictures(dataset, e, "observation.images.agentview_image", demo);
            }
            String leftOut = String.join("\n", dataset.leftOut());
            for (String name : List.of("agentview_depth", "rewards", "dones", "states", "next_obs")) {
                assertTrue(leftOut.contains(name), leftOut);
            }
        }
    }

    /** The nearest float16 of a number from 512 to 2047: halves, or ones; below, what numpy's rounding leaves exact. */
    private static double half(double value) {
        double unit = value >= 1024 ? 1 : value >= 512 ? 0.5 : value >= 256 ? 0.25 : 0.125;
        return Math.rint(value / unit) * unit;
    }

    /** The folder with episode_0.hdf5 and episode_1.hdf5. */
    static void requireAloha(Path folder) {
        assertTrue(Hdf5Dataset.is(folder));
        try (EpisodeDataset dataset = Hdf5Dataset.open(folder, null)) {
            assertEquals(50, dataset.fps());
            assertEquals(List.of(), dataset.faults());
            assertEquals(List.of(), dataset.contradictions());
            assertEquals(List.of(), dataset.leftOut());
            assertEquals(2, dataset.episodes());
            for (int e = 1; e >= 0; e--) {
                vectors(dataset, e, "observation.state", 14, ramp(e, 0));
                vectors(dataset, e, "observation.velocity", 14, ramp(e, 1));
                vectors(dataset, e, "observation.effort", 14, ramp(e, 2));
                vectors(dataset, e, "action", 14, ramp(e, 3));
                vectors(dataset, e, "base_action", 2, ramp(e, 4));
                pictures(dataset, e, "observation.images.cam_raw", e);
                assertEquals("cam_high", dataset.storedName(find(dataset, "observation.images.cam_high")));
                byte[] rgb = new byte[24 * 16 * 3];
                try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                    for (int step = 0; step < episode.length(); step++) {
                        episode.frame(find(dataset, "observation.images.cam_high"), step, rgb);
                        assertEquals(200, rgb[300] & 255, 4);
                        assertEquals(40, rgb[301] & 255, 4);
                        assertEquals(10 * step, rgb[302] & 255, 4);
                    }
                }
            }
        }
    }
}
