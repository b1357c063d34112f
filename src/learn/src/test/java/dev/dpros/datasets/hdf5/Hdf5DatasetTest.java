package dev.dpros.datasets.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.training.data.DatasetColumns;
import dev.dpros.training.data.ReplayData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that h5py 3.7 has written with hdf5_samples.py, shipped. */
@Timeout(60)
class Hdf5DatasetTest {
    private static final Path SAMPLES = Path.of("src/learn/src/test/resources/recording/hdf5");
    private static final Path LATEST = SAMPLES.resolve("robomimic_latest.hdf5");

    @TempDir
    private Path folder;

    @Test
    void shouldReadEveryValueOfRobomimic() {
        Hdf5Samples.requireRobomimic(SAMPLES.resolve("robomimic.hdf5"), false);
        Hdf5Samples.requireRobomimic(LATEST, true);
    }

    @Test
    void shouldReadEveryValueOfAloha() {
        Hdf5Samples.requireAloha(SAMPLES);
        try (EpisodeDataset one = Hdf5Dataset.open(SAMPLES.resolve("episode_1.hdf5"), 25.0)) {
            assertEquals(1, one.episodes());
            assertEquals(25, one.fps());
            SelectedEpisodes.readAll(one, one.episode(0));
        }
    }

    private static List<String> kept(String mask) {
        List<String> said = new ArrayList<>();
        try (EpisodeDataset dataset = Hdf5Dataset.open(LATEST, null)) {
            SelectedEpisodes chosen = SelectedEpisodes.of(dataset,
                    new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, false, SelectedEpisodes.Idle.KEEP, mask), said::add);
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < chosen.episodes(); i++) {
                labels.add(chosen.label(i));
            }
            assertTrue(said.contains("3 of 3 episodes left out") || said.stream().anyMatch(line -> line.contains("not in mask '" + mask + "'")));
            return labels;
        }
    }

    @Test
    void shouldKeepTheEpisodesOfAMask() {
        assertEquals(List.of("demo_0", "demo_10"), kept("train"));
        assertEquals(List.of("demo_2"), kept("valid"));
        String line = assertThrows(InputException.class, () -> kept("test")).getMessage();
        assertEquals(LATEST + ": mask: expected 'test', found 'train', 'valid'; --mask takes one of these", line);
    }

    private static float[] actions(Path file, DatasetColumns.Column column, int size) {
        try (EpisodeDataset dataset = Hdf5Dataset.open(file, null)) {
            ReplayData data = DatasetColumns.read(dataset, List.of(FeatureSpec.of("action", FeatureSpec.Kind.ACTION, size)), Map.of("action", column));
            return Arrays.copyOf(data.vectors().get("action"), size);
        }
    }

    /** Of the absolute actions where there are some, else of the actions; first of demo_0: position 0.25, 0.375, 0.5. */
    @Test
    void shouldConvertAbsoluteActions() {
        DatasetColumns.Column column = new DatasetColumns.Column(List.of("action"), 0, true);
        float[] converted = actions(LATEST, column, 10);
        assertEquals(List.of(0.25f, 0.375f, 0.5f, 1f), List.of(converted[0], converted[1], converted[2], converted[9]));
        assertEquals(0.5f, actions(SAMPLES.resolve("robomimic.hdf5"), column, 10)[0]);
        assertEquals(0.5f, actions(LATEST, new DatasetColumns.Column(List.of("action"), 0, false), 7)[0]);
        String line = assertThrows(InputException.class, () -> actions(LATEST, new DatasetColumns.Column(List.of("observation.object"), 0, true), 21))
                .getMessage();
        assertTrue(line.contains("of 7 values for each arm converted to 10, found STATE [14]"), line);
    }

    @Test
    void shouldMakeOneVectorOfSeveralColumns() {
        DatasetColumns.Column column = new DatasetColumns.Column(List.of("object", "robot0_eef_pos"), 0, false);
        try (EpisodeDataset dataset = Hdf5Dataset.open(LATEST, null)) {
            float[] rows = DatasetColumns.read(dataset, List.of(FeatureSpec.of("obs", FeatureSpec.Kind.STATE, 17)), Map.of("obs", column)).vectors().get("obs");
            assertEquals(List.of(5f, 1f, 1.25f, 6f), List.of(rows[0], rows[14], rows[16], rows[17]));
        }
    }

    private String refused(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        assertTrue(Hdf5Dataset.is(file));
        return assertThrows(InputException.class, () -> Hdf5Dataset.open(file, null)).getMessage();
    }

    @Test
    void shouldRefuseWhatIsNone() throws IOException {
        assertEquals(folder + "/a.hdf5: HDF5: cannot be read: No valid HDF5 signature found",
                refused("a.hdf5", "text".repeat(200).getBytes(StandardCharsets.UTF_8)));
        assertEquals(folder + "/c.h5: HDF5: cannot be read: it ends too early", refused("c.h5", new byte[3]));
        byte[] cut = Arrays.copyOf(Files.readAllBytes(LATEST), 100);
        String line = refused("without_a_suffix", cut);
        assertTrue(line.startsWith(folder + "/without_a_suffix") && line.lines().count() == 1, line);
        Files.write(folder.resolve("b.txt"), new byte[3]);
        assertFalse(Hdf5Dataset.is(folder.resolve("b.txt")));
        assertFalse(Hdf5Dataset.is(folder));
    }
}
