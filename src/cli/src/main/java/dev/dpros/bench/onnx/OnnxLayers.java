package dev.dpros.bench.onnx;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ScriptTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The layers of a policy's networks as ONNX nodes, the way PyTorch's exporter writes them; in int8 the way ONNX Runtime's dynamic
 * quantiser does: activations to uint8 by their range at each run, weights to int8 per output channel (linear layers; of seven bits, its
 * {@code reduce_range}, without which its products overflow on processors without VNNI) or to uint8 as a whole (convolutions, for
 * which it has no other kernel on a CPU). Each method returns the name of its result.
 */
final class OnnxLayers {
    private static final float EPS = 1e-5f;
    private static final int MOST = 127;
    private static final int MOST_REDUCED = 63;
    private static final int MIDDLE = 128;

    private final OnnxModel model;
    private final PolicyDefinition policy;
    private final boolean int8;

    OnnxLayers(OnnxModel model, PolicyDefinition policy, boolean int8) {
        this.model = model;
        this.policy = policy;
        this.int8 = int8;
    }

    OnnxModel model() {
        return model;
    }

    /**
     * A convolution's geometry.
     *
     * @param kernel sizes, one per spatial dimension
     * @param stride of all dimensions
     * @param padding on each side
     */
    record Conv(long[] kernel, int stride, int padding) {
        static Conv line(int kernel, int stride, int padding) {
            return new Conv(new long[] {kernel}, stride, padding);
        }

        static Conv plane(int kernel, int stride, int padding) {
            return new Conv(new long[] {kernel, kernel}, stride, padding);
        }

        private Map<String, Object> attributes() {
            long[] strides = kernel.clone();
            Arrays.fill(strides, stride);
            long[] pads = new long[2 * kernel.length];
            Arrays.fill(pads, padding);
            return Map.of("kernel_shape", kernel, "strides", strides, "pads", pads);
        }
    }

    /** A tensor of the policy as it is. */
    String tensor(String name) {
        TensorData tensor = take(name);
        return model.tensor(OnnxModel.Type.FLOAT, bytes(tensor), dims(tensor));
    }

    /** A tensor of the policy with other dimensions. */
    String tensor(String name, long... shape) {
        return model.tensor(OnnxModel.Type.FLOAT, bytes(take(name)), shape);
    }

    boolean has(String name) {
        return policy.weights().containsKey(name);
    }

    /** Values of a tensor. */
    float[] values(String name) {
        TensorData tensor = take(name);
        float[] values = new float[Math.toIntExact(tensor.count())];
        bytes(tensor).asFloatBuffer().get(values);
        return values;
    }

    private TensorData take(String name) {
        TensorData tensor = policy.weights().get(name);
        if (tensor == null) {
            throw InputException.of(policy.source(), "tensor '" + name + "'", "one", "no such tensor", "the checkpoint does not fit its configuration");
        }
        return tensor;
    }

    private static long[] dims(TensorData tensor) {
        return tensor.shape().stream().mapToLong(Long::longValue).toArray();
    }

    private static ByteBuffer bytes(TensorData tensor) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(tensor.count() * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        ScriptTensor.of(tensor).copyTo(bytes);
        return bytes;
    }

    /** A linear layer whose tensors end in {@code .weight} and {@code .bias}. */
    String linear(String x, String name) {
        return linear(x, name + ".weight", name + ".bias", 0, take(name + ".weight").shape().get(0).intValue());
    }

    /** Some of the rows of a linear layer, on the last dimension of {@code x}. */
    String linear(String x, String weight, String bias, int first, int out) {
        TensorData part = take(weight).rows(first, out);
        int in = part.shape().get(1).intValue();
        String added = model.tensor(OnnxModel.Type.FLOAT, bytes(take(bias).rows(first, out)), out);
        String product = int8 ? quantizedProduct(x, bytes(part), out, in)
                : model.node("MatMul", x, model.tensor(OnnxModel.Type.FLOAT, transposed(bytes(part), out, in), in, out));
        return model.node("Add", product, added);
    }

    private static ByteBuffer transposed(ByteBuffer matrix, int rows, int columns) {
        ByteBuffer out = ByteBuffer.allocateDirect(matrix.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out.putFloat((c * rows + r) * Float.BYTES, matrix.getFloat((r * columns + c) * Float.BYTES));
            }
        }
        return out;
    }

    /** {@code x matrix^T}, the matrix in int8 with a scale for each of its rows. */
    private String quantizedProduct(String x, ByteBuffer matrix, int rows, int columns) {
        ByteBuffer small = ByteBuffer.allocateDirect(rows * columns);
        float[] scales = new float[rows];
        for (int r = 0; r < rows; r++) {
            scales[r] = scale(matrix, r * columns, columns, MOST_REDUCED);
            for (int c = 0; c < columns; c++) {
                small.put(c * rows + r, (byte) Math.round(matrix.getFloat((r * columns + c) * Float.BYTES) / scales[r]));
            }
        }
        List<String> q = model.node("DynamicQuantizeLinear", 3, Map.of(), x);
        String product = model.node("MatMulInteger", q.get(0), model.tensor(OnnxModel.Type.INT8, small, columns, rows), q.get(2),
                model.tensor(OnnxModel.Type.INT8, ByteBuffer.allocate(rows), rows));
        String scale = model.node("Mul", q.get(1), model.floats(scales, rows));
        return model.node("Mul", model.node("Cast", Map.of("to", 1), product), scale);
    }

    private static float scale(ByteBuffer values, int first, int count, int most) {
        float largest = 0;
        for (int i = first; i < first + count; i++) {
            largest = Math.max(largest, Math.abs(values.getFloat(i * Float.BYTES)));
        }
        return largest == 0 ? 1 : largest / most;
    }

    /** A convolution with the weights at {@code name}; with a bias if there is one. */
    String conv(String x, String name, Conv geometry) {
        boolean biased = has(name + ".bias");
        if (!int8) {
            return biased ? model.node("Conv", geometry.attributes(), x, tensor(name + ".weight"), tensor(name + ".bias"))
                    : model.node("Conv", geometry.attributes(), x, tensor(name + ".weight"));
        }
        String y = quantizedConv(x, take(name + ".weight"), geometry);
        long[] shape = new long[geometry.kernel.length + 1];
        Arrays.fill(shape, 1);
        shape[0] = take(name + ".weight").shape().get(0);
        return biased ? model.node("Add", y, tensor(name + ".bias", shape)) : y;
    }

    private String quantizedConv(String x, TensorData weight, Conv geometry) {
        ByteBuffer floats = bytes(weight);
        int count = Math.toIntExact(weight.count());
        float scale = scale(floats, 0, count, MOST);
        ByteBuffer small = ByteBuffer.allocateDirect(count);
        for (int i = 0; i < count; i++) {
            small.put(i, (byte) (Math.round(floats.getFloat(i * Float.BYTES) / scale) + MIDDLE));
        }
        List<String> q = model.node("DynamicQuantizeLinear", 3, Map.of(), x);
        String zero = model.tensor(OnnxModel.Type.UINT8, ByteBuffer.wrap(new byte[] {(byte) MIDDLE}));
        String y = model.node("ConvInteger", geometry.attributes(), q.get(0), model.tensor(OnnxModel.Type.UINT8, small, dims(weight)), q.get(2), zero);
        String whole = model.node("Mul", q.get(1), model.floats(new float[] {scale}, 1));
        return model.node("Mul", model.node("Cast", Map.of("to", 1), y), whole);
    }

    /** A transposed convolution; never quantised. */
    String transposedConv(String x, String name, Conv geometry) {
        return model.node("ConvTranspose", geometry.attributes(), x, tensor(name + ".weight"), tensor(name + ".bias"));
    }

    /** GroupNorm of {@code [N, channels, spatial...]}, by instance normalisation of the groups. */
    String groupNorm(String x, String name, int groups, long... shape) {
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        String grouped = model.node("Reshape", x, model.ints(0, groups, -1));
        String y = model.node("InstanceNormalization", Map.of("epsilon", EPS), grouped, model.floats(ones, groups),
                model.floats(new float[groups], groups));
        y = model.node("Reshape", y, model.ints(shape));
        long[] each = shape.clone();
        Arrays.fill(each, 1);
        each[1] = shape[1];
        return model.node("Add", model.node("Mul", y, tensor(name + ".weight", each)), tensor(name + ".bias", each));
    }

    /** BatchNorm with the statistics of training. */
    String batchNorm(String x, String name) {
        return model.node("BatchNormalization", Map.of("epsilon", EPS), x, tensor(name + ".weight"), tensor(name + ".bias"),
                tensor(name + ".running_mean"), tensor(name + ".running_var"));
    }

    /** LayerNorm of the last dimension. */
    String layerNorm(String x, String name) {
        return model.node("LayerNormalization", Map.of("epsilon", EPS, "axis", -1), x, tensor(name + ".weight"), tensor(name + ".bias"));
    }

    /** x tanh(log(1 + exp(x))). */
    String mish(String x) {
        return model.node("Mul", x, model.node("Tanh", model.node("Softplus", x)));
    }

    /** Attention of several heads on tokens. @param mask what is added to the weights, {@code [T, S]}, or null */
    String attention(String query, String keys, String values, int width, int heads, String mask) {
        String scale = model.floats(new float[] {(float) (1 / Math.sqrt((double) width / heads))}, 1);
        String weights = model.node("MatMul", model.node("Mul", heads(query, width, heads, 0, 2, 1, 3), scale), heads(keys, width, heads, 0, 2, 3, 1));
        if (mask != null) {
            weights = model.node("Add", weights, mask);
        }
        String y = model.node("MatMul", model.node("Softmax", Map.of("axis", -1), weights), heads(values, width, heads, 0, 2, 1, 3));
        return model.node("Reshape", model.node("Transpose", Map.of("perm", new long[] {0, 2, 1, 3}), y), model.ints(0, -1, width));
    }

    private String heads(String x, int width, int heads, long... order) {
        return model.node("Transpose", Map.of("perm", order), model.node("Reshape", x, model.ints(0, -1, heads, width / heads)));
    }

    /** Some values of the last dimension. @param rank of {@code x} */
    List<String> split(String x, int rank, long... sizes) {
        return model.node("Split", sizes.length, Map.of("axis", rank - 1), x, model.ints(sizes));
    }

    /** SinusoidalPosEmb of timesteps {@code [1]}: {@code [1, width]}. */
    String stepEncoding(String time, int width) {
        int half = width / 2;
        float[] frequencies = new float[half];
        float slope = (float) -(Math.log(10000) / (half - 1));
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(i * slope);
        }
        String angle = model.node("Mul", model.node("Reshape", time, model.ints(-1, 1)), model.floats(frequencies, 1, half));
        return model.node("Concat", Map.of("axis", 1), model.node("Sin", angle), model.node("Cos", angle));
    }
}
