package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command lines {@code dataset discard}, {@code --skip-bad}, {@code --only}, {@code --max-gap} and {@code --max-offset}. */
@Timeout(180)
class EpisodeChoiceCommandTest {
    private static final String SLICE = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int dpros(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args);
    }

    private String recordings() {
        String path = folder.resolve("rec").toString();
        assertEquals(0, dpros("dataset", "import", SLICE, "--output", path), err.toString());
        return path;
    }

    private String exported(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void shouldLeaveOutWhatCannotBeReadOnRequest() throws Exception {
        String path = recordings();
        Path journal = Path.of(path, "episode_000001.dpj");
        byte[] bytes = Files.readAllBytes(journal);
        bytes[bytes.length / 2] ^= 1;
        Files.write(journal, bytes);
        int strict = dpros("dataset", "export", path, "--format", "zarr", "-o", exported("strict"));
        assertEquals(0, dpros("dataset", "export", path, "--format", "zarr", "-o", exported("lax"), "--skip-bad"), err.toString());
        assertTrue(strict == 2 || err.toString().contains("episode_000001"), strict + ": " + err);
        assertEquals(0, dpros("dataset", "info", exported("lax")), err.toString());
        assertTrue(out.toString().contains("2 episodes"), out.toString());
    }

    @Test
    void shouldDiscardEpisodesByName() {
        String path = recordings();
        assertEquals(0, dpros("dataset", "discard", path + "/episode_000001.dpj"), err.toString());
        assertEquals(0, dpros("dataset", "info", path), err.toString());
        assertTrue(out.toString().contains("2 episodes"), out.toString());
        assertTrue(Files.notExists(Path.of(path, "episode_000001.dpj")));
        assertEquals(2, dpros("dataset", "discard", path + "/episode_000001.dpj"));
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    @Test
    void shouldRefuseABoundThatIsNoTime() {
        String path = recordings();
        for (String option : new String[] {"--max-gap", "--max-offset"}) {
            assertEquals(2, dpros("dataset", "export", path, "--format", "zarr", "-o", exported("x"), option, "soon"), option);
            assertTrue(err.toString().contains(option) && err.toString().lines().count() == 1, err.toString());
        }
        assertEquals(2, dpros("dataset", "export", path, "--format", "zarr", "-o", exported("x"), "--only", "luck"));
        assertTrue(err.toString().contains("--only"), err.toString());
    }

    @Test
    void shouldSayThatNoEpisodeHasTheLabel() {
        String path = recordings();
        assertEquals(2, dpros("dataset", "export", path, "--format", "zarr", "-o", exported("x"), "--only", "success"));
        assertEquals(0, dpros("dataset", "export", path, "--format", "zarr", "-o", exported("all"), "--max-gap", "100",
                "--max-offset", "100"), err.toString());
    }
}
