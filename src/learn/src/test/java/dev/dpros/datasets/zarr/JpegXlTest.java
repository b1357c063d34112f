package dev.dpros.datasets.zarr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures that imagecodecs 2026.3.6 (libjxl 0.11.2) compressed, read by this system's libjxl: camera0 with UMI's level 99, lossy; camera1
 * without loss; camera2 with a distance, in a container; camera3 two to a chunk. Frame i has (2x + 10i, 4y, 128 + x - y).
 */
@Tag("realpeer")
class JpegXlTest {
    private static final Path SAMPLE = Path.of("src/learn/src/test/resources/recording/jpegxl.zarr");
    private static final int HEIGHT = 48;
    private static final int WIDTH = 64;

    @TempDir
    private Path folder;

    @BeforeEach
    void needsLibjxl() {
        assumeTrue(JpegXl.present(), "libjxl");
    }

    @Test
    void shouldReadWhatImagecodecsWrites() {
        try (EpisodeDataset dataset = ZarrDataset.open(SAMPLE, 10)) {
            assertEquals(List.of(), dataset.leftOut());
            assertEquals(List.of(), dataset.faults());
            for (int camera = 0; camera < 4; camera++) {
                int feature = feature(dataset, "camera" + camera + "_rgb");
                assertEquals(FeatureSpec.Kind.VISUAL, dataset.features().get(feature).kind());
                assertEquals(List.of(3, HEIGHT, WIDTH), dataset.features().get(feature).shape());
                for (int step = 0; step < 4; step++) {
                    byte[] pixels = new byte[HEIGHT * WIDTH * 3];
                    dataset.episode(0).frame(feature, step, pixels);
                    assertPicture(step, pixels, camera % 2 == 0);
                }
            }
        }
    }

    private static int feature(EpisodeDataset dataset, String name) {
        for (int f = 0; f < dataset.features().size(); f++) {
            if (dataset.storedName(f).equals(name)) {
                return f;
            }
        }
        throw new AssertionError(name + ": " + dataset.features());
    }

    private static void assertPicture(int step, byte[] pixels, boolean lossy) {
        long sum = 0;
        int worst = 0;
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % WIDTH;
            int y = i / 3 / WIDTH;
            int expected = i % 3 == 0 ? 2 * x + 10 * step : i % 3 == 1 ? 4 * y : 128 + x - y;
            int off = Math.abs(expected - (pixels[i] & 0xff));
            sum += off;
            worst = Math.max(worst, off);
        }
        assertTrue(worst <= (lossy ? 16 : 0) && sum <= (lossy ? pixels.length : 0), "frame " + step + ": " + worst + ", " + sum);
    }

    @Test
    void shouldRefuseAChunkThatIsNotOfTheArray() throws IOException {
        Path copy = copy();
        Path array = copy.resolve("data/camera1_rgb/.zarray");
        Files.writeString(array, Files.readString(array).replace("64", "72"));
        Path several = copy.resolve("data/camera3_rgb");
        Files.copy(several.resolve("0.0.0.0"), copy.resolve("data/camera0_rgb/0.0.0.0"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(SAMPLE.resolve("data/camera1_rgb/0.0.0.0"), several.resolve("0.0.0.0"), StandardCopyOption.REPLACE_EXISTING);
        try (EpisodeDataset dataset = ZarrDataset.open(copy, 10)) {
            assertFrame(dataset, "camera1_rgb", 72, "JPEG XL chunk: expected a picture of 72 x 48, found 64 x 48; the file is damaged");
            assertFrame(dataset, "camera0_rgb", 64, "JPEG XL chunk: expected a picture of 64 x 48, found more than fits; the file is damaged");
            assertFrame(dataset, "camera3_rgb", 64, "JPEG XL chunk: expected 2 pictures of 64 x 48, found 1 pictures; the file is damaged");
        }
    }

    private static void assertFrame(EpisodeDataset dataset, String name, int width, String expected) {
        byte[] pixels = new byte[HEIGHT * width * 3];
        InputException refused = assertThrows(InputException.class, () -> dataset.episode(0).frame(feature(dataset, name), 0, pixels));
        assertTrue(refused.getMessage().endsWith("data/" + name + "/0.0.0.0: " + expected), refused.getMessage());
    }

    @Test
    void shouldLeaveOutNumbersThatAreCompressedAsPictures() throws IOException {
        Path copy = copy();
        Path array = copy.resolve("data/camera1_rgb/.zarray");
        Files.writeString(array, Files.readString(array).replace("|u1", "<f4"));
        try (EpisodeDataset dataset = ZarrDataset.open(copy, 10)) {
            assertEquals(List.of(copy + "/data/camera1_rgb: compressor: expected one for numbers, found imagecodecs_jpegxl, for pictures; rewrite the"
                    + " array with zarr-python"), dataset.leftOut());
        }
    }

    @Test
    void shouldNameDamage() throws IOException {
        Random random = new Random(7);
        byte[] whole = Files.readAllBytes(SAMPLE.resolve("data/camera0_rgb/0.0.0.0"));
        int refused = 0;
        for (int turn = 0; turn < 100; turn++) {
            byte[] damaged = turn % 4 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (turn % 4 != 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                JpegXl.decode("chunk", damaged, 1, HEIGHT, WIDTH, 3);
            } catch (InputException e) {
                refused++;
                assertTrue(e.getMessage().startsWith("chunk: JPEG XL chunk: expected a picture of 64 x 48, found ")
                        && e.getMessage().lines().count() == 1, e.getMessage());
            }
        }
        assertTrue(refused > 25, refused + " refused");
        assertThrows(InputException.class, () -> JpegXl.decode("chunk", "no picture".getBytes(StandardCharsets.US_ASCII), 1, HEIGHT, WIDTH, 3));
    }

    private Path copy() throws IOException {
        Path copy = folder.resolve("copy.zarr");
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(SAMPLE.relativize(file)));
            }
        }
        return copy;
    }
}
