package dev.dpros.datasets.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HDF5 files with flipped bytes, numbers replaced, or cut: one line that names the file, or other values. */
@Tag("long")
@Timeout(300)
class DamagedHdf5Test {
    private static final int POSITIONS = 100 * Integer.getInteger("dpros.fuzz", 1);

    @TempDir
    private Path folder;

    private static byte[] damaged(byte[] bytes, Random random, int turn) {
        if (turn % 10 == 9) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        byte[] damaged = bytes.clone();
        int at = random.nextInt(bytes.length - 8);
        for (int i = 0; turn % 10 == 8 && i < 8; i++) { // an address or a length of any size
            damaged[at + i] = (byte) random.nextInt();
        }
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    /** What is said. */
    private static List<String> said(Path file) {
        List<String> said = new ArrayList<>();
        try (EpisodeDataset dataset = Hdf5Dataset.open(file, null)) {
            said.addAll(dataset.faults());
            said.addAll(dataset.contradictions());
            for (int i = 0; i < dataset.episodes(); i++) {
                try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                    SelectedEpisodes.readAll(dataset, episode);
                } catch (InputException e) {
                    said.add(e.getMessage());
                }
            }
        } catch (InputException e) {
            said.add(e.getMessage());
        }
        return said;
    }

    @ParameterizedTest
    @ValueSource(strings = {"robomimic.hdf5", "robomimic_latest.hdf5", "episode_0.hdf5"})
    void shouldNameTheDamage(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of("src/learn/src/test/resources/recording/hdf5", name));
        Path file = folder.resolve(name);
        Random random = new Random(9);
        int noticed = 0;
        for (int turn = 0; turn < POSITIONS; turn++) {
            Files.write(file, damaged(bytes, random, turn));
            List<String> said = said(file);
            noticed += said.isEmpty() ? 0 : 1;
            for (String line : said) {
                assertEquals(1, line.lines().count(), line);
                boolean value = line.contains("expected finite numbers"); // of a step, named by its column
                assertTrue((line.contains(file.toString()) || value) && !line.contains("Exception"), "turn " + turn + ": " + line);
            }
        }
        Files.write(file, bytes);
        assertEquals(List.of(), said(file));
        assertTrue(noticed > POSITIONS / 10, noticed + " of " + POSITIONS);
    }
}
