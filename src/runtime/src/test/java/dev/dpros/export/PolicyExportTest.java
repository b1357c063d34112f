package dev.dpros.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingTensors;
import dev.dpros.inference.ServedArchive;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of inference servers. */
class PolicyExportTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Fields of Triton's model_config.proto (release 25.02), by message, with the types of what is used here. */
    private static final Set<String> MODEL_CONFIG = Set.of("name", "platform", "backend", "runtime", "version_policy", "max_batch_size", "input",
            "output", "batch_input", "batch_output", "optimization", "dynamic_batching", "sequence_batching", "ensemble_scheduling",
            "instance_group", "default_model_filename", "cc_model_filenames", "metric_tags", "parameters", "model_warmup", "model_operations",
            "model_transaction_policy", "model_repository_agents", "response_cache", "model_metrics");
    private static final Set<String> MODEL_INPUT = Set.of("name", "data_type", "format", "dims", "reshape", "is_shape_tensor",
            "allow_ragged_batch", "optional", "is_non_linear_format_io");
    private static final Set<String> MODEL_OUTPUT = Set.of("name", "data_type", "dims", "reshape", "label_filename", "is_shape_tensor",
            "is_non_linear_format_io");
    private static final Set<String> DYNAMIC_BATCHING = Set.of("preferred_batch_size", "max_queue_delay_microseconds", "preserve_ordering",
            "priority_levels", "default_priority_level", "default_queue_policy", "priority_queue_policy");
    private static final Set<String> INSTANCE_GROUP = Set.of("name", "kind", "count", "rate_limiter", "gpus", "secondary_devices", "profile",
            "passive", "host_policy");
    private static final Set<String> DATA_TYPES = Set.of("TYPE_UINT8", "TYPE_INT32", "TYPE_FP32", "TYPE_FP64");

    private static PolicyDefinition image;
    private static PolicyDefinition keypoints;

    @TempDir
    Path repository;

    @BeforeAll
    static void read() {
        image = PolicyReader.read(Path.of("models/pusht_image"));
        keypoints = PolicyReader.read(Path.of("models/pusht_keypoints"));
    }

    private static Map<String, List<Object>> config(Path folder) throws IOException {
        return TextProto.parse(Files.readString(folder.resolve("config.pbtxt")));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, List<Object>>> messages(Map<String, List<Object>> config, String field) {
        return config.get(field).stream().map(message -> (Map<String, List<Object>>) message).toList();
    }

    private static String parameter(Map<String, List<Object>> config, String key) {
        return (String) messages(config, "parameters").stream().filter(each -> each.get("key").get(0).equals(key))
                .map(each -> messages(each, "value").get(0).get("string_value").get(0)).findFirst().orElseThrow();
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).map(path -> folder.relativize(path).toString()).sorted().toList();
        }
    }

    @Test
    void shouldWriteWhatTritonsModelConfigKnows() throws IOException {
        Path folder = PolicyExport.write(image, repository.resolve("new"), PolicyExport.Format.TRITON, ExportOptions.of("pusht"), false);
        assertEquals(List.of("1/model.pt", "README.md", "config.pbtxt", "dpros.json"), files(folder));
        Map<String, List<Object>> config = config(folder);
        assertTrue(MODEL_CONFIG.containsAll(config.keySet()), config.keySet().toString());
        assertEquals(List.of("pusht"), config.get("name"));
        assertEquals(List.of("pytorch"), config.get("backend"));
        assertEquals(List.of("8"), config.get("max_batch_size"));
        for (Map<String, List<Object>> input : messages(config, "input")) {
            assertTrue(MODEL_INPUT.containsAll(input.keySet()) && DATA_TYPES.contains(input.get("data_type").get(0)), input.toString());
        }
        for (Map<String, List<Object>> output : messages(config, "output")) {
            assertTrue(MODEL_OUTPUT.containsAll(output.keySet()) && DATA_TYPES.contains(output.get("data_type").get(0)), output.toString());
            assertTrue(((String) output.get("name").get(0)).matches("[a-z]+__[0-9]"), "libtorch's outputs are named by their index");
        }
        assertEquals(Map.of("max_queue_delay_microseconds", List.of("2000")), messages(config, "dynamic_batching").get(0));
        assertTrue(DYNAMIC_BATCHING.containsAll(messages(config, "dynamic_batching").get(0).keySet()));
        assertTrue(INSTANCE_GROUP.containsAll(messages(config, "instance_group").get(0).keySet()));
        assertEquals("true", parameter(config, "DISABLE_OPTIMIZED_EXECUTION"));
        assertEquals("false", parameter(config, "ENABLE_JIT_PROFILING"));
        assertEquals(List.of("2", "3", "96", "96"), messages(config, "input").get(1).get("dims"));
        assertEquals(List.of("TYPE_UINT8"), messages(config, "input").get(1).get("data_type"));
    }

    /** The three places of the metadata, and what they say. */
    @Test
    void shouldTellARobotWhatItServes() throws IOException {
        Path folder = PolicyExport.write(image, repository, PolicyExport.Format.TRITON, ExportOptions.of("pusht"), false);
        JsonNode json = MAPPER.readTree(parameter(config(folder), "dpros"));
        assertEquals(MAPPER.readTree(folder.resolve("dpros.json").toFile()), json);
        try (ZipFile zip = new ZipFile(folder.resolve("1/model.pt").toFile())) {
            byte[] carried = zip.getInputStream(zip.getEntry("DiffusionPolicy/extra/dpros.json")).readAllBytes();
            assertEquals(json, MAPPER.readTree(new String(carried, StandardCharsets.UTF_8)));
        }
        assertEquals(PolicyHash.of(image), json.get("policy").asText());
        assertEquals(image.config().horizon(), json.get("horizon").asInt());
        assertEquals("observation.image", json.at("/inputs/1/key").asText());
        double px = image.normalizers().get("action").unnormalize(0, 0.5);
        assertEquals(px, (0.5 - json.at("/action/offset/0").asDouble()) / json.at("/action/scale/0").asDouble(), 1e-9);
        assertEquals(1, json.at("/action/first_step").asInt());
        assertEquals("[\"ddpm\",\"ddim\",\"dpm_solver_pp\"]", json.get("schedulers").toString());
        String readme = Files.readString(folder.resolve("README.md"));
        for (PolicySignature.Tensor tensor : PolicySignature.of(image, Pictures.UINT8).inputs()) {
            assertTrue(readme.contains("| `" + tensor.name() + "` | " + tensor.type()), tensor.name());
        }
        assertFalse(readme.contains("%"), "every placeholder is filled");
    }

    /** The archive on the disk, by the names and shapes of the configuration. */
    @Test
    void shouldWriteAnArchiveThatLibtorchRuns() throws IOException {
        Path folder = PolicyExport.write(keypoints, repository, PolicyExport.Format.TRITON, ExportOptions.of("pusht"), false);
        PolicySignature signature = PolicySignature.of(keypoints, Pictures.UINT8);
        Map<String, List<Object>> config = config(folder);
        assertEquals(signature.inputs().stream().map(PolicySignature.Tensor::name).toList(),
                messages(config, "input").stream().map(input -> input.get("name").get(0)).toList());
        PolicyConfig policy = keypoints.config();
        SamplingTensors tensors = SamplingTensors.of(policy, policy.scheduler().withSampling(policy.scheduler().type(), 2),
                Sampling.of(List.of(NoiseSource.seeded(1))));
        ObservationBatch zeros = new ObservationBatch(1, policy.inputs().stream().map(input -> new float[policy.nObsSteps() * input.size()]).toList());
        try (ServedArchive archive = ServedArchive.load(folder.resolve("1/model.pt"), signature)) {
            ServedArchive.Answer answer = archive.forward(policy, zeros, tensors);
            assertEquals(policy.denoisedSteps() * policy.denoisedWidth(), answer.trajectory().length);
            assertArrayEquals(PolicyHash.ints(PolicyHash.of(keypoints)), answer.policy());
        }
    }

    @Test
    void shouldWriteDjlServingsProperties() throws IOException {
        Path folder = PolicyExport.write(keypoints, repository, PolicyExport.Format.DJL_SERVING, ExportOptions.of("pusht"), false);
        assertEquals(List.of("README.md", "dpros.json", "model.pt", "serving.properties"), files(folder));
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(folder.resolve("serving.properties"))) {
            properties.load(in);
        }
        assertEquals(Map.of("engine", "PyTorch", "option.modelName", "model", "option.mapLocation", "true", "batchifier", "stack",
                "translatorFactory", "ai.djl.translate.NoopServingTranslatorFactory", "batch_size", "8", "max_batch_delay", "2"),
                properties.entrySet().stream().collect(Collectors.toMap(e -> (String) e.getKey(), e -> (String) e.getValue())));
        int steps = keypoints.config().scheduler().inferenceSteps();
        assertEquals(steps, MAPPER.readTree(folder.resolve("dpros.json").toFile()).get("fixed_steps").asInt());
        assertTrue(Files.readString(folder.resolve("README.md")).contains("n is " + steps + " in every request"));
    }

    @Test
    void shouldKeepWhatIsThereUnlessItIsAnExportToBeReplaced() throws IOException {
        Path folder = PolicyExport.write(keypoints, repository, PolicyExport.Format.TRITON, ExportOptions.of("pusht"), false);
        InputException there = assertThrows(InputException.class, () ->
                PolicyExport.write(image, repository, PolicyExport.Format.TRITON, ExportOptions.of("pusht"), false));
        assertTrue(there.getMessage().endsWith("--overwrite replaces it"), there.getMessage());
        PolicyExport.write(image, repository, PolicyExport.Format.TRITON, ExportOptions.of("pusht"), true);
        assertEquals(PolicyHash.of(image), MAPPER.readTree(folder.resolve("dpros.json").toFile()).get("policy").asText());
        Files.writeString(folder.resolve("notes.txt"), "mine");
        assertThrows(InputException.class, () ->
                PolicyExport.write(image, repository, PolicyExport.Format.TRITON, ExportOptions.of("pusht"), true));
        assertEquals("mine", Files.readString(folder.resolve("notes.txt")));
        try (Stream<Path> models = Files.list(repository)) {
            assertEquals(List.of(folder), models.toList(), "nothing half written is left");
        }
    }

    @Test
    void shouldRefuseNamesAndNumbersThatNoServerTakes() {
        for (String name : List.of("", "../up", "a/b", ".hidden", "a b")) {
            assertThrows(InputException.class, () -> ExportOptions.of(name), name);
        }
        assertThrows(InputException.class, () -> new ExportOptions("a", 0, 1, Pictures.UINT8, 0));
        assertThrows(InputException.class, () -> new ExportOptions("a", 1, -1, Pictures.UINT8, 0));
    }

    @Test
    void shouldTellPoliciesApart() {
        assertEquals(PolicyHash.of(image), PolicyHash.of(PolicyReader.read(Path.of("models/pusht_image"))));
        PolicyDefinition unnormalized = new PolicyDefinition(image.config(), image.weights(), Map.of(), "");
        assertEquals(3, Set.of(PolicyHash.of(image), PolicyHash.of(keypoints), PolicyHash.of(unnormalized)).size());
    }
}
