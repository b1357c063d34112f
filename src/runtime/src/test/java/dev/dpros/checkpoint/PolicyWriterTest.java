package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.reference.ReferenceCase;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Written policies read back as what they were. */
@Tag("long")
class PolicyWriterTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"models/pusht_image", "models/pusht_keypoints"})
    void shouldRoundTripTheShippedPolicies(String source) throws IOException {
        PolicyDefinition policy = PolicyReader.read(Path.of(source));

        PolicyWriter.write(policy, directory.resolve("copy"));

        isSame(policy, PolicyReader.read(directory.resolve("copy")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lerobot_two_cameras_nofilmscale", "lerobot_sample_prediction_ddpm", "stanford_multi_image_ddim8",
        "stanford_lowdim_ddim10"})
    void shouldRoundTripEveryKindOfPolicy(String name) throws IOException {
        PolicyDefinition policy = ReferenceCase.load(name, directory).policy();

        PolicyWriter.write(policy, directory.resolve("copy"));

        isSame(LeRobotOrder.of(policy), PolicyReader.read(directory.resolve("copy")));
    }

    private static void isSame(PolicyDefinition expected, PolicyDefinition actual) {
        assertEquals(expected.config(), actual.config());
        assertEquals(expected.weights().keySet(), actual.weights().keySet());
        expected.weights().forEach((name, tensor) -> assertEquals(tensor.inMemory(), actual.weights().get(name).inMemory(), name));
        assertEquals(expected.normalizers().keySet(), actual.normalizers().keySet());
        expected.normalizers().forEach((key, normalizer) -> {
            for (int i = 0; i < normalizer.size(); i++) {
                assertEquals(normalizer.scale()[i], actual.normalizers().get(key).scale()[i], Math.abs(normalizer.scale()[i]) * 1e-9);
                assertEquals(normalizer.offset()[i], actual.normalizers().get(key).offset()[i], 1e-8, key);
            }
        });
    }

    /** Around zero floats are fine enough to tell a constant from what stands for its range; a deviation of zero leads to 0, not to -1. */
    @Test
    void shouldRoundTripInputsThatNeverVaried() throws IOException {
        TinyPolicy tiny = new TinyPolicy();
        tiny.statistics.put("observation.state.min", TensorData.of(new float[] {0, -5}, 2));
        tiny.statistics.put("observation.state.max", TensorData.of(new float[] {0, 5}, 2));
        tiny.statistics.put("observation.environment_state.mean", TensorData.of(new float[] {5, 0, 3}, 3));
        tiny.statistics.put("observation.environment_state.std", TensorData.of(new float[] {0, 0, 2}, 3));
        PolicyDefinition policy = PolicyReader.read(tiny.write(directory.resolve("policy")));

        PolicyWriter.write(policy, directory.resolve("copy"));

        PolicyDefinition copy = PolicyReader.read(directory.resolve("copy"));
        isSame(policy, copy);
        policy.normalizers().forEach((key, normalizer) -> assertArrayEquals(normalizer.constant(), copy.normalizers().get(key).constant(), key));
        assertEquals(2, ConstantInputs.of(copy).size());
        assertEquals(-1, copy.normalizers().get("observation.state").normalize(0, 0));
        assertEquals(0, copy.normalizers().get("observation.environment_state").normalize(0, 5));
    }

    @Test
    void shouldMoveColumnsToLeRobotsOrderWithoutChangingTheResult() throws IOException {
        PolicyDefinition policy = ReferenceCase.load("stanford_hybrid_image_ddim16", directory).policy();
        PolicyWriter.write(policy, directory.resolve("copy"));
        PolicyDefinition copy = PolicyReader.read(directory.resolve("copy"));

        assertEquals(List.of("image", "agent_pos"), keys(policy));
        assertEquals(List.of("agent_pos", "image"), keys(copy));
        String layer = "unet.mid_modules.1.cond_encoder.1.weight";
        assertArrayEquals(product(policy, layer), product(copy, layer), 1e-4f);
    }

    private static List<String> keys(PolicyDefinition policy) {
        return policy.config().inputs().stream().map(FeatureSpec::key).toList();
    }

    /** The layer's output for a conditioning vector whose values depend on feature, step and index alone. */
    private static float[] product(PolicyDefinition policy, String layer) {
        PolicyConfig config = policy.config();
        float[] input = new float[config.unet().stepEmbedDim() + config.globalConditioning()];
        int at = config.unet().stepEmbedDim();
        for (int step = 0; step < config.nObsSteps(); step++) {
            for (FeatureSpec feature : config.inputs()) {
                int width = feature.kind() == FeatureSpec.Kind.VISUAL ? config.vision().featureDim() : feature.size();
                for (int i = 0; i < width; i++) {
                    input[at++] = (float) Math.sin(feature.key().hashCode() % 100 + 10 * step + i);
                }
            }
        }
        TensorData weight = policy.weights().get(layer);
        FloatBuffer values = weight.bytes().asFloatBuffer();
        float[] out = new float[weight.shape().get(0).intValue()];
        for (int row = 0; row < out.length; row++) {
            for (int column = 0; column < input.length; column++) {
                out[row] += values.get(row * input.length + column) * input[column];
            }
        }
        return out;
    }

    @Test
    void shouldWriteTheBuffersOfLeRobotsModel() throws IOException {
        PolicyWriter.write(ReferenceCase.load("stanford_hybrid_image_ddim16", directory).policy(), directory.resolve("copy"));
        Map<String, TensorData> written = Safetensors.read(directory.resolve("copy/model.safetensors"));
        PolicyDefinition lerobot = ReferenceCase.load("lerobot_image_ddim16", directory).policy();

        Map<String, TensorData> expected = new HashMap<>();
        lerobot.weights().forEach((name, tensor) -> expected.put("diffusion." + name.replace("rgb_encoder.", "rgb_encoder.0."), tensor));
        assertEquals(List.of(9L, 2L), written.remove("diffusion.rgb_encoder.0.pool.pos_grid").shape());
        assertEquals(expected.keySet(), written.keySet());
        written.forEach((name, tensor) -> assertEquals(expected.get(name).shape(), tensor.shape(), name));
    }

    @Test
    void shouldRefuseADirectoryWithContent() throws IOException {
        Files.writeString(directory.resolve("notes.txt"), "mine");
        PolicyDefinition policy = PolicyReader.read(Path.of("models/pusht_keypoints"));

        InputException error = assertThrows(InputException.class, () -> PolicyWriter.write(policy, directory));

        assertTrue(error.getMessage().contains("--overwrite"), error.getMessage());
        assertEquals("mine", Files.readString(directory.resolve("notes.txt")));
    }

    @Test
    void shouldMoveFormerContentAsideWhenForced() throws IOException {
        Path target = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(target.resolve("notes.txt"), "mine");

        Path backup = PolicyWriter.write(PolicyReader.read(Path.of("models/pusht_keypoints")), target, true);

        assertEquals("mine", Files.readString(backup.resolve("notes.txt")));
        assertFalse(Files.exists(target.resolve("notes.txt")));
        assertNotNull(PolicyReader.read(target));
    }

    @Test
    void shouldLeaveNothingBehindWhenItFails() throws IOException {
        TinyPolicy tiny = new TinyPolicy();
        PolicyDefinition policy = PolicyReader.read(tiny.write(directory.resolve("tiny")));
        Map<String, TensorData> broken = new HashMap<>(policy.weights());
        broken.keySet().removeIf(name -> name.contains("final_conv"));
        PolicyConfig other = ReferenceCase.load("stanford_hybrid_image_ddim16", directory).policy().config();

        assertThrows(RuntimeException.class, () -> PolicyWriter.write(
                new PolicyDefinition(other, broken, Map.of("image", dev.dpros.diffusion.Normalizer.identity(1)), "test"),
                directory.resolve("out/policy")));

        try (Stream<Path> left = Files.list(directory.resolve("out"))) {
            assertEquals(List.of(), left.toList());
        }
    }
}
