package dev.dpros.cli.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.MainAccess;
import dev.dpros.diffusion.PolicyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpros init-training}, then {@code train} with what it wrote. */
@Timeout(180)
class InitTrainingCommandTest {
    private static final String DATA = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";

    @TempDir
    private Path folder;

    private int train(String settings) {
        return MainAccess.execute("train", "--config", folder.resolve(settings).toString(), "--output", folder.resolve("run").toString(), "--set",
                "steps=2", "--set", "validation.every_steps=2", "--set", "validation.sample_every_steps=2", "--set", "loader.batch_size=4", "--set",
                "checkpoint.every_steps=2");
    }

    @Test
    void shouldWriteFilesThatTrainTakesAsTheyAre() {
        assertEquals(0, MainAccess.execute("init-training", DATA, "-o", folder.toString(), "--inputs", "observation.image,observation.state"));
        PolicyConfig quick = PolicyReader.architecture(folder.resolve("quick.json"));
        PolicyConfig full = PolicyReader.architecture(folder.resolve("full.json"));
        assertEquals(List.of(84, 84), quick.vision().cropShape());
        assertEquals(List.of(512, 1024, 2048), full.unet().downDims());
        assertEquals(16, full.horizon(), "1.6 s at 10 Hz");
        assertEquals(8, full.nActionSteps());
        assertEquals(0, train("quick.yaml"));
        PolicyConfig trained = PolicyReader.read(folder.resolve("run/last")).config();
        assertEquals(quick.vision(), trained.vision());
        assertEquals(quick.unet(), trained.unet());
        assertEquals(Set.copyOf(quick.inputs()), Set.copyOf(trained.inputs()));
    }

    @Test
    void shouldFitTheChunkToTheRateAndKeepWhatIsThere() throws IOException {
        assertEquals(0, MainAccess.execute("init-training", DATA, "-o", folder.toString(), "--fps", "30"));
        assertEquals(48, PolicyReader.architecture(folder.resolve("full.json")).horizon(), "1.6 s at 30 Hz");
        String before = Files.readString(folder.resolve("full.yaml"));
        assertEquals(2, MainAccess.execute("init-training", DATA, "-o", folder.toString()));
        assertEquals(before, Files.readString(folder.resolve("full.yaml")));
        assertEquals(0, MainAccess.execute("init-training", DATA, "-o", folder.toString(), "--overwrite"));
        assertTrue(Files.readString(folder.resolve("full.yaml")).contains("Chunks of 16 steps at 10.0 Hz"));
    }
}
