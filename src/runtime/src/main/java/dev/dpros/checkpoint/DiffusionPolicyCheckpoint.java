package dev.dpros.checkpoint;

import dev.dpros.checkpoint.PickleValues.Tensor;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a diffusion_policy checkpoint: torch.save of {@code {cfg, state_dicts: {model, ema_model, ...}, pickles}}
 * (base_workspace.py). The exponential moving average is taken if there is one. The pickles within are never opened.
 * Stateless.
 */
final class DiffusionPolicyCheckpoint {
    private static final String PARALLEL = "module.";
    /** Of the encoder that ACT alone has; its own program saves a bare state_dict. */
    private static final String ACT_TENSOR = "model.encoder_action_proj.weight";

    private DiffusionPolicyCheckpoint() {}

    /** @throws InputException in one line naming file, field, what was expected and found */
    static PolicyDefinition read(Path path) {
        TorchArchive archive = TorchArchive.open(CheckpointFile.open(path));
        String source = path.toString();
        Map<?, ?> payload = map(source, "content", archive.payload(), "{cfg, state_dicts}, as diffusion_policy saves");
        refuseOthers(source, payload);
        Map<?, ?> stateDicts = map(source, "state_dicts", payload.get("state_dicts"), "a dictionary");
        Map<String, Tensor> stateDict = stateDict(source, stateDicts);
        ConfigNode cfg = config(source, payload.get("cfg"));
        PolicyConfig config = DiffusionPolicyConfig.read(cfg, name -> {
            Tensor tensor = stateDict.get(name);
            return tensor == null ? null : tensor.shape();
        });
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        stateDict.forEach((name, tensor) -> tensors.put(name, archive.tensor(name, tensor)));
        return define(config, UmiPolicy.is(cfg) ? UmiPolicy.perStep(cfg, config, tensors, source) : tensors, source);
    }

    /**
     * A policy from a configuration and a state_dict with diffusion_policy's names.
     *
     * @throws InputException naming the tensor that is missing, unexpected or wrong
     */
    static PolicyDefinition define(PolicyConfig config, Map<String, TensorData> stateDict, String source) {
        if (config.energy() != null) {
            requireRange(config, stateDict, source);
        }
        return new PolicyDefinition(config, weights(config, stateDict, source), normalizers(config, stateDict, source), source);
    }

    /** A name without what DataParallel and torch.compile put before it. */
    private static String unwrapped(String name) {
        String plain = name.replace(LeRobotDirectory.COMPILED, "");
        while (plain.startsWith(PARALLEL)) {
            plain = plain.substring(PARALLEL.length());
        }
        return plain.startsWith("model." + PARALLEL) ? "model." + plain.substring(("model." + PARALLEL).length()) : plain;
    }

    /** What is often taken for such a checkpoint, named as what it is. */
    private static void refuseOthers(String source, Map<?, ?> payload) {
        if (payload.containsKey("state_dicts")) {
            return;
        }
        String found = payload.containsKey("pytorch-lightning_version") ? "a checkpoint of PyTorch Lightning"
                : payload.keySet().stream().anyMatch(name -> String.valueOf(name).endsWith(ACT_TENSOR)) ? "the weights of ACT, the Action "
                + "Chunking Transformer, which is not run here"
                : !payload.isEmpty() && payload.values().stream().allMatch(Tensor.class::isInstance) ? "a bare state_dict, without its configuration"
                : payload.containsKey("state_dict") || payload.containsKey("model_state_dict") ? "the weights of another trainer" : null;
        if (found != null) {
            throw InputException.of(source, "content", "{cfg, state_dicts}, as diffusion_policy's workspaces save", found,
                    "save the policy by its workspace, or as a LeRobot directory");
        }
    }

    private static Map<?, ?> map(String source, String what, Object value, String expected) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw InputException.of(source, what, expected, value == null ? "nothing" : "something else", "");
    }

    private static ConfigNode config(String source, Object cfg) {
        try {
            if (cfg == null) {
                throw InputException.of(source, "cfg", "the policy's configuration", "nothing", "");
            }
            return new ConfigNode(source + ": cfg", "", OmegaConfTree.toJson(cfg));
        } catch (PickleFormatException e) {
            throw new InputException(source + ": cfg: the pickle " + e.getMessage(), e);
        }
    }

    private static Map<String, Tensor> stateDict(String source, Map<?, ?> stateDicts) {
        String which = stateDicts.containsKey("ema_model") ? "ema_model" : "model";
        Map<?, ?> entries = map(source, "state_dicts." + which, stateDicts.get(which), "the policy's tensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        entries.forEach((name, value) -> {
            if (name instanceof String key && value instanceof Tensor tensor) {
                if (tensors.put(unwrapped(key), tensor) != null) {
                    throw InputException.of(source, "state_dicts." + which, "each tensor once", Quoted.tensor(key) + " again, wrapped", "");
                }
            } else {
                throw InputException.of(source, "state_dicts." + which, "tensors by name",
                        Quoted.of(String.valueOf(name)) + ", which is none", "");
            }
        });
        return tensors;
    }

    private static Map<String, TensorData> weights(PolicyConfig config, Map<String, TensorData> stateDict, String source) {
        DiffusionPolicyNames names = new DiffusionPolicyNames(config);
        Map<String, TensorData> renamed = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        List<String> wanted = new ArrayList<>(ExpectedTensors.of(config).keySet());
        for (FeatureSpec camera : config.cameras()) {
            wanted.add("rgb_encoder." + config.cameras().indexOf(camera) + ".pool.temperature");
        }
        for (String name : wanted) {
            if (config.vision() != null && name.endsWith("temperature") && !hasTemperature(config)) {
                continue;
            }
            List<String> candidates = names.of(name);
            used.addAll(candidates);
            candidates.stream().filter(stateDict::containsKey).findFirst()
                    .ifPresent(found -> renamed.put(name, stateDict.get(found)));
        }
        refuseUnused(source, stateDict, used);
        return PolicyWeights.check(source, config, renamed, name -> names.of(name).get(0));
    }

    private static boolean hasTemperature(PolicyConfig config) {
        return config.vision().pool() == dev.dpros.diffusion.VisionConfig.Pool.SPATIAL_SOFTMAX;
    }

    private static void refuseUnused(String source, Map<String, TensorData> stateDict, Set<String> used) {
        stateDict.forEach((name, tensor) -> {
            if (!used.contains(name) && !DiffusionPolicyNames.isOther(name) && !PolicyWeights.isDerived(name)) {
                throw InputException.of(source, Quoted.tensor(name), "no such tensor with this configuration",
                        "shape " + tensor.shape(), "the checkpoint does not fit its configuration");
            }
        });
    }

    private static Map<String, Normalizer> normalizers(PolicyConfig config, Map<String, TensorData> stateDict, String source) {
        List<FeatureSpec> features = new ArrayList<>(config.inputs());
        features.add(config.action());
        Map<String, Normalizer> normalizers = new LinkedHashMap<>();
        for (FeatureSpec feature : features) {
            String prefix = "normalizer.params_dict." + feature.key() + ".";
            double[] scale = statistic(source, prefix + "scale", feature, stateDict);
            double[] offset = statistic(source, prefix + "offset", feature, stateDict);
            try {
                normalizers.put(feature.key(), new Normalizer(scale, offset));
            } catch (IllegalArgumentException e) {
                throw new InputException(source + ": " + Quoted.of(prefix + "scale") + ": " + e.getMessage(), e);
            }
        }
        return normalizers;
    }

    /** IBC draws candidates over the range of the normalised actions, which is taken to be -1 to 1. */
    private static void requireRange(PolicyConfig config, Map<String, TensorData> stateDict, String source) {
        FeatureSpec action = config.action();
        String prefix = "normalizer.params_dict." + action.key() + ".";
        double[] scale = statistic(source, prefix + "scale", action, stateDict);
        double[] offset = statistic(source, prefix + "offset", action, stateDict);
        for (String bound : List.of("min", "max")) {
            double[] value = statistic(source, prefix + "input_stats." + bound, action, stateDict);
            for (int i = 0; i < value.length; i++) {
                double found = scale[i] * value[i] + offset[i];
                if (!(Math.abs(found - (bound.equals("min") ? -1 : 1)) < 1e-3)) {
                    throw InputException.of(source, Quoted.tensor(prefix + "input_stats." + bound), (bound.equals("min") ? "-1" : "1")
                            + " once it is normalised, as IBC's candidates are drawn here", found + " in element " + i, "");
                }
            }
        }
    }

    private static double[] statistic(String source, String name, FeatureSpec feature, Map<String, TensorData> stateDict) {
        TensorData tensor = stateDict.get(name);
        int channels = feature.shape().get(0);
        if (tensor == null || tensor.count() != channels && tensor.count() != 1) {
            throw InputException.of(source, Quoted.tensor(name), channels + " values",
                    tensor == null ? "no such tensor" : "shape " + tensor.shape(), "");
        }
        double[] values = FloatTensors.values(source, name, tensor);
        if (values.length == channels) {
            return values;
        }
        double[] all = new double[channels];
        Arrays.fill(all, values[0]);
        return all;
    }
}
