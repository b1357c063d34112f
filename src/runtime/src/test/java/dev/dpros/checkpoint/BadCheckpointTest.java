package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad LeRobot directories: one clear line each. */
class BadCheckpointTest {
    private static final String BIAS = "diffusion.unet.final_conv.1.bias";

    @TempDir
    Path directory;

    private final TinyPolicy tiny = new TinyPolicy();

    private String failure() {
        return failureOf(tiny.write(directory.resolve("policy")));
    }

    private static String failureOf(Path source) {
        String message = assertThrows(InputException.class, () -> PolicyReader.read(source)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains(source.toString()), message);
        return message;
    }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
    }

    @Test
    void shouldNameAMissingTensor() {
        tiny.tensors.remove(BIAS);
        says(failure(), "model.safetensors", "'" + BIAS + "'", "expected shape [2]", "found no such tensor");
    }

    @Test
    void shouldNameAnUnexpectedTensor() {
        tiny.tensors.put("diffusion.unet.extra.weight", TensorData.of(new float[] {1}, 1));
        says(failure(), "'unet.extra.weight'", "expected no such tensor");
    }

    @Test
    void shouldNameATensorOfAnotherShape() {
        tiny.tensors.put(BIAS, TensorData.of(new float[3], 3));
        says(failure(), "'" + BIAS + "'", "expected shape [2]", "found [3]");
    }

    @Test
    void shouldRefuseNanAndInfiniteWeights() {
        tiny.tensors.put(BIAS, TensorData.of(new float[] {0, Float.NaN}, 2));
        says(failure(), "'" + BIAS + "'", "finite", "NaN at element 1");
        tiny.tensors.put(BIAS, TensorData.of(new float[] {Float.NEGATIVE_INFINITY, 0}, 2));
        says(failureOf(tiny.write(directory.resolve("infinite"))), "-Infinity at element 0");
    }

    @Test
    void shouldRefuseIntegerWeights() {
        tiny.tensors.put(BIAS, new TensorData(DType.I64, List.of(2L), ByteBuffer.allocate(16)));
        says(failure(), "floating type", "I64");
    }

    @Test
    void shouldNameAnUnknownPolicyTypeAndTheNearest() {
        tiny.config.put("type", "difusion");
        says(failure(), "config.json", "type", "'difusion'", "did you mean 'diffusion'?");
        tiny.config.put("type", "act");
        says(failureOf(tiny.write(directory.resolve("act"))), "'act'", "diffusion", "Action Chunking Transformer, which is not run here");
        tiny.config.put("type", "smolvla");
        says(failureOf(tiny.write(directory.resolve("smolvla"))), "'smolvla': SmolVLA, a vision-language-action model");
    }

    @Test
    void shouldNameAFieldOfTheWrongType() {
        tiny.config.put("horizon", "sixteen");
        says(failure(), "config.json: horizon: expected an integer, found \"sixteen\"");
    }

    @Test
    void shouldNameAnImpossibleHorizon() {
        tiny.config.put("horizon", 7);
        says(failure(), "config.json: horizon", "a multiple of 2", "found 7");
    }

    @Test
    void shouldNameAnUnknownScheduler() {
        tiny.config.put("noise_scheduler_type", "DDIN");
        says(failure(), "noise_scheduler_type", "'DDIN'", "DDIM");
    }

    @Test
    void shouldNameACropThatDoesNotFit() {
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.image", "VISUAL", 3, 64, 64);
        tiny.config.putArray("crop_shape").add(84).add(84);
        says(failure(), "crop_shape", "[64, 64]", "[84, 84]");
    }

    @Test
    void shouldNameAnUnknownBackbone() {
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.image", "VISUAL", 3, 64, 64);
        tiny.config.put("vision_backbone", "resnet101");
        says(failure(), "vision_backbone", "'resnet101'", "resnet34");
    }

    @Test
    void shouldNameTheCameraWhoseEncoderIsMissing() {
        ObjectNode inputs = (ObjectNode) tiny.config.get("input_features");
        TinyPolicy.feature(inputs, "observation.images.a", "VISUAL", 3, 64, 64);
        TinyPolicy.feature(inputs, "observation.images.b", "VISUAL", 3, 64, 64);
        tiny.config.put("use_group_norm", true);
        tiny.addWeights();
        TinyPolicy.feature(inputs, "observation.images.c", "VISUAL", 3, 64, 64);
        says(failure(), "'diffusion.rgb_encoder.2.backbone.0.weight'", "found no such tensor");
    }

    @Test
    void shouldNameAMissingStatistic() {
        tiny.statistics.remove("action.max");
        says(failure(), "unnormalizer_processor.safetensors", "'action.max'", "2 values");
    }

    @Test
    void shouldNameAStatisticOfAnotherSize() {
        tiny.statistics.put("action.max", TensorData.of(new float[3], 3));
        says(failure(), "'action.max'", "2 values", "[3]");
    }

    @Test
    void shouldNotFollowAStateFileOutOfTheDirectory() {
        ((ObjectNode) tiny.preprocessor.get("steps").get(0)).put("state_file", "x.safetensors");
        tiny.write(directory.resolve("policy"));
        ((ObjectNode) tiny.preprocessor.get("steps").get(0)).put("state_file", "../../etc/x.safetensors");
        InputException error = assertThrows(InputException.class, () -> {
            new com.fasterxml.jackson.databind.ObjectMapper()
                    .writeValue(directory.resolve("policy/policy_preprocessor.json").toFile(), tiny.preprocessor);
            PolicyReader.read(directory.resolve("policy"));
        });
        says(error.getMessage(), "state_file", "a file name within the directory");
    }

    @Test
    void shouldNameWhatIsMissingWhenNothingNormalizes() {
        tiny.processors = false;
        says(failure(), "'observation.state'", "normalize_inputs.buffer_observation_state.min", "policy_preprocessor.json");
    }

    @Test
    void shouldReportTruncatedFilesAtAnyLength() throws IOException {
        Path policy = tiny.write(directory.resolve("policy"));
        Path model = policy.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(model);
        for (int length : new int[] {0, 1, 7, 8, 9, 500, whole.length / 2, whole.length - 1}) {
            Files.write(model, Arrays.copyOf(whole, length));
            says(failureOf(policy), "model.safetensors");
        }
    }

    @Test
    void shouldReportBrokenJsonWithItsLine() throws IOException {
        Path policy = tiny.write(directory.resolve("policy"));
        Files.writeString(policy.resolve("config.json"), "{\n \"type\": \"diffusion\",\n \"horizon\": ,\n}");
        says(failureOf(policy), "config.json line 3", "not valid JSON");
    }

    @Test
    void shouldReportMissingFiles() throws IOException {
        Path policy = tiny.write(directory.resolve("policy"));
        Files.delete(policy.resolve("model.safetensors"));
        says(failureOf(policy), "model.safetensors: no such file");
        Files.delete(policy.resolve("config.json"));
        says(failureOf(policy), "config.json: no such file");
        says(failureOf(directory.resolve("nowhere")), "no such file or directory");
        assertFalse(failureOf(directory.resolve("nowhere")).contains("Exception"));
    }

    @Test
    void shouldReportTensorsThatOverlap() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}";
        Path file = directory.resolve("x.safetensors");
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 6).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes());
        Files.write(file, bytes.array());
        says(assertThrows(InputException.class, () -> Safetensors.read(file)).getMessage(), "'b'", "byte 4", "byte 2");
    }
}
