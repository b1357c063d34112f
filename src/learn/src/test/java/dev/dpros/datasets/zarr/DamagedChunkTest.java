package dev.dpros.datasets.zarr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks with flipped bytes, cut or with something appended: one line that names the file and so the column, or other values. */
@Timeout(200)
@Tag("long")
class DamagedChunkTest {
    private static final int POSITIONS = 200;

    @TempDir
    private Path folder;

    private Path copy(String name) throws IOException {
        Path from = Path.of("src/learn/src/test/resources/recording", name);
        Path to = folder.resolve(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    private static List<Path> chunks(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d+(\\.\\d+)*")).sorted().toList();
        }
    }

    private static void damage(byte[] bytes, Random random, Path file, int turn) throws IOException {
        byte[] damaged = bytes.clone();
        if (turn % 10 == 8) {
            damaged = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        } else if (turn % 10 == 9) {
            damaged = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
        } else {
            int at = turn % 2 == 0 ? random.nextInt(Math.min(64, bytes.length)) : random.nextInt(bytes.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, damaged);
    }

    /** What is said of the data set, or null if it can be read. */
    private static String problem(Path root) {
        try (EpisodeDataset dataset = ZarrDataset.open(root, 10)) {
            for (int i = 0; i < dataset.episodes(); i++) {
                try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                    SelectedEpisodes.readAll(dataset, episode);
                }
            }
            return null;
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pusht_slice_blosc.zarr", "pusht_slice_zlib.zarr"})
    void shouldNameTheDamagedChunk(String name) throws IOException {
        Path root = copy(name);
        List<Path> chunks = chunks(root);
        Random random = new Random(6);
        int said = 0;
        for (int turn = 0; turn < POSITIONS; turn++) {
            Path file = chunks.get(random.nextInt(chunks.size()));
            byte[] bytes = Files.readAllBytes(file);
            damage(bytes, random, file, turn);
            String problem = problem(root);
            Files.write(file, bytes);
            if (problem == null) {
                continue;
            }
            said++;
            assertEquals(1, problem.lines().count(), problem);
            boolean column = problem.contains(file.toString()) || problem.contains(file.getParent().getFileName().toString())
                    || file.getParent().endsWith("episode_ends");
            assertTrue(column && !problem.contains("Exception"), "turn " + turn + ", " + file + ": " + problem);
        }
        assertEquals(null, problem(root));
        assertTrue(said >= POSITIONS / 4, said + " noticed");
    }
}
