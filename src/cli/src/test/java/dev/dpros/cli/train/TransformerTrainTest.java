package dev.dpros.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.MainAccess;
import dev.dpros.diffusion.PolicyDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code dpros train}, then {@code dpros eval}, of PushT's keypoints with networks and conditionings other than LeRobot's. */
@Tag("long")
@Timeout(300)
class TransformerTrainTest {
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr").toAbsolutePath();

    @TempDir
    private Path folder;

    private Path train(Path config, String... more) {
        Path output = folder.resolve("run");
        List<String> command = new ArrayList<>(List.of("train", "--config", config.toString(), "--output", output.toString(), "--set",
                "datasets=[" + DATA + "]", "--set", "evaluation.env=none"));
        command.addAll(List.of(more));
        assertEquals(0, MainAccess.execute(command.toArray(new String[0])));
        return output;
    }

    private JsonNode evaluated(Path policy) throws IOException {
        Path json = folder.resolve("scores.json");
        assertEquals(0, MainAccess.execute("eval", "--policy", policy.toString(), "--seeds", "100000..100001", "--max-steps", "16",
                "--json", json.toString()));
        return new ObjectMapper().readTree(json.toFile());
    }

    @Test
    void shouldTrainATransformerFromDiffusionPolicysConfigurationAndEvaluateIt() throws IOException {
        Files.createDirectories(folder.resolve("task"));
        Path config = Files.copy(Path.of("src/runtime/src/test/resources/training/diffusion_policy_transformer.yaml"), folder.resolve("train.yaml"));
        Files.copy(Path.of("src/runtime/src/test/resources/training/diffusion_policy_task.yaml"), folder.resolve("task/push.yaml"));

        Path output = train(config);

        PolicyDefinition policy = PolicyReader.read(output.resolve("last"));
        assertEquals(32, policy.config().transformer().nEmb());
        assertEquals(2, evaluated(output.resolve("last")).get("episodes").size());
        String inForce = Files.readString(output.resolve("config.yaml"));
        assertTrue(inForce.contains("weight_decay: 0.1") && inForce.contains("lr: 1.0E-4") && inForce.contains("warm_up_steps: 1000"),
                inForce);
    }

    @Test
    void shouldTrainIbcFromDiffusionPolicysConfigurationAndEvaluateIt() throws IOException {
        Files.createDirectories(folder.resolve("task"));
        Path config = Files.copy(Path.of("src/runtime/src/test/resources/training/diffusion_policy_ibc.yaml"), folder.resolve("train.yaml"));
        Files.copy(Path.of("src/runtime/src/test/resources/training/diffusion_policy_task.yaml"), folder.resolve("task/push.yaml"));

        Path output = train(config, "--set", "steps=20", "--set", "validation.every_steps=20", "--set", "validation.sample_every_steps=20");

        PolicyDefinition policy = PolicyReader.read(output.resolve("last"));
        assertEquals(1024, policy.config().energy().width());
        List<String> metrics = Files.readAllLines(output.resolve("metrics.csv"));
        assertTrue(metrics.stream().anyMatch(line -> line.startsWith("20,train_action_mse_error,")), metrics::toString);
        assertEquals(2, evaluated(output.resolve("last")).get("episodes").size());
        Path json = folder.resolve("inspected.json");
        assertEquals(0, MainAccess.execute("inspect", output.resolve("last").toString(), "--no-latency", "--json", json.toString()));
        assertEquals(32, new ObjectMapper().readTree(json.toFile()).get("policy").get("energy").get("candidates").asInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"conditioning\": \"global\"}", "{\"conditioning\": \"inpainting\"}",
        "{\"conditioning\": \"global\", \"pred_action_steps_only\": true}"})
    void shouldLearnWithEachWayOfConditioning(String trajectory) throws IOException {
        ObjectNode policy = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_keypoints/config.json").toFile());
        policy.remove("down_dims");
        policy.set("transformer", new ObjectMapper().readTree(
                "{\"n_layer\": 2, \"n_head\": 4, \"n_emb\": 32, \"causal_attn\": false, \"p_drop_attn\": 0.05}"));
        policy.set("trajectory", new ObjectMapper().readTree(trajectory));
        Files.writeString(folder.resolve("policy.json"), policy.toString());
        Path config = Files.writeString(folder.resolve("train.yaml"), """
                policy: policy.json
                columns:
                  observation.state: {from: state}
                  observation.environment_state: {from: keypoint}
                optimizer: {lr: 0.003, warm_up_steps: 10, weight_decay: 0.001, betas: [0.9, 0.95]}
                loader: {batch_size: 16}
                steps: 300
                validation: {ratio: 0.3, every_steps: 300, batches: 2, sample_every_steps: 300}
                """);

        Path output = train(config);

        List<String> metrics = Files.readAllLines(output.resolve("metrics.csv"));
        List<Double> losses = metrics.stream().filter(line -> line.contains(",train_loss,"))
                .map(line -> Double.parseDouble(line.split(",")[2])).toList();
        assertTrue(losses.get(losses.size() - 1) < 0.6 * losses.get(0), losses::toString);
        assertTrue(metrics.stream().anyMatch(line -> line.startsWith("300,train_action_mse_error,")), metrics::toString);
        assertEquals(2, evaluated(output.resolve("last")).get("episodes").size());
    }
}
