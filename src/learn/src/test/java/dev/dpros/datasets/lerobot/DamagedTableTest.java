package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables and pictures with flipped bits, cut or with something appended: one line that names file and place, or other values. */
@Timeout(300)
@Tag("long")
class DamagedTableTest {
    private static final int POSITIONS = 100 * Integer.getInteger("dpros.fuzz", 1);

    @TempDir
    private Path folder;

    private static byte[] damaged(byte[] bytes, Random random, int turn) {
        if (turn % 10 == 8) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        if (turn % 10 == 9) {
            return Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
        }
        byte[] damaged = bytes.clone();
        damaged[random.nextInt(turn % 2 == 0 ? Math.min(64, bytes.length) : bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    /** What is said of the tables, or null. */
    private static String problem(Path root) {
        try (EpisodeDataset dataset = LerobotDataset.open(root)) {
            for (String line : dataset.contradictions()) {
                assertEquals(1, line.lines().count(), line);
            }
            for (int i = 0; i < dataset.episodes(); i++) {
                try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                    for (int f = 0; f < dataset.features().size(); f++) {
                        if (!dataset.features().get(f).visual()) {
                            episode.vector(f, 0, new float[dataset.features().get(f).size()], 0);
                        }
                    }
                }
            }
            return null;
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/chunk-000/file-000.parquet", "meta/episodes/chunk-000/file-000.parquet", "meta/tasks.parquet"})
    void shouldNameTheDamagedTable(String name) throws IOException {
        Path root = folder.resolve("lerobot");
        try (EpisodeDataset slice = ZarrDataset.open(Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr"), 10)) {
            LerobotExporter.export(slice, root, Progress.NONE);
        }
        Path file = root.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(7);
        int said = 0;
        for (int turn = 0; turn < POSITIONS; turn++) {
            Files.write(file, damaged(bytes, random, turn));
            String problem = problem(root);
            if (problem != null) {
                said++;
                assertEquals(1, problem.lines().count(), problem);
                assertTrue(problem.contains(root.toString()), problem);
            }
        }
        assertTrue(said > POSITIONS / 5, said + " of " + POSITIONS);
    }

    private static byte[] picture(String format) throws IOException {
        BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 24 * 16; i++) {
            image.setRGB(i % 24, i / 24, i * 7919);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    private static String decode(byte[] encoded) {
        DatasetFeature camera = new DatasetFeature("observation.images.wrist", FeatureSpec.Kind.VISUAL, List.of(3, 16, 24), List.of());
        try {
            StoredPictures.decode(encoded, camera, "file-000.parquet: episode 2, step 5", new byte[16 * 24 * 3]);
            return null;
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void shouldNameTheDamagedPicture(String format) throws IOException {
        byte[] good = picture(format);
        assertEquals(null, decode(good));
        Random random = new Random(8);
        int said = 0;
        for (int turn = 0; turn < POSITIONS; turn++) {
            String problem = decode(damaged(good, random, turn));
            if (problem != null) {
                said++;
                assertEquals(1, problem.lines().count(), problem);
                assertTrue(problem.startsWith("file-000.parquet: episode 2, step 5: 'observation.images.wrist'"), problem);
            }
        }
        assertTrue(said > POSITIONS / 10, said + " of " + POSITIONS);
    }

    /** The size is looked at before memory is taken: these would be 12 GB. */
    @Test
    void shouldRefuseAPictureThatClaimsToBeHuge() throws IOException {
        byte[] png = picture("png");
        png[17] = 1; // width 65,560
        png[21] = 1; // height 65,552
        String problem = decode(png);
        assertTrue(problem.contains("expected 24 x 16, found 65560 x 65552"), problem);
    }
}
