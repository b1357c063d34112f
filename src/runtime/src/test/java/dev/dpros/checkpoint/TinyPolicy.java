package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.TensorData;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A LeRobot policy of a few kilobytes: state (2), environment (3), action (2). Tests change it before it is written. */
final class TinyPolicy {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    final ObjectNode config = MAPPER.createObjectNode();
    final ObjectNode preprocessor = MAPPER.createObjectNode();
    final ObjectNode postprocessor = MAPPER.createObjectNode();
    final Map<String, TensorData> tensors = new LinkedHashMap<>();
    final Map<String, TensorData> statistics = new LinkedHashMap<>();
    boolean processors = true;

    TinyPolicy() {
        config.put("type", "diffusion").put("n_obs_steps", 2).put("horizon", 8).put("n_action_steps", 4);
        ObjectNode inputs = config.putObject("input_features");
        feature(inputs, "observation.state", "STATE", 2);
        feature(inputs, "observation.environment_state", "ENV", 3);
        feature(config.putObject("output_features"), "action", "ACTION", 2);
        config.putArray("down_dims").add(8).add(16);
        config.put("kernel_size", 3).put("n_groups", 4).put("diffusion_step_embed_dim", 8);
        config.put("noise_scheduler_type", "DDIM").put("num_inference_steps", 10);
        modes(config.putObject("normalization_mapping"));
        processor(preprocessor, "normalizer_processor", "policy_preprocessor_step_7_normalizer_processor.safetensors");
        processor(postprocessor, "unnormalizer_processor", "policy_postprocessor_step_0_unnormalizer_processor.safetensors");
        statistics.put("observation.state.min", TensorData.of(new float[] {0, -5}, 2));
        statistics.put("observation.state.max", TensorData.of(new float[] {10, 5}, 2));
        statistics.put("observation.environment_state.mean", TensorData.of(new float[] {1, 2, 3}, 3));
        statistics.put("observation.environment_state.std", TensorData.of(new float[] {0.5f, 1, 2}, 3));
        statistics.put("action.min", TensorData.of(new float[] {-1, 100}, 2));
        statistics.put("action.max", TensorData.of(new float[] {1, 300}, 2));
        addWeights();
    }

    private static void modes(ObjectNode node) {
        node.put("STATE", "MIN_MAX").put("ENV", "MEAN_STD").put("ACTION", "MIN_MAX").put("VISUAL", "MEAN_STD");
    }

    static void feature(ObjectNode features, String key, String type, int... shape) {
        var sizes = features.putObject(key).put("type", type).putArray("shape");
        for (int size : shape) {
            sizes.add(size);
        }
    }

    private static void processor(ObjectNode root, String name, String file) {
        ObjectNode step = root.putArray("steps").addObject();
        step.put("registry_name", name).put("state_file", file);
        modes(step.putObject("config").put("eps", 1e-8).putObject("norm_map"));
    }

    /** The weights that the configuration implies. */
    void addWeights() {
        tensors.clear();
        ConfigNode node = new ConfigNode("tiny", "", config);
        ExpectedTensors.of(LeRobotConfig.read(node)).forEach((name, shape) ->
                tensors.put("diffusion." + name, Procedural.weight(name, shape)));
    }

    /** The configuration of the preprocessor's normalizer. */
    ObjectNode normalizer() {
        return (ObjectNode) preprocessor.get("steps").get(0).get("config");
    }

    /** Writes it to an empty directory. */
    Path write(Path directory) {
        try {
            Files.createDirectories(directory);
            MAPPER.writeValue(directory.resolve("config.json").toFile(), config);
            Safetensors.write(directory.resolve("model.safetensors"), tensors);
            if (processors) {
                MAPPER.writeValue(directory.resolve("policy_preprocessor.json").toFile(), preprocessor);
                MAPPER.writeValue(directory.resolve("policy_postprocessor.json").toFile(), postprocessor);
                for (ObjectNode processor : new ObjectNode[] {preprocessor, postprocessor}) {
                    Safetensors.write(directory.resolve(processor.get("steps").get(0).get("state_file").asText()), statistics);
                }
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
