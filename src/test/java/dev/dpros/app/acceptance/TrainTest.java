package dev.dpros.app.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ObservationWindow;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpros train} as a user starts, kills and resumes it; on a small network and a few episodes. */
@Timeout(300)
class TrainTest {
    private static final Path DATA = Path.of("src/test/resources/recording/pusht_slice_blosc.zarr").toAbsolutePath();

    @TempDir
    private Path folder;

    @BeforeEach
    void configure() throws IOException {
        ObjectNode policy = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_keypoints/config.json").toFile());
        policy.putArray("down_dims").add(16).add(32).add(32);
        policy.put("diffusion_step_embed_dim", 32);
        Files.writeString(folder.resolve("policy.json"), policy.toString());
        Files.writeString(folder.resolve("train.yaml"), """
                policy: policy.json
                datasets: [%s]
                columns:
                  observation.state: {from: state, first: 0}
                  observation.environment_state: {from: keypoint, first: 0}
                optimizer: {lr: 0.002, warm_up_steps: 10}
                loader: {batch_size: 16}
                steps: 400
                validation: {ratio: 0.3, every_steps: 50, batches: 2}
                checkpoint: {every_steps: 20}
                """.formatted(DATA));
    }

    private DprosProcess train(String output, String... more) {
        String[] all = new String[5 + more.length];
        System.arraycopy(new String[] {"train", "--config", folder.resolve("train.yaml").toString(), "--output",
            folder.resolve(output).toString()}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return DprosProcess.start(folder, null, all);
    }

    private List<String> metrics(String output) throws IOException {
        Path file = folder.resolve(output).resolve("metrics.csv");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    @Test
    void shouldLearnAndGoOnAfterKill9AsIfNothingHadHappened() throws Exception {
        try (DprosProcess whole = train("whole")) {
            assertEquals(0, whole.awaitExit(), whole::error);
        }
        List<Double> losses = metrics("whole").stream().filter(line -> line.contains(",train_loss,"))
                .map(line -> Double.parseDouble(line.split(",")[2])).toList();
        assertEquals(20, losses.size());
        assertTrue(losses.get(19) < 0.5 * losses.get(0), losses::toString);
        assertTrue(metrics("whole").stream().anyMatch(line -> line.startsWith("400,val_loss,")));
        assertTrue(Files.readString(folder.resolve("whole/curves.svg")).strip().endsWith("</svg>"));

        try (DprosProcess killed = train("killed")) {
            while (!Files.exists(folder.resolve("killed/state.safetensors")) || metrics("killed").size() < 10) {
                DprosProcess.pause(5);
            }
            killed.signal("KILL");
            killed.awaitExit();
        }
        assertTrue(metrics("killed").stream().noneMatch(line -> line.startsWith("400,")), "killed before its end");
        try (DprosProcess resumed = train("killed", "--resume")) {
            assertEquals(0, resumed.awaitExit(), resumed::error);
        }
        assertEquals(metrics("whole"), metrics("killed"));
        assertArrayEquals(Files.readAllBytes(folder.resolve("whole/last/model.safetensors")),
                Files.readAllBytes(folder.resolve("killed/last/model.safetensors")));
        predicts(folder.resolve("killed/last"));
    }

    private static void predicts(Path policy) {
        try (DiffusionPolicy loaded = DiffusionPolicy.load(PolicyReader.read(policy), InferenceOptions.DEFAULT)) {
            ObservationWindow window = new ObservationWindow(loaded.config().inputs(), loaded.config().nObsSteps());
            assertTrue(loaded.predictAction(window).finite());
        }
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() throws IOException {
        refused("unknown key", "--set", "optimizer.lrr=1");
        refused("nowhere", "--set", "columns/observation.state/from=nowhere");
        refused("a training that was saved", "--resume");
    }

    private void refused(String what, String... arguments) {
        try (DprosProcess process = train("refused" + arguments[arguments.length - 1].hashCode(), arguments)) {
            assertEquals(2, process.awaitExit(), process::error);
            assertEquals(1, process.error().lines().count(), process::error);
            assertTrue(process.error().contains(what), process::error);
        }
    }
}
