package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Normalizers as LeRobot saves them: processor files (normalize_processor.py), or, before those, buffers inside the model
 * (policies/normalize.py). A feature that is to be normalized and has no statistics is an error: LeRobot leaves it as it is,
 * and the robot gets the network's own output. Stateless.
 */
final class LeRobotNormalizers {
    static final String PREPROCESSOR = "policy_preprocessor.json";
    static final String POSTPROCESSOR = "policy_postprocessor.json";
    private static final double EPS = 1e-8;
    /** A standard deviation of float32's rounding: the mean of equal values is not always that value. */
    private static final double WITHOUT_RANGE = 1e-7;
    private static final int MOST_NAMED = 4;
    private static final List<String> MODES = List.of("MIN_MAX", "MEAN_STD", "IDENTITY", "QUANTILES", "QUANTILE10");

    private LeRobotNormalizers() {}

    /**
     * Statistics of one processor step.
     *
     * @param source file that holds them, for messages
     * @param modes by feature type
     * @param eps what stands for a range of zero
     * @param keys the only observations it normalizes, or null for all
     * @param tensors by {@code key.statistic}
     */
    private record Statistics(
            String source, Map<String, String> modes, double eps, Set<String> keys, Map<String, TensorData> tensors) {}

    /** From the processor files. @throws InputException if one is missing or wrong */
    static Map<String, Normalizer> fromProcessors(Path directory, PolicyConfig config) {
        // a task's text is stored as what the text tower makes of it
        Set<String> told = config.denoiser().taskFeatures() > 0 ? Set.of("tokenizer_processor") : Set.of();
        Statistics before = statistics(directory, PREPROCESSOR, "normalizer_processor", told);
        Statistics after = Files.exists(directory.resolve(POSTPROCESSOR))
                ? statistics(directory, POSTPROCESSOR, "unnormalizer_processor", Set.of()) : before;
        Map<String, Normalizer> normalizers = new LinkedHashMap<>();
        for (FeatureSpec input : config.inputs()) {
            boolean chosen = before.keys == null || before.keys.contains(input.key());
            normalizers.put(input.key(), chosen ? normalizer(input, before) : Normalizer.identity(channels(input)));
        }
        normalizers.put(config.action().key(), normalizer(config.action(), after));
        return normalizers;
    }

    private static Statistics statistics(Path directory, String fileName, String stepName, Set<String> harmless) {
        ConfigNode root = StrictJson.read(directory.resolve(fileName));
        LeRobotSteps.requireKnown(root, stepName, harmless);
        for (ConfigNode step : root.get("steps").items()) {
            if (LeRobotSteps.name(step).equals(stepName)) {
                ConfigNode config = step.get("config");
                ConfigNode keys = config.get("normalize_observation_keys");
                Set<String> chosen = keys.isAbsent() ? null
                        : keys.items().stream().map(ConfigNode::text).collect(Collectors.toSet());
                Map<String, TensorData> tensors = Map.of();
                String source = root.source();
                if (!step.get("state_file").isAbsent()) {
                    Path state = stateFile(directory, step.get("state_file"));
                    tensors = Safetensors.read(state);
                    source = state.toString();
                }
                return new Statistics(source, modes(config.get("norm_map")), config.get("eps").number(EPS), chosen, tensors);
            }
        }
        throw InputException.of(root.source(), "steps", "a step '" + stepName + "'", "none", "");
    }

    private static Path stateFile(Path directory, ConfigNode name) {
        String file = name.text();
        if (!file.matches("[\\w.-]+") || file.startsWith(".")) {
            throw name.wrong("a file name within the directory");
        }
        return directory.resolve(file);
    }

    private static Map<String, String> modes(ConfigNode map) {
        Map<String, String> modes = new HashMap<>();
        if (!map.isAbsent()) {
            Map<String, String> valid = MODES.stream().collect(Collectors.toMap(m -> m, m -> m));
            map.fields().forEach((type, mode) -> modes.put(type, mode.choice(valid, null)));
        }
        return modes;
    }

    /**
     * From {@code normalize_inputs.buffer_*} and {@code unnormalize_outputs.buffer_*} inside the model.
     *
     * @param json config.json, for the normalization modes
     * @param tensors the model's
     */
    static Map<String, Normalizer> fromModel(ConfigNode json, PolicyConfig config, Map<String, TensorData> tensors, String source) {
        Map<String, String> modes = modes(json.get("normalization_mapping"));
        Map<String, Normalizer> normalizers = new LinkedHashMap<>();
        List<FeatureSpec> features = new ArrayList<>(config.inputs());
        features.add(config.action());
        for (FeatureSpec feature : features) {
            boolean action = feature.kind() == FeatureSpec.Kind.ACTION;
            String prefix = (action ? "unnormalize_outputs" : "normalize_inputs") + ".buffer_" + feature.key().replace('.', '_') + ".";
            Map<String, TensorData> stats = new HashMap<>();
            for (String name : List.of("mean", "std", "min", "max")) {
                if (tensors.containsKey(prefix + name)) {
                    stats.put(feature.key() + "." + name, tensors.get(prefix + name));
                }
            }
            String mode = modes.isEmpty() ? olderMode(json, feature.key(), stats) : modes.getOrDefault(type(feature), "IDENTITY");
            if (!mode.equals("IDENTITY") && stats.isEmpty()) {
                throw InputException.of(source, "normalizer of " + Quoted.of(feature.key()),
                        prefix + (mode.equals("MIN_MAX") ? "min" : "mean") + " in the model, or a file " + PREPROCESSOR,
                        "neither", "");
            }
            normalizers.put(feature.key(), normalizer(feature, new Statistics(source, Map.of(type(feature), mode), EPS, null, stats)));
        }
        return normalizers;
    }

    /** Before normalization_mapping there were input_normalization_modes and output_normalization_modes, by key. */
    private static String olderMode(ConfigNode json, String key, Map<String, TensorData> stats) {
        for (String field : List.of("input_normalization_modes", "output_normalization_modes")) {
            ConfigNode mode = json.get(field).get(key);
            if (!mode.isAbsent()) {
                return mode.choice(Map.of("min_max", "MIN_MAX", "mean_std", "MEAN_STD"), null);
            }
        }
        if (stats.containsKey(key + ".min")) {
            return "MIN_MAX";
        }
        return stats.containsKey(key + ".mean") ? "MEAN_STD" : "IDENTITY";
    }

    private static String type(FeatureSpec feature) {
        return feature.kind().name();
    }

    private static int channels(FeatureSpec feature) {
        return feature.shape().get(0);
    }

    private static Normalizer normalizer(FeatureSpec feature, Statistics statistics) {
        String mode = statistics.modes.getOrDefault(type(feature), "IDENTITY");
        String[] needed = switch (mode) {
            case "MIN_MAX" -> new String[] {"min", "max"};
            case "MEAN_STD" -> new String[] {"mean", "std"};
            case "QUANTILES" -> new String[] {"q01", "q99"};
            case "QUANTILE10" -> new String[] {"q10", "q90"};
            default -> null;
        };
        if (needed == null) {
            return Normalizer.identity(channels(feature));
        }
        double[] first = statistic(feature, statistics, needed[0]);
        double[] second = statistic(feature, statistics, needed[1]);
        return mode.equals("MEAN_STD") ? ofMeanStd(feature, statistics, first, second)
                : ofRange(first, second, statistics.eps, varied(feature, statistics));
    }

    /** Where the data's own minimum and maximum, if they are given, differ: two quantiles may be equal there all the same. */
    private static boolean[] varied(FeatureSpec feature, Statistics statistics) {
        boolean[] varied = new boolean[channels(feature)];
        if (statistics.tensors.containsKey(feature.key() + ".min") && statistics.tensors.containsKey(feature.key() + ".max")) {
            double[] low = statistic(feature, statistics, "min");
            double[] high = statistic(feature, statistics, "max");
            for (int i = 0; i < varied.length; i++) {
                varied[i] = (float) low[i] != (float) high[i];
            }
        }
        return varied;
    }

    private static double[] statistic(FeatureSpec feature, Statistics statistics, String name) {
        String full = feature.key() + "." + name;
        TensorData tensor = statistics.tensors.get(full);
        if (tensor == null) {
            throw InputException.of(statistics.source, "statistics of " + Quoted.of(feature.key()) + ", which is to be normalized by "
                    + statistics.modes.get(type(feature)), channels(feature) + " values, " + Quoted.tensor(full), found(statistics.tensors.keySet()),
                    "save the policy with the statistics of its own data, or set the feature's norm_map to IDENTITY");
        }
        if (tensor.count() != channels(feature)) {
            throw InputException.of(statistics.source, Quoted.tensor(full), channels(feature) + " values, the size of "
                    + Quoted.of(feature.key()), "shape " + tensor.shape(), "");
        }
        return FloatTensors.values(statistics.source, full, tensor);
    }

    private static String found(Set<String> names) {
        List<String> sorted = names.stream().sorted().toList();
        String shown = String.join(", ", sorted.subList(0, Math.min(MOST_NAMED, sorted.size())));
        return sorted.isEmpty() ? "no statistics" : Quoted.of(shown) + (sorted.size() > MOST_NAMED ? " and others" : "");
    }

    private static Normalizer ofRange(double[] low, double[] high, double eps, boolean[] varied) {
        double[] top = high.clone();
        double[] constant = new double[low.length];
        for (int i = 0; i < low.length; i++) {
            // the reference subtracts in float32: a range that vanishes there counts as zero
            float range = (float) high[i] - (float) low[i];
            if (range == 0) {
                top[i] = low[i] + eps;
            }
            constant[i] = range == 0 && !varied[i] ? low[i] : Double.NaN;
        }
        Normalizer ranges = Normalizer.ofRange(low, top);
        return new Normalizer(ranges.scale(), ranges.offset(), constant);
    }

    private static Normalizer ofMeanStd(FeatureSpec feature, Statistics statistics, double[] mean, double[] std) {
        double[] scale = new double[mean.length];
        double[] offset = new double[mean.length];
        double[] constant = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            if (std[i] < 0) {
                throw InputException.of(statistics.source, Quoted.tensor(feature.key() + ".std"), "no negative value",
                        String.valueOf(std[i]), "");
            }
            scale[i] = 1 / (std[i] + statistics.eps);
            offset[i] = -mean[i] * scale[i];
            constant[i] = std[i] <= WITHOUT_RANGE * Math.max(1, Math.abs(mean[i])) ? mean[i] : Double.NaN;
        }
        return new Normalizer(scale, offset, constant);
    }
}
