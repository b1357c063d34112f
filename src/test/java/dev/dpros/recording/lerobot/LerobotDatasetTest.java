package dev.dpros.recording.lerobot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.recording.dataset.DatasetFeature;
import dev.dpros.recording.dataset.EpisodeDataset;
import dev.dpros.recording.dataset.ExportProgress;
import dev.dpros.recording.zarr.ZarrDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class LerobotDatasetTest {
    private static final Path SLICE = Path.of("src/test/resources/recording/pusht_slice_blosc.zarr");
    private static final String IMAGE = "observation.image";

    @TempDir
    private Path folder;
    private Path root;

    @BeforeEach
    void export() {
        root = folder.resolve("lerobot");
        try (EpisodeDataset slice = ZarrDataset.open(SLICE, 10)) {
            // a limit that puts each episode into files of its own
            LerobotExporter.export(slice, root, ExportProgress.NONE, 500);
        }
    }

    private static int find(EpisodeDataset dataset, String key) {
        return dataset.features().stream().map(DatasetFeature::key).toList().indexOf(key);
    }

    @Test
    void shouldReadTheTablesAsTheyWere() {
        try (EpisodeDataset read = LerobotDataset.open(root); EpisodeDataset slice = ZarrDataset.open(SLICE, 10)) {
            assertEquals(slice.episodes(), read.episodes());
            assertEquals(10, read.fps());
            for (DatasetFeature feature : slice.features()) {
                assertTrue(find(read, feature.key()) >= 0, feature.key());
                for (int e = 0; e < slice.episodes() && !feature.visual(); e++) {
                    EpisodeDataset.Episode expected = slice.episode(e);
                    EpisodeDataset.Episode found = read.episode(e);
                    assertEquals(expected.length(), found.length());
                    for (int step = 0; step < expected.length(); step++) {
                        float[] a = new float[feature.size()];
                        float[] b = new float[feature.size()];
                        expected.vector(find(slice, feature.key()), step, a, 0);
                        found.vector(find(read, feature.key()), step, b, 0);
                        assertArrayEquals(a, b);
                    }
                }
            }
        }
    }

    /** The video is lossy; a wrong frame differs by the agent's whole disc. In order, backwards, and across episodes. */
    @Test
    void shouldReadTheRightFrameInAnyOrder() {
        try (EpisodeDataset read = LerobotDataset.open(root); EpisodeDataset slice = ZarrDataset.open(SLICE, 10)) {
            for (int e : new int[] {0, 2, 1}) {
                int last = slice.episode(e).length() - 1;
                for (int step : new int[] {0, 1, 2, last, 0, last - 1, 3}) {
                    double right = difference(read, e, step, slice, step);
                    assertTrue(right < 6, "episode " + e + ", step " + step + ": " + right);
                    assertTrue(right < 1.01 * difference(read, e, step, slice, step < last / 2 ? last : 0), "step " + step);
                }
            }
        }
    }

    private static double difference(EpisodeDataset read, int episode, int step, EpisodeDataset slice, int against) {
        byte[] a = new byte[96 * 96 * 3];
        byte[] b = new byte[a.length];
        read.episode(episode).frame(find(read, IMAGE), step, a);
        slice.episode(episode).frame(find(slice, IMAGE), against, b);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 255) - (b[i] & 255));
        }
        return sum / a.length;
    }

    @Test
    void shouldRefuseWhatIsOlderOutsideOrCut() throws IOException {
        Path info = root.resolve("meta/info.json");
        String text = Files.readString(info);
        Files.writeString(info, text.replace("\"v3.0\"", "\"v2.1\""));
        assertTrue(assertThrows(InputException.class, () -> LerobotDataset.open(root)).getMessage().contains("v2.1"));

        Files.writeString(info, text.replace("\"data/chunk-", "\"../../data/chunk-"));
        try (EpisodeDataset outside = LerobotDataset.open(root)) {
            InputException e = assertThrows(InputException.class, () -> outside.episode(0).vector(find(outside, "action"), 0, new float[2], 0));
            assertTrue(e.getMessage().contains("inside the dataset"), e.getMessage());
        }

        Files.writeString(info, text);
        Path video = LerobotPaths.video(root, IMAGE, 0);
        byte[] bytes = Files.readAllBytes(video);
        Files.write(video, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        try (EpisodeDataset cut = LerobotDataset.open(root)) {
            byte[] rgb = new byte[96 * 96 * 3];
            int last = cut.episode(0).length() - 1;
            assertThrows(InputException.class, () -> cut.episode(0).frame(find(cut, IMAGE), last, rgb));
        }
    }
}
