package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks a checkpoint's tensors against its configuration and brings them to float32. Stateless. */
final class PolicyWeights {
    /** Buffers that follow from the configuration, and counters. */
    private static final Pattern DERIVED = Pattern.compile(".*(\\.pos_(grid|x|y)|\\.num_batches_tracked)");
    private static final Pattern TEMPERATURE = Pattern.compile("rgb_encoder\\.(\\d+\\.)?pool\\.temperature");

    private PolicyWeights() {}

    /**
     * The tensors that the network needs, float32 and finite.
     *
     * @param tensors by LeRobot's names without the {@code diffusion.} prefix
     * @param nameInSource what the file calls a tensor of that name, for messages
     * @throws InputException naming file and tensor if one is missing, unexpected, of another shape or not finite
     */
    static Map<String, TensorData> check(
            String source, PolicyConfig config, Map<String, TensorData> tensors, UnaryOperator<String> nameInSource) {
        Map<String, List<Long>> expected = ExpectedTensors.of(config);
        expected.forEach((name, shape) -> requireShape(source, nameInSource.apply(name), shape, tensors.get(name)));
        // one after the other: a parallel check would go on reading the file after the first failure was reported
        Map<String, TensorData> weights = new LinkedHashMap<>(expected.keySet().stream().collect(Collectors.toMap(
                name -> name, name -> FloatTensors.finiteFloat32(source, nameInSource.apply(name), tensors.get(name)))));
        tensors.forEach((name, tensor) -> {
            if (TEMPERATURE.matcher(name).matches()) {
                foldTemperature(source, name, tensor, weights);
            } else if (!expected.containsKey(name) && !isDerived(name)) {
                throw InputException.of(source, Quoted.tensor(name), "no such tensor with this configuration",
                        "shape " + tensor.shape(), "the checkpoint does not fit its configuration");
            }
        });
        return weights;
    }

    /** Whether a tensor follows from the configuration, so that it need not be read. */
    static boolean isDerived(String name) {
        return DERIVED.matcher(name).matches();
    }

    private static void requireShape(String source, String name, List<Long> shape, TensorData tensor) {
        if (tensor == null) {
            throw InputException.of(source, Quoted.tensor(name), "shape " + shape, "no such tensor",
                    "the checkpoint does not fit its configuration");
        }
        if (!tensor.shape().equals(shape)) {
            throw InputException.of(source, Quoted.tensor(name), "shape " + shape, tensor.shape().toString(),
                    "the checkpoint does not fit its configuration");
        }
    }

    /** A spatial softmax with temperature T is one without it, its logits divided by T. */
    private static void foldTemperature(String source, String name, TensorData tensor, Map<String, TensorData> weights) {
        double[] value = FloatTensors.values(source, name, tensor);
        if (value.length != 1 || !(value[0] > 0)) {
            throw InputException.of(source, Quoted.tensor(name), "one positive number", "shape " + tensor.shape(), "");
        }
        String layer = name.replace("temperature", "nets");
        for (String part : List.of(layer + ".weight", layer + ".bias")) {
            if (value[0] != 1 && weights.containsKey(part)) {
                weights.put(part, FloatTensors.scaled(weights.get(part), 1 / value[0]));
            }
        }
    }
}
