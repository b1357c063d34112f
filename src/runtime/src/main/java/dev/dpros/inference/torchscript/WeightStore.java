package dev.dpros.inference.torchscript;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Takes tensors out of a policy's weights, checking that they are there and have the shape the network needs. */
public final class WeightStore {
    private final Map<String, TensorData> weights;
    private final String source;

    /** Those of a policy. */
    public WeightStore(PolicyDefinition policy) {
        this(policy.weights(), policy.source());
    }

    /** @param source where the tensors are from, for messages */
    WeightStore(Map<String, TensorData> weights, String source) {
        this.weights = weights;
        this.source = source;
    }

    /** @throws InputException if it is missing or of another shape */
    TensorData take(String name, long... shape) {
        TensorData tensor = weights.get(name);
        if (tensor == null) {
            throw InputException.of(source, "tensor '" + name + "'", "shape " + Arrays.toString(shape), "no such tensor",
                    "the checkpoint does not fit its configuration" + nearest(name));
        }
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        if (!tensor.shape().equals(expected)) {
            throw InputException.of(source, "tensor '" + name + "'", "shape " + expected, tensor.shape().toString(),
                    "the checkpoint does not fit its configuration");
        }
        return tensor;
    }

    /** As {@link #take}, as floats of the heap. */
    public float[] values(String name, long... shape) {
        TensorData tensor = take(name, shape);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.count() * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        ScriptTensor.of(tensor).copyTo(bytes);
        float[] values = new float[(int) tensor.count()];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** Whether it is there. */
    public boolean has(String name) {
        return weights.containsKey(name);
    }

    private String nearest(String name) {
        String next = new TreeSet<>(weights.keySet()).ceiling(name);
        return next == null ? "" : " (it has '" + next + "')";
    }
}
