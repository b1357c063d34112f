package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a LeRobot pretrained directory: config.json, model.safetensors, processor files. Stateless. */
final class LeRobotDirectory {
    static final String CONFIG = "config.json";
    static final String MODEL = "model.safetensors";
    static final String PREFIX = "diffusion.";
    /** What torch.compile puts into the names of a compiled module. */
    static final String COMPILED = "_orig_mod.";

    private LeRobotDirectory() {}

    /** @throws InputException in one line naming file, field, what was expected and found */
    static PolicyDefinition read(Path directory) {
        return read(directory, null);
    }

    /**
     * As {@link #read(Path)}.
     *
     * @param task what a frozen text tower makes of the task, put in the place of what is stored; or null
     */
    static PolicyDefinition read(Path directory, TaskFeatures task) {
        ConfigNode json = StrictJson.read(directory.resolve(CONFIG));
        if (task != null) {
            task.putText(json);
        }
        PolicyConfig config = LeRobotConfig.read(json);
        Path model = directory.resolve(MODEL);
        if (!Files.exists(model)) {
            PolicyLocation.refuseParts(directory);
        }
        Map<String, TensorData> tensors = new LinkedHashMap<>(Safetensors.read(model));
        if (task != null) {
            tensors.put(DitConfig.TASK, task.pooled());
        }
        boolean dit = MultiTaskDit.is(json);
        Map<String, TensorData> named = new LinkedHashMap<>();
        (dit ? MultiTaskDit.tensors(tensors, model.toString()) : tensors).forEach((name, tensor) -> {
            if (!name.startsWith("normalize_") && !name.startsWith("unnormalize_")) {
                named.put((name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name).replace(COMPILED, ""), tensor);
            }
        });
        Map<String, TensorData> weights = PolicyWeights.check(model.toString(), config, named, name -> dit ? name : PREFIX + name);
        Map<String, Normalizer> normalizers = Files.exists(directory.resolve(LeRobotNormalizers.PREPROCESSOR))
                ? LeRobotNormalizers.fromProcessors(directory, config)
                : LeRobotNormalizers.fromModel(json, config, tensors, model.toString());
        return new PolicyDefinition(config, weights, normalizers, directory.toString(), PrecisionFile.read(directory));
    }
}
