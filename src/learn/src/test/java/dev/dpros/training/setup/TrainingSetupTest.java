package dev.dpros.training.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.PolicyConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes of policies for data sets that are not PushT. */
class TrainingSetupTest {
    @TempDir
    private Path folder;

    private static DatasetFacts arm(double fps, int... sizes) {
        List<FeatureSpec> inputs = new ArrayList<>();
        for (int i = 0; i < sizes.length; i += 2) {
            inputs.add(FeatureSpec.of("observation.images.c" + i, Kind.VISUAL, 3, sizes[i], sizes[i + 1]));
        }
        inputs.add(FeatureSpec.of("observation.state", Kind.STATE, 7));
        return new DatasetFacts("data", fps, 50, 20_000, inputs, FeatureSpec.of("action", Kind.ACTION, 7), List.of());
    }

    @Test
    void shouldResizeLargePicturesAndThoseThatDiffer() {
        DatasetFacts data = arm(30, 480, 640, 240, 320);
        assertEquals(List.of(96, 128), PolicyDraft.of(data, false).vision().resizeShape());
        PolicyConfig full = PolicyDraft.of(data, true);
        assertEquals(List.of(224, 298), full.vision().resizeShape());
        assertNull(full.vision().cropShape(), "training takes one of the two");
        assertTrue(full.vision().separatePerCamera());
        assertEquals(List.of(84, 112), PolicyDraft.of(arm(30, 96, 128), true).vision().cropShape());
        assertNull(PolicyDraft.of(arm(30), true).vision());
    }

    @ParameterizedTest
    @CsvSource({"10, 16", "15, 24", "30, 48", "50, 64", "200, 64", "1, 16"})
    void shouldReachAsFarInTimeAtEveryRate(double fps, int horizon) {
        assertEquals(horizon, PolicyDraft.horizon(fps));
    }

    @Test
    void shouldWriteWhatTheReadersTake() throws Exception {
        new TrainingSetup(arm(30, 480, 640), Path.of("/data/arm \"1\"")).write(folder);
        for (String name : List.of("quick", "full")) {
            TrainConfig config = TrainConfig.read(folder.resolve(name + ".yaml"), new OptionLayer().layer()).config();
            assertEquals(Path.of("/data/arm \"1\""), config.datasets().get(0));
            assertEquals(folder.resolve(name + ".json"), config.policy());
            assertEquals(PolicyDraft.of(arm(30, 480, 640), name.equals("full")), PolicyReader.architecture(config.policy()));
            assertTrue(Files.readString(folder.resolve(name + ".yaml")).contains("# The pictures take 18.4 GB of memory"));
        }
    }
}
