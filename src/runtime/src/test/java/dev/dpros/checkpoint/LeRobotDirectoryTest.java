package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What LeRobot's directories may look like. */
class LeRobotDirectoryTest {
    @TempDir
    Path directory;

    private final TinyPolicy tiny = new TinyPolicy();

    private PolicyDefinition read() {
        return PolicyReader.read(tiny.write(directory.resolve("policy")));
    }

    @Test
    void shouldNormalizeAsTheProcessorsSay() {
        PolicyDefinition policy = read();

        Normalizer state = policy.normalizers().get("observation.state");
        assertEquals(-0.4f, state.normalize(0, 3), 1e-6);
        assertEquals(0.2f, state.normalize(1, 1), 1e-6);
        assertEquals(2f, policy.normalizers().get("observation.environment_state").normalize(0, 2), 1e-6);
        assertEquals(250, policy.normalizers().get("action").unnormalize(1, 0.5), 1e-9);
    }

    @Test
    void shouldMapAStatisticWithoutRangeToMinusOne() {
        tiny.statistics.put("observation.state.max", TensorData.of(new float[] {0.1f, 5}, 2));
        tiny.statistics.put("observation.state.min", TensorData.of(new float[] {0.1f, -5}, 2));

        Normalizer state = read().normalizers().get("observation.state");

        assertEquals(-1f, state.normalize(0, 0.1f), 1e-6);
        assertEquals(0.1f, state.unnormalize(0, 0.7), 1e-6);
    }

    @Test
    void shouldNormalizeByQuantiles() {
        tiny.normalizer().withObject("norm_map").put("STATE", "QUANTILES");
        tiny.statistics.put("observation.state.q01", TensorData.of(new float[] {1, 0}, 2));
        tiny.statistics.put("observation.state.q99", TensorData.of(new float[] {3, 4}, 2));

        assertEquals(0.5f, read().normalizers().get("observation.state").normalize(0, 2.5f), 1e-6);
    }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
    }

    private String refusal() {
        return assertThrows(InputException.class, this::read).getMessage();
    }

    @Test
    void shouldRefuseAFeatureWhoseStatisticsAreMissing() {
        tiny.statistics.keySet().removeIf(k -> k.startsWith("action."));

        String message = refusal();

        assertTrue(message.contains("unnormalizer") && message.contains("'action.min'") && message.contains("MIN_MAX"), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void shouldNameTheStatisticsFoundUnderAnotherName() {
        Map<String, TensorData> prefixed = new LinkedHashMap<>();
        tiny.statistics.forEach((name, tensor) -> prefixed.put("so100.buffer." + name, tensor));
        tiny.statistics.clear();
        tiny.statistics.putAll(prefixed);

        says(refusal(), "so100.buffer.action.max");
    }

    @Test
    void shouldLeaveAFeatureAsItIsThatIsNotToBeNormalized() {
        tiny.normalizer().withObject("norm_map").put("ENV", "IDENTITY");
        tiny.statistics.keySet().removeIf(k -> k.startsWith("observation.environment_state."));

        assertTrue(read().normalizers().get("observation.environment_state").isIdentity());
    }

    @Test
    void shouldRefuseAStepThatMayChangeTheNumbers() {
        ((ArrayNode) tiny.postprocessor.get("steps")).addObject().put("registry_name", "absolute_actions_processor")
                .putObject("config").put("enabled", true);

        says(refusal(), "'absolute_actions_processor'");
    }

    @Test
    void shouldRefuseAStepOfALabsOwn() {
        ((ArrayNode) tiny.preprocessor.get("steps")).insertObject(1).put("class", "my_lab.processors.DegreesToRadians");

        says(refusal(), "policy_preprocessor.json", "'my_lab.processors.DegreesToRadians'");
    }

    @Test
    void shouldRefuseASecondNormalizer() {
        ArrayNode steps = (ArrayNode) tiny.preprocessor.get("steps");
        steps.add(steps.get(0).deepCopy());

        says(refusal(), "2 of them");
    }

    @Test
    void shouldReadPastStepsThatLeaveTheNumbersAsTheyAre() {
        ArrayNode steps = (ArrayNode) tiny.preprocessor.get("steps");
        steps.addObject().put("registry_name", "rename_observations_processor").putObject("config").putObject("rename_map");
        steps.addObject().put("registry_name", "to_batch_processor");
        steps.addObject().put("registry_name", "device_processor").putObject("config").put("device", "cuda").putNull("float_dtype");
        steps.addObject().put("registry_name", "relative_actions_processor").putObject("config").put("enabled", false);

        assertEquals(250, read().normalizers().get("action").unnormalize(1, 0.5), 1e-9);
    }

    private void average(Path checkpoint) {
        tiny.write(checkpoint.resolve("pretrained_model"));
        tiny.statistics.put("action.max", TensorData.of(new float[] {1, 500}, 2));
        tiny.write(checkpoint.resolve("pretrained_model_ema"));
    }

    private static double scaled(Path source) {
        return PolicyReader.read(source).normalizers().get("action").unnormalize(1, 1);
    }

    @Test
    void shouldTakeTheMovingAverageOfACheckpoint() {
        Path checkpoint = directory.resolve("000002");
        average(checkpoint);

        assertEquals(500, scaled(checkpoint), 1e-3);
        assertEquals(300, scaled(checkpoint.resolve("pretrained_model")), 1e-3);
        assertTrue(PolicyLocation.of(checkpoint).note().contains("moving average"));
        assertTrue(PolicyLocation.of(checkpoint.resolve("pretrained_model")).note().contains("pretrained_model_ema"));
        assertEquals("", PolicyLocation.of(checkpoint.resolve("pretrained_model_ema")).note());
    }

    @Test
    void shouldFindTheNewestCheckpointOfARun() throws IOException {
        tiny.write(directory.resolve("run/checkpoints/000900/pretrained_model"));
        tiny.statistics.put("action.max", TensorData.of(new float[] {1, 500}, 2));
        tiny.write(directory.resolve("run/checkpoints/001000/pretrained_model"));

        assertEquals(500, scaled(directory.resolve("run")), 1e-3);
        assertEquals(500, scaled(directory.resolve("run/checkpoints")), 1e-3);
        Files.createSymbolicLink(directory.resolve("run/checkpoints/last"), Path.of("000900"));
        assertEquals(300, scaled(directory.resolve("run")), 1e-3);
    }

    @Test
    void shouldNameAnAdapterAndADistributedCheckpoint() throws IOException {
        Files.createDirectories(directory.resolve("adapter"));
        Files.writeString(directory.resolve("adapter/adapter_config.json"), "{}");
        Files.createDirectories(directory.resolve("dcp"));
        Files.writeString(directory.resolve("dcp/.metadata"), "");

        for (Map.Entry<String, String> kind : Map.of("adapter", "PEFT", "dcp", "distributed checkpoint").entrySet()) {
            String message = assertThrows(InputException.class, () -> PolicyReader.read(directory.resolve(kind.getKey()))).getMessage();
            assertTrue(message.contains(kind.getValue()), message);
        }
    }

    /** As LeRobot's training saves them: with the policy's config.json beside. */
    @ParameterizedTest
    @CsvSource({"adapter_config.json, PEFT", "pytorch_model_fsdp_0/.metadata, distributed checkpoint",
        "model.safetensors.index.json, as one file of safetensors", "pytorch_model.bin, as one file of safetensors"})
    void shouldNameWhatLiesInPlaceOfTheWeights(String file, String kind) throws IOException {
        Path policy = tiny.write(directory.resolve("checkpoints/000100/pretrained_model"));
        Files.delete(policy.resolve("model.safetensors"));
        Files.createDirectories(policy.resolve(file).getParent());
        Files.writeString(policy.resolve(file), "{}");

        says(assertThrows(InputException.class, () -> PolicyReader.read(directory)).getMessage(), kind);
        assertTrue(PolicyTree.of(directory).stream().anyMatch(entry -> !entry.runs() && entry.reason().contains(kind)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "trajectory | {\"pred_action_step_only\": true} | trajectory: no such field: 'pred_action_step_only'; did you mean 'pred_action_steps_only'?",
        "trajectory | [1] | trajectory: expected an object",
        "trajectory | {\"pose_repr\": \"relative\"} | trajectory.pose_repr: expected an object",
        "trajectory | {\"pose_repr\": {\"obs\": \"relative\"}} | trajectory.pose_repr: no such field: 'obs'; valid: obs_pose_repr, action_pose_repr",
        "trajectory | {\"pose_repr\": {\"obs_pose_repr\": \"rel\"}} | trajectory.pose_repr.action_pose_repr: expected a string, found nothing",
        "trajectory | {\"pose_repr\": {\"obs_pose_repr\": \"rel\", \"action_pose_repr\": \"rel\"}} | action: expected 10 values of each arm",
        "transformer | \"x\" | transformer: expected an object",
        "transformer | {\"n_layers\": 2} | transformer: no such field: 'n_layers'; did you mean 'n_layer'?"})
    void shouldRefuseFieldsOfItsOwnThatSayNothing(String field, String json, String expected) throws IOException {
        tiny.config.set(field, new ObjectMapper().readTree(json));

        says(refusal(), expected);
    }

    @Test
    void shouldFindInputsThatNeverVaried() {
        assertEquals(Map.of(), ConstantInputs.of(PolicyReader.read(new TinyPolicy().write(directory.resolve("varied")))));
        tiny.statistics.put("observation.state.min", TensorData.of(new float[] {0.25f, -5}, 2));
        tiny.statistics.put("observation.state.max", TensorData.of(new float[] {0.25f, 5}, 2));
        tiny.statistics.put("observation.environment_state.std", TensorData.of(new float[] {0.5f, 0, 2}, 3));

        PolicyDefinition policy = read();
        Map<String, ConstantElements> found = ConstantInputs.of(policy);

        assertEquals(List.of("observation.state", "observation.environment_state"), List.copyOf(found.keySet()));
        assertEquals(List.of("observation.state[0] was 0.25 throughout the training data: another value would reach the network blown up; "
                + "a live one that is more than 0.0001 off is not driven on"), found.get("observation.state").warnings());
        assertEquals(2, found.get("observation.environment_state").constant(1), 1e-6);
        Normalizer state = policy.normalizers().get("observation.state");
        assertEquals(-1, state.normalize(0, 0.25009f), 0, "within the tolerance it is the constant");
        assertTrue(Math.abs(state.normalize(0, 0.251f)) > 1e5, "beyond it, what the reference computes");
        assertEquals(0, policy.normalizers().get("observation.environment_state").normalize(1, 2.0001f), 0);
    }

    @Test
    void shouldNotTakeEqualQuantilesForAConstant() {
        ((ObjectNode) tiny.normalizer().get("norm_map")).put("STATE", "QUANTILES");
        tiny.statistics.put("observation.state.q01", TensorData.of(new float[] {0, -5}, 2));
        tiny.statistics.put("observation.state.q99", TensorData.of(new float[] {0, 5}, 2));
        assertEquals(Map.of(), ConstantInputs.of(read()), "minimum and maximum differ: 0 and 10");
        tiny.statistics.put("observation.state.max", TensorData.of(new float[] {0, 5}, 2));
        assertEquals(0, ConstantInputs.of(PolicyReader.read(tiny.write(directory.resolve("constant")))).get("observation.state").constant(0));
    }

    @Test
    void shouldReadNormalizerBuffersInsideOlderModels() {
        tiny.processors = false;
        tiny.statistics.forEach((name, tensor) -> {
            String key = name.substring(0, name.lastIndexOf('.'));
            String buffer = ".buffer_" + key.replace('.', '_') + name.substring(name.lastIndexOf('.'));
            tiny.tensors.put((key.equals("action") ? "unnormalize_outputs" : "normalize_inputs") + buffer, tensor);
            if (key.equals("action")) {
                tiny.tensors.put("normalize_targets" + buffer, tensor);
            }
        });

        PolicyDefinition policy = read();

        assertEquals(-0.4f, policy.normalizers().get("observation.state").normalize(0, 3), 1e-6);
        assertEquals(2f, policy.normalizers().get("observation.environment_state").normalize(0, 2), 1e-6);
        assertEquals(250, policy.normalizers().get("action").unnormalize(1, 0.5), 1e-6);
    }

    @Test
    void shouldReadTheFirstConfigurationFormat() {
        shouldReadNormalizerBuffersInsideOlderModels();
        tiny.config.remove(List.of("type", "input_features", "output_features", "normalization_mapping"));
        ObjectNode shapes = tiny.config.putObject("input_shapes");
        shapes.putArray("observation.state").add(2);
        shapes.putArray("observation.environment_state").add(3);
        tiny.config.putObject("output_shapes").putArray("action").add(2);
        tiny.config.putObject("input_normalization_modes").put("observation.state", "min_max")
                .put("observation.environment_state", "mean_std");
        tiny.config.putObject("output_normalization_modes").put("action", "min_max");

        PolicyDefinition policy = PolicyReader.read(tiny.write(directory.resolve("first")));

        assertEquals(10, policy.config().globalConditioning());
        assertEquals(250, policy.normalizers().get("action").unnormalize(1, 0.5), 1e-6);
    }

    @Test
    void shouldReadACompiledModelsNames() {
        Map<String, TensorData> compiled = new java.util.LinkedHashMap<>();
        tiny.tensors.forEach((name, tensor) -> compiled.put(name.replace("diffusion.unet.", "diffusion.unet._orig_mod."), tensor));
        tiny.tensors.clear();
        tiny.tensors.putAll(compiled);

        assertTrue(read().weights().containsKey("unet.mid_modules.0.conv1.block.0.weight"));
    }

    @Test
    void shouldConvertDoubleAndHalfPrecisionWeights() {
        String name = "diffusion.unet.final_conv.1.bias";
        ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.5).putDouble(-3).flip();
        tiny.tensors.put(name, new TensorData(DType.F64, List.of(2L), doubles));
        assertArrayEquals(new float[] {0.5f, -3}, values(read(), name));
        ByteBuffer halves = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3c00).putShort((short) 0x8001).flip();
        tiny.tensors.put(name, new TensorData(DType.F16, List.of(2L), halves));
        assertArrayEquals(new float[] {1, -0x1p-24f}, values(PolicyReader.read(tiny.write(directory.resolve("f16"))), name));
        ByteBuffer brain = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3f80).putShort((short) 0xc040).flip();
        tiny.tensors.put(name, new TensorData(DType.BF16, List.of(2L), brain));
        assertArrayEquals(new float[] {1, -3}, values(PolicyReader.read(tiny.write(directory.resolve("bf16"))), name));
    }

    private static float[] values(PolicyDefinition policy, String name) {
        return Safetensors.finiteFloats("", name, policy.weights().get(name.substring("diffusion.".length())));
    }

    @Test
    void shouldOrderConditioningAsLeRobotDoes() {
        ObjectNode inputs = tiny.config.putObject("input_features");
        TinyPolicy.feature(inputs, "observation.environment_state", "ENV", 3);
        TinyPolicy.feature(inputs, "observation.images.top", "VISUAL", 3, 96, 128);
        TinyPolicy.feature(inputs, "observation.state", "STATE", 2);
        TinyPolicy.feature(inputs, "observation.images.left", "VISUAL", 3, 96, 128);

        var config = LeRobotConfig.read(new ConfigNode("tiny", "", tiny.config));

        assertEquals(List.of("observation.state", "observation.images.top", "observation.images.left",
                "observation.environment_state"), config.inputs().stream().map(FeatureSpec::key).toList());
    }

    @Test
    void shouldDeriveTheCropFromResizeAndRatio() {
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.image", "VISUAL", 3, 480, 640);
        tiny.config.putArray("resize_shape").add(240).add(320);
        tiny.config.put("crop_ratio", 0.9);
        tiny.config.put("vision_backbone", "resnet34");

        VisionConfig vision = LeRobotConfig.read(new ConfigNode("tiny", "", tiny.config)).vision();

        assertEquals(List.of(216, 288), vision.cropShape());
        assertEquals(VisionConfig.Backbone.RESNET34, vision.backbone());
        tiny.config.put("crop_ratio", 1.0).putArray("crop_shape").add(84).add(84);
        assertNull(LeRobotConfig.read(new ConfigNode("tiny", "", tiny.config)).vision().cropShape());
    }

    @Test
    void shouldFindThePolicyInsideATrainingCheckpoint() throws Exception {
        tiny.write(Files.createDirectories(directory.resolve("005000")).resolve("pretrained_model"));

        assertEquals(8, PolicyReader.read(directory.resolve("005000")).config().horizon());
    }
}
