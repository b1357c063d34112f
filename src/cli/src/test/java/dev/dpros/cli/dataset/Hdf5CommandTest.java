package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpros dataset} of HDF5. */
@Timeout(120)
class Hdf5CommandTest {
    private static final Path SAMPLES = Path.of("src/learn/src/test/resources/recording/hdf5");
    private static final String ROBOMIMIC = SAMPLES.resolve("robomimic.hdf5").toString();

    private final StringWriter out = new StringWriter();
    @TempDir
    private Path folder;

    private int dpros(String... args) {
        out.getBuffer().setLength(0);
        PrintWriter writer = new PrintWriter(out, true);
        return Main.commandLine().setOut(writer).setErr(writer).execute(args);
    }

    private void assertSays(String line) {
        assertTrue(out.toString().contains(line), () -> line + " is not in\n" + out);
    }

    @Test
    void shouldDescribeAndVerify() {
        assertEquals(0, dpros("dataset", "info", ROBOMIMIC), out::toString);
        assertSays(ROBOMIMIC + ": 3 episodes, 25.0 Hz");
        assertSays("observation.images.agentview_image");
        assertSays("  mask train: 2 episodes");
        assertSays("not read: " + ROBOMIMIC + ": data/demo_0/obs/agentview_depth: shape");
        for (String path : new String[] {ROBOMIMIC, SAMPLES.toString(), SAMPLES.resolve("episode_0.hdf5").toString()}) {
            assertEquals(0, dpros("dataset", "verify", path), out::toString);
            assertSays("clean");
        }
    }

    @Test
    void shouldFindDamageOrSayThatItIsNone() throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of(ROBOMIMIC));
        String cut = Files.write(folder.resolve("cut.hdf5"), Arrays.copyOf(bytes, bytes.length / 2)).toString();
        assertEquals(1, dpros("dataset", "verify", cut), out::toString);
        assertSays(cut + ": ");
        assertEquals(2, dpros("dataset", "info", cut), out::toString);
        assertEquals(1, out.toString().strip().lines().count(), out::toString);
    }

    @Test
    void shouldImportAndExportWhatAMaskNames() {
        String recording = folder.resolve("rec").toString();
        assertEquals(0, dpros("dataset", "import", SAMPLES.toString(), "--output", recording), out::toString);
        assertSays("2 episodes imported, 0 were there already");
        assertEquals(0, dpros("dataset", "import", SAMPLES.toString(), "--output", recording), out::toString);
        assertSays("0 episodes imported, 2 were there already");
        assertEquals(0, dpros("dataset", "verify", recording), out::toString);

        Path target = folder.resolve("train.zarr");
        assertEquals(0, dpros("dataset", "export", ROBOMIMIC, "--format", "zarr", "--output", target.toString(), "--mask", "train"), out::toString);
        assertSays("demo_2: left out: not in mask 'train'");
        try (EpisodeDataset exported = ZarrDataset.open(target, 10)) {
            assertEquals(2, exported.episodes());
            assertEquals(25, exported.fps());
        }
        assertEquals(2, dpros("dataset", "export", ROBOMIMIC, "--format", "zarr", "--output", folder.resolve("b.zarr").toString(), "--mask", "test"));
        assertSays("mask: expected 'test', found 'train', 'valid'");
    }
}
