package dev.dpros.datasets.zarr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.recording.ExternalReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replay buffer in a zip archive, as UMI's pipeline leaves it. */
@Timeout(120)
class ZippedZarrTest {
    private static final Path SLICE = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");

    @TempDir
    private Path folder;

    private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Files alone, as zarr's ZipStore writes them; and a column of pictures in JPEG 2000. */
    private Path zipped() throws IOException {
        Path archive = folder.resolve("dataset.zarr.zip");
        try (OutputStream out = Files.newOutputStream(archive); ZipOutputStream zip = new ZipOutputStream(out); Stream<Path> files = Files.walk(SLICE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                add(zip, SLICE.relativize(file).toString(), Files.readAllBytes(file));
            }
            add(zip, "data/camera0_rgb/.zarray", ("{\"zarr_format\": 2, \"order\": \"C\", \"filters\": null, \"dtype\": \"|u1\", \"fill_value\": 0, "
                    + "\"shape\": [1000, 224, 224, 3], \"chunks\": [1, 224, 224, 3], \"compressor\": {\"id\": \"imagecodecs_jpeg2k\", \"level\": 99}}")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return archive;
    }

    private static void assertSame(EpisodeDataset expected, EpisodeDataset found) {
        assertEquals(expected.features(), found.features());
        assertEquals(expected.episodes(), found.episodes());
        for (int e = 0; e < expected.episodes(); e++) {
            for (int f = 0; f < expected.features().size(); f++) {
                DatasetFeature feature = expected.features().get(f);
                for (int step = 0; step < expected.episode(e).length(); step += 5) {
                    float[] a = new float[feature.size()];
                    float[] b = new float[feature.size()];
                    if (feature.visual()) {
                        byte[] c = new byte[feature.size()];
                        byte[] d = new byte[feature.size()];
                        expected.episode(e).frame(f, step, c);
                        found.episode(e).frame(f, step, d);
                        assertArrayEquals(c, d);
                    } else {
                        expected.episode(e).vector(f, step, a, 0);
                        found.episode(e).vector(f, step, b, 0);
                        assertArrayEquals(a, b);
                    }
                }
            }
        }
    }

    @Test
    void shouldReadItUnpacked() throws IOException {
        Path archive = zipped();
        assertTrue(ZarrDataset.is(archive));
        try (EpisodeDataset expected = ZarrDataset.open(SLICE, 10); EpisodeDataset found = ZarrDataset.open(archive, 10)) {
            assertSame(expected, found);
            assertEquals(archive.toString(), found.name());
            assertEquals(List.of(), found.faults());
            assertEquals(1, found.leftOut().size());
            assertEquals(archive + "/data/camera0_rgb: compressor: expected none, zlib, gzip, blosc or imagecodecs_jpegxl, found imagecodecs_jpeg2k;"
                    + " rewrite the array with blosc", found.leftOut().get(0));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count(), "nothing is unpacked");
        }
    }

    /** zarr's own ZipStore. */
    @Test
    @Tag("realpeer")
    void shouldReadWhatZarrPacks() throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import zarr");
        Path archive = folder.resolve("packed.zarr.zip");
        ExternalReader.python("import sys, zarr\nwith zarr.ZipStore(sys.argv[2], mode='w') as store:\n"
                + "    zarr.copy_store(zarr.DirectoryStore(sys.argv[1]), store)", SLICE.toString(), archive.toString());
        try (EpisodeDataset expected = ZarrDataset.open(SLICE, 10); EpisodeDataset found = ZarrDataset.open(archive, 10)) {
            assertSame(expected, found);
        }
    }

    @Test
    void shouldNameTheDamage() throws IOException {
        byte[] bytes = Files.readAllBytes(zipped());
        Path archive = folder.resolve("damaged.zarr.zip");
        Random random = new Random(12);
        int noticed = 0;
        for (int turn = 0; turn < 100; turn++) {
            byte[] damaged = turn % 10 == 9 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            if (turn % 10 != 9) {
                int from = turn % 2 == 0 ? 0 : bytes.length - 4000; // the list of the files is at the end
                damaged[from + random.nextInt(bytes.length - from)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(archive, damaged);
            try (EpisodeDataset dataset = ZarrDataset.open(archive, 10)) {
                SelectedEpisodes.readAll(dataset, dataset.episode(0));
            } catch (InputException e) {
                noticed++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().startsWith(archive.toString()) && !e.getMessage().contains("Exception"), e.getMessage());
            }
        }
        assertTrue(noticed > 20, noticed + " noticed");
    }

    @Test
    void shouldRefuseAnArchiveWithoutAReplayBuffer() throws IOException {
        Path archive = folder.resolve("other.zarr.zip");
        try (OutputStream out = Files.newOutputStream(archive); ZipOutputStream zip = new ZipOutputStream(out)) {
            add(zip, "readme.txt", new byte[3]);
        }
        String line = assertThrows(InputException.class, () -> ZarrDataset.open(archive, 10)).getMessage();
        assertTrue(line.startsWith(archive + ": replay buffer: expected a zarr directory"), line);
    }
}
