package dev.dpros.cli.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.checkpoint.Safetensors;
import dev.dpros.cli.Main;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.ReferenceCase;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The commands import, inspect, predict and export. */
class PolicyCommandsTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Object... arguments) {
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return line.execute(texts);
    }

    private void fails(String... parts) {
        String message = err.toString();
        assertEquals(1, message.lines().count(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
    }

    @Test
    void shouldInspectAPolicy() throws IOException {
        Path json = directory.resolve("policy.json");

        assertEquals(0, run("inspect", "--no-latency", "--json", json, "models/pusht_image"), err.toString());

        String text = out.toString();
        assertTrue(text.contains("To 2, T 16, Ta 8") && text.contains("observation.image visual [3, 96, 96]")
                && text.contains("DDIM 16 steps") && text.contains("centre crop [84, 84]"), text);
        JsonNode tree = new ObjectMapper().readTree(json.toFile());
        assertEquals(4_559_554, tree.at("/policy/parameters/unet").asInt());
        assertEquals(511, tree.at("/policy/features/2/high/0").asDouble(), 1e-3);
    }

    @Test
    void shouldSayOfEveryPolicyInAFolderWhetherItRuns() throws IOException {
        Path json = directory.resolve("policies.json");
        Path act = Files.createDirectories(directory.resolve("lab/act"));
        Files.writeString(act.resolve("config.json"), "{\"type\": \"act\"}");

        assertEquals(0, run("inspect", "models"), err.toString());
        assertTrue(out.toString().contains("models/pusht_image: runs: LeRobot pretrained directory, UNet, 1 camera, DDIM 16 steps, "),
                out.toString());
        assertEquals(0, run("inspect", "--json", json, directory.resolve("lab")), err.toString());
        assertTrue(out.toString().contains(act + ": does not run: config.json: type: ") && out.toString().contains("0 of 1 run"),
                out.toString());
        assertTrue(new ObjectMapper().readTree(json.toFile()).at("/policies/0/reason").asText().contains("ACT"));
        assertEquals(2, run("inspect", Files.createDirectories(directory.resolve("none"))));
        fails("none", ".ckpt");
    }

    @Test
    void shouldImportACheckpointThatPredictsTheSame() throws IOException {
        ReferenceCase reference = ReferenceCase.load("stanford_lowdim_ddim10", directory);
        Path imported = directory.resolve("imported");
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("obs", TensorData.of(Procedural.uniform(reference.tag() + "/obs", 40, 20, 480), 2, 20));
        tensors.put("noise", TensorData.of(Procedural.normal(reference.tag() + "/noise", 32), 16, 2));
        Safetensors.write(directory.resolve("in"), tensors);

        assertEquals(0, run("import", directory.resolve("stanford_lowdim_ddim10"), imported), err.toString());
        assertEquals(0, run("predict", "--policy", imported, "--input", directory.resolve("in"), "--output",
                directory.resolve("out")), err.toString());

        float[] expected = floats(reference.json().get("action"));
        assertArrayEquals(expected, floats(directory.resolve("out"), "action"), 0.25f);
        assertEquals(List.of(8L, 2L), Safetensors.read(directory.resolve("out")).get("action").shape());
        assertEquals(2, run("import", directory.resolve("stanford_lowdim_ddim10"), imported));
        fails("--overwrite");
    }

    @Test
    void shouldImportInspectAndRunATransformer() throws IOException {
        predictsAsRecorded("stanford_transformer_lowdim_small_ddim10");

        assertEquals(0, run("inspect", "--no-latency", directory.resolve("imported")), err.toString());
        String text = out.toString();
        assertTrue(text.contains("2 layers, 4 heads, width 64, conditioning MLP, causal") && text.contains("a token per observation step"),
                text);
    }

    @Test
    void shouldTakeAndGiveAllColumnsOfAPolicyConditionedByInpainting() throws IOException {
        predictsAsRecorded("stanford_unet_lowdim_inpaint_ddim8");

        assertEquals(List.of(16L, 22L), Safetensors.read(directory.resolve("out")).get("trajectory").shape());
        assertEquals(0, run("inspect", "--no-latency", directory.resolve("imported")), err.toString());
        assertTrue(out.toString().contains("columns of the trajectory (inpainting)"), out.toString());
    }

    @Test
    void shouldKeepInWhichPrecisionAPolicyRuns() throws IOException {
        ReferenceCase.load("stanford_transformer_lowdim_small_ddim10", directory);
        Path policy = directory.resolve("imported");

        assertEquals(0, run("import", "--calibrate", directory.resolve("stanford_transformer_lowdim_small_ddim10"), policy), err.toString());
        assertEquals(0, run("inspect", "--no-latency", policy), err.toString());
        String line = out.toString().lines().filter(text -> text.startsWith("precision ")).findFirst().orElseThrow();
        assertTrue(line.contains("auto is ") && line.contains("8 random"), line);
        assertEquals(2, out.toString().lines().filter(line::equals).count(), out.toString());

        Path file = policy.resolve("precision.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"precision\" : \"\\w+\"", "\"precision\" : \"int8\"")
                .replaceFirst("\"policy_sha256\" : \"..", "\"policy_sha256\" : \"zz"));
        assertEquals(2, run("predict", "--precision", "auto", "--policy", policy, "--input", observations(), "--output", directory.resolve("o")));
        fails("sampler.precision: auto: expected a choice for the weights of ", "dpros precision " + policy);
        Files.writeString(file, text.replaceFirst("\"error_bound\" : [0-9.]+", "\"error_bound\" : \"little\""));
        err.getBuffer().setLength(0);
        assertEquals(2, run("inspect", "--no-latency", policy));
        fails("precision.json: error_bound: expected a finite number, found \"little\"");
        err.getBuffer().setLength(0);
        assertEquals(2, run("precision", directory.resolve("stanford_transformer_lowdim_small_ddim10")));
        fails("expected a LeRobot directory", "dpros import");
    }

    private Path observations() throws IOException {
        ReferenceCase reference = ReferenceCase.load("stanford_transformer_lowdim_small_ddim10", Files.createDirectory(directory.resolve("again")));
        FeatureSpec obs = reference.policy().config().inputs().get(0);
        int steps = reference.policy().config().nObsSteps();
        Path input = directory.resolve("seen");
        Safetensors.write(input, Map.of("obs", TensorData.of(new float[steps * obs.size()], steps, obs.size())));
        return input;
    }

    private void predictsAsRecorded(String name) throws IOException {
        ReferenceCase reference = ReferenceCase.load(name, directory);
        JsonNode shape = reference.json().get("sample_shape");
        int[] sizes = {shape.get(1).asInt(), shape.get(2).asInt()};
        FeatureSpec obs = reference.policy().config().inputs().get(0);
        int steps = reference.policy().config().nObsSteps();
        String how = reference.json().get("inputs").get("obs").asText();
        double[] range = Arrays.stream(how.substring(how.lastIndexOf(']') + 2, how.length() - 1).split(",")).mapToDouble(Double::parseDouble)
                .toArray();
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("obs", TensorData.of(Procedural.uniform(reference.tag() + "/obs", steps * obs.size(), range[0], range[1]), steps, obs.size()));
        tensors.put("noise", TensorData.of(Procedural.normal(reference.tag() + "/noise", sizes[0] * sizes[1]), sizes[0], sizes[1]));
        Safetensors.write(directory.resolve("in"), tensors);

        assertEquals(0, run("import", directory.resolve(name), directory.resolve("imported")), err.toString());
        assertEquals(0, run("predict", "--policy", directory.resolve("imported"), "--input", directory.resolve("in"), "--output",
                directory.resolve("out")), err.toString());

        assertArrayEquals(floats(reference.json().get("trajectory")), floats(directory.resolve("out"), "trajectory"), 1e-3f);
        assertArrayEquals(floats(reference.json().get("conditioning")), floats(directory.resolve("out"), "global_cond"), 1e-4f);
        assertArrayEquals(floats(reference.json().get("action")), floats(directory.resolve("out"), "action"), 2e-2f);
    }

    @Test
    void shouldPredictFromCameraImagesAsRecorded() throws IOException {
        Path input = imageInput();
        JsonNode reference = reference();

        assertEquals(0, run("predict", "--policy", "src/runtime/src/test/resources/policies/pusht_image",
                "--input", input, "--output", directory.resolve("out"),
                "--scheduler", "ddim", "--steps", 8), err.toString());

        assertArrayEquals(floats(reference.get("global_cond")), floats(directory.resolve("out"), "global_cond"), 1e-4f);
        assertArrayEquals(floats(reference.get("ddim8")), floats(directory.resolve("out"), "trajectory"), 1e-3f);
    }

    @Test
    void shouldSayOnceThatAnInputIsNotTheConstantOfTheData() throws IOException {
        Path policy = Files.createDirectory(directory.resolve("constant"));
        for (String name : List.of("config.json", "model.safetensors", "policy_preprocessor.json", "policy_postprocessor.json",
                "policy_postprocessor_step_0_unnormalizer_processor.safetensors")) {
            Files.copy(Path.of("models/pusht_keypoints", name), policy.resolve(name));
        }
        String statistics = "policy_preprocessor_step_3_normalizer_processor.safetensors";
        Map<String, TensorData> tensors = new LinkedHashMap<>(Safetensors.read(Path.of("models/pusht_keypoints", statistics)));
        tensors.put("observation.state.min", TensorData.of(new float[] {0.25f, 0}, 2));
        tensors.put("observation.state.max", TensorData.of(new float[] {0.25f, 512}, 2));
        Safetensors.write(policy.resolve(statistics), tensors);
        Path input = directory.resolve("in");
        Safetensors.write(input, Map.of("observation.state", TensorData.of(new float[] {0.25f, 100, 0.251f, 100}, 2, 2),
                "observation.environment_state", TensorData.of(new float[36], 2, 18)));
        Logger logger = (Logger) LoggerFactory.getLogger(DiffusionPolicy.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            assertEquals(0, run("predict", "--policy", policy, "--input", input, "--output", directory.resolve("out")), err.toString());
        } finally {
            logger.detachAppender(log);
        }
        assertEquals(1, log.list.size(), log.list::toString);
        assertTrue(log.list.get(0).getFormattedMessage().contains("observation.state[0] is 0.251, was 0.25"), log.list::toString);
    }

    @Test
    void shouldReportWhatIsWrongWithTheInput() throws IOException {
        Path input = directory.resolve("in");
        Safetensors.write(input, Map.of("observation.stat", TensorData.of(new float[4], 2, 2)));
        assertEquals(2, run("predict", "--policy", "models/pusht_keypoints", "--input", input, "--output", directory.resolve("o")));
        fails("'observation.state'", "[2, 2]", "did you mean 'observation.stat'?");
    }

    @Test
    void shouldNameAnUnknownScheduler() throws IOException {
        assertEquals(2, run("predict", "--policy", "models/pusht_image", "--input", imageInput(), "--output",
                directory.resolve("o"), "--scheduler", "ddin"));
        fails("--scheduler", "'ddin'", "did you mean 'ddim'?");
    }

    @Test
    void shouldReportTooManySteps() throws IOException {
        assertEquals(2, run("predict", "--policy", "models/pusht_image", "--input", imageInput(), "--output",
                directory.resolve("o"), "--steps", 101));
        fails("--steps", "100", "101");
    }

    @Test
    void shouldNotTakeNoStepsForThePolicysOwn() throws IOException {
        assertEquals(2, run("predict", "--policy", "models/pusht_image", "--input", imageInput(), "--output", directory.resolve("o"), "--steps", 0));
        fails("--steps", "1");
    }

    @Test
    void shouldNameTheSchedulersThatANetworkCanHave() throws IOException {
        assertEquals(2, run("predict", "--policy", "models/pusht_image", "--input", imageInput(), "--output", directory.resolve("o"),
                "--scheduler", "euler"));
        fails("--scheduler: expected ddpm, ddim or dpm_solver_pp", "euler");
    }

    @Test
    void shouldReportAPolicyThatIsNotThere() {
        assertEquals(2, run("inspect", directory.resolve("nothing")));
        fails("nothing: no such file or directory");
    }

    private static JsonNode reference() throws IOException {
        try (InputStream in = PolicyCommandsTest.class.getResourceAsStream("/pusht_image/reference.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private Path imageInput() throws IOException {
        JsonNode reference = reference();
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("observation.state", TensorData.of(floats(reference.get("agent_pos")), 2, 2));
        tensors.put("noise", TensorData.of(floats(reference.get("noise")), 16, 2));
        try (InputStream in = PolicyCommandsTest.class.getResourceAsStream("/pusht_image/reference_frames_u8.bin")) {
            tensors.put("observation.image",
                    new TensorData(DType.U8, List.of(2L, 96L, 96L, 3L), ByteBuffer.wrap(in.readAllBytes())));
        }
        Path file = directory.resolve("image-input");
        Files.deleteIfExists(file);
        Safetensors.write(file, tensors);
        return file;
    }

    private static float[] floats(Path file, String name) {
        return Safetensors.finiteFloats(file.toString(), name, Safetensors.read(file).get(name));
    }

    private static float[] floats(JsonNode node) {
        List<Float> values = new java.util.ArrayList<>();
        collect(node, values);
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    private static void collect(JsonNode node, List<Float> values) {
        if (node.isArray()) {
            node.forEach(item -> collect(item, values));
        } else {
            values.add(node.floatValue());
        }
    }

    @Test
    void shouldExportAPolicyForAServer() throws IOException {
        assertEquals(0, run("export", "--format", "triton", "models/pusht_keypoints", directory.resolve("repo")), err.toString());
        assertTrue(Files.isRegularFile(directory.resolve("repo/pusht_keypoints/1/model.pt")));
        assertTrue(out.toString().contains("repo/pusht_keypoints: written for triton, float32"), out.toString());
        assertEquals(0, run("export", "--format", "djl-serving", "--name", "other", "--steps", "4", "models/pusht_keypoints",
                directory.resolve("repo")), err.toString());
        assertTrue(Files.readString(directory.resolve("repo/other/README.md")).contains("n is 4 in every request"));
    }

    @Test
    void shouldRefuseWhatAnExportCannotHold() {
        assertEquals(2, run("export", "--format", "triton", "--precision", "bfloat16", "models/pusht_keypoints", directory.resolve("repo")));
        fails("--precision", "expected float32, found 'bfloat16'");
        assertTrue(Files.notExists(directory.resolve("repo")));
    }

    @Test
    void shouldNameTheServersThatThereAre() {
        assertEquals(2, run("export", "--format", "onnx", "models/pusht_keypoints", directory.resolve("repo")));
        fails("--format", "expected triton or djl-serving, found 'onnx'");
    }

    @Test
    void shouldRefuseOneNumberOfStepsWhereAnyIsTaken() {
        assertEquals(2, run("export", "--format", "triton", "--steps", "4", "models/pusht_keypoints", directory.resolve("repo")));
        fails("--steps", "djl-serving");
    }
}
