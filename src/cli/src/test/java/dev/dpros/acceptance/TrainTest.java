package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.TensorData;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** {@code dpros train} as a user starts, kills and resumes it; on a small network and a few episodes. */
@Timeout(300)
// processes of their own, beside the other classes, one at a time
@Tag("long")
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("training")
class TrainTest {
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr").toAbsolutePath();

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
                  observation.state: {from: state}
                  observation.environment_state: {from: keypoint, first: 0}
                  action: {first: 0}
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
        List<Double> losses = losses("whole");
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
        forget(folder.resolve("killed/config.yaml"), "cache");
        try (DprosProcess resumed = train("killed", "--resume")) {
            assertEquals(0, resumed.awaitExit(), resumed::error);
        }
        assertEquals(metrics("whole"), metrics("killed"));
        assertArrayEquals(Files.readAllBytes(folder.resolve("whole/last/model.safetensors")),
                Files.readAllBytes(folder.resolve("killed/last/model.safetensors")));
        predicts(folder.resolve("killed/last"));
    }

    /** As a version left it that had no such key yet. */
    private static void forget(Path configuration, String key) throws IOException {
        String text = Files.readString(configuration);
        String older = text.replaceAll("(?m)^" + key + ":.*\n(  .*\n)*", "");
        assertTrue(older.length() < text.length(), text);
        Files.writeString(configuration, older);
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

    /** Keypoints, then an encoder that sees them, then both together, the convolutions as they were: as the recipes do it. */
    @Test
    void shouldTrainAPolicyFromPicturesInStages() throws Exception {
        ObjectNode image = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_image/config.json").toFile());
        image.putArray("down_dims").add(16).add(32).add(32);
        image.put("diffusion_step_embed_dim", 32);
        Files.writeString(folder.resolve("image.json"), image.toString());
        String common = """
                datasets: [%s]
                pusht: {poses: true, mirror: true%s}
                optimizer: {lr: 0.002, warm_up_steps: 10}
                loader: {batch_size: 16}
                validation: {ratio: 0.3, every_steps: 20, batches: 2}
                """;
        Files.writeString(folder.resolve("train.yaml"), "policy: policy.json\nsteps: 40\n"
                + common.formatted(DATA, ", shift_px: 1, turn_rad: 0.01"));
        trains("keypoints");
        Files.writeString(folder.resolve("train.yaml"), "policy: image.json\nsteps: 60\nobjective: pose\ninitial: [keypoints/last]\n"
                + common.formatted(DATA, ""));
        trains("encoder");
        List<Double> losses = losses("encoder");
        assertTrue(losses.get(losses.size() - 1) < 0.8 * losses.get(0), losses::toString);
        Files.writeString(folder.resolve("train.yaml"), "policy: image.json\nsteps: 40\ninitial: [encoder/last]\n"
                + "frozen: [rgb_encoder.conv, rgb_encoder.norm, rgb_encoder.keypoints]\n" + common.formatted(DATA, ""));
        trains("image");
        Map<String, TensorData> keypoints = PolicyReader.read(folder.resolve("keypoints/last")).weights();
        Map<String, TensorData> encoder = PolicyReader.read(folder.resolve("encoder/last")).weights();
        Map<String, TensorData> whole = PolicyReader.read(folder.resolve("image/last")).weights();
        keypoints.forEach((name, tensor) -> assertEquals(tensor.bytes(), encoder.get(name).bytes(), "the encoder's training left " + name));
        whole.forEach((name, tensor) -> assertEquals(name.startsWith("rgb_encoder.") && !name.startsWith("rgb_encoder.out."),
                tensor.bytes().equals(encoder.get(name).bytes()), name));
        predicts(folder.resolve("image/last"));
        refused("frozen: 'rgb_encoder.cnv'", "--set", "frozen=[rgb_encoder.cnv]");
        refused("one camera whose features are 18 values", "--set", "objective=pose", "--set", "policy=policy.json", "--set", "frozen=[]",
                "--set", "initial=[]");
    }

    /** Another program's file is taken as it is: passes over the data become steps, what has no effect is named once. */
    @Test
    void shouldTrainFromDiffusionPolicysConfiguration() throws Exception {
        Files.createDirectories(folder.resolve("task"));
        Files.copy(Path.of("src/runtime/src/test/resources/training/diffusion_policy_lowdim.yaml"), folder.resolve("train.yaml"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Path.of("src/runtime/src/test/resources/training/diffusion_policy_task.yaml"), folder.resolve("task/push.yaml"));
        try (DprosProcess process = train("foreign", "--set", "datasets=[" + DATA + "]", "--set", "evaluation.env=none")) {
            assertEquals(0, process.awaitExit(), process::error);
            assertTrue(process.error().contains("without effect: "), process::error);
        }
        // 2 of 3 episodes of 8 steps: -1 to -1 + 8 - 16 + 7 .. none of 16 steps; the windows are padded at either end
        List<String> last = metrics("foreign").stream().filter(line -> line.contains(",val_loss,")).toList();
        assertEquals(2, last.size(), "once a pass");
        predicts(folder.resolve("foreign/last"));
    }

    /** The explicit baseline gives the same actions whatever the noise. */
    @Test
    void shouldTrainARegressionThatNoiseDoesNotChange() throws Exception {
        ObjectNode policy = (ObjectNode) new ObjectMapper().readTree(folder.resolve("policy.json").toFile());
        refused("sample, 1 with objective regression", "--set", "objective=regression");
        policy.put("num_train_timesteps", 1).put("num_inference_steps", 1).put("prediction_type", "sample");
        Files.writeString(folder.resolve("policy.json"), policy.toString());
        trains("regression", "--set", "objective=regression", "--set", "steps=300");
        try (DiffusionPolicy loaded = DiffusionPolicy.load(PolicyReader.read(folder.resolve("regression/last")), InferenceOptions.DEFAULT)) {
            ObservationWindow window = new ObservationWindow(loaded.config().inputs(), loaded.config().nObsSteps());
            double[] one = first(loaded, window, 1);
            double[] other = first(loaded, window, 2);
            for (int i = 0; i < one.length; i++) {
                assertEquals(one[i], other[i], 25, "px; a denoiser of 300 steps gives anything in 512");
            }
        }
    }

    /** What the reference logs, for TensorBoard too; a few rollouts to look at. */
    @Test
    void shouldLogScoresActionErrorsAndRollouts() throws Exception {
        trains("scored", "--set", "steps=40", "--set", "evaluation.env=pusht", "--set", "evaluation.episodes=2", "--set", "evaluation.gifs=1",
                "--set", "evaluation.train_episodes=1", "--set", "evaluation.denoising_steps=2", "--set", "validation.sample_every_steps=20");
        List<String> names = metrics("scored").stream().map(line -> line.replaceAll(",[^,]*$", "")).toList();
        assertTrue(names.containsAll(List.of("20,train_action_mse_error", "40,train_action_mse_error", "40,test/mean_score",
                "40,train/mean_score", "40,test/sim_max_reward_100001", "40,train/sim_max_reward_0")), names::toString);
        double error = Double.parseDouble(metrics("scored").stream().filter(line -> line.startsWith("40,train_action")).findFirst()
                .orElseThrow().split(",")[2]);
        assertTrue(error > 1 && error < 512 * 512, "px squared: " + error);
        assertTrue(Files.size(folder.resolve("scored/rollouts/step_40_seed_100000.gif")) > 10_000);
        assertEquals(1, list(folder.resolve("scored/rollouts")).size());
        byte[] events = Files.readAllBytes(list(folder.resolve("scored")).stream()
                .filter(file -> file.getFileName().toString().startsWith("events.out.tfevents.")).findFirst().orElseThrow());
        String text = new String(events, java.nio.charset.StandardCharsets.ISO_8859_1);
        for (String line : names.subList(1, names.size())) {
            assertTrue(text.contains(line.split(",")[1]), line);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (java.util.stream.Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static double[] first(DiffusionPolicy policy, ObservationWindow window, long seed) {
        Prediction prediction = policy.predictAction(window, Sampling.of(List.of(NoiseSource.seeded(seed))));
        return prediction.actions(0, prediction.actionSteps());
    }

    private void trains(String output, String... arguments) {
        try (DprosProcess process = train(output, arguments)) {
            assertEquals(0, process.awaitExit(), process::error);
        }
    }

    private List<Double> losses(String output) throws IOException {
        return metrics(output).stream().filter(line -> line.contains(",train_loss,"))
                .map(line -> Double.parseDouble(line.split(",")[2])).toList();
    }

    private void refused(String what, String... arguments) {
        try (DprosProcess process = train("refused" + arguments[arguments.length - 1].hashCode(), arguments)) {
            assertEquals(2, process.awaitExit(), process::error);
            assertEquals(1, process.error().lines().count(), process::error);
            assertTrue(process.error().contains(what), process::error);
        }
    }
}
