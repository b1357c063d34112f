package dev.dpros.bench;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Random weights of any size that lie nowhere: a value is computed from its tensor's name and its place each time it is read.
 * Of a variance that keeps activations as large as they come in. Immutable; any thread.
 */
final class DrawnWeights implements TensorData.Content {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final float middle;
    private final float bound;
    private final int length;

    private DrawnWeights(String name, float middle, float bound, int length) {
        seed = name.hashCode() * STEP;
        this.middle = middle;
        this.bound = bound;
        this.length = length;
    }

    /** All tensors that a configuration implies. */
    static Map<String, TensorData> of(PolicyConfig config) {
        Map<String, TensorData> weights = new LinkedHashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name, tensor(name, shape)));
        return weights;
    }

    private static TensorData tensor(String name, List<Long> shape) {
        long count = shape.stream().reduce(1L, Math::multiplyExact);
        boolean matrix = shape.size() > 1;
        boolean scale = !matrix && (name.endsWith("weight") || name.endsWith("running_var"));
        double bound = matrix ? Math.sqrt(3.0 * shape.get(0) / count) : 0.1;
        return new TensorData(TensorData.DType.F32, shape,
                new DrawnWeights(name, scale ? 1 : 0, (float) bound, Math.toIntExact(count * Float.BYTES)));
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public void read(int offset, ByteBuffer into) {
        Objects.checkFromIndexSize(offset, into.remaining(), length);
        int at = offset;
        if (at % Float.BYTES == 0) {
            ByteBuffer floats = into.slice().order(ByteOrder.LITTLE_ENDIAN);
            int count = floats.remaining() / Float.BYTES;
            for (int i = 0; i < count; i++) {
                floats.putFloat(i * Float.BYTES, value(at / Float.BYTES + i));
            }
            into.position(into.position() + count * Float.BYTES);
            at += count * Float.BYTES;
        }
        for (; into.hasRemaining(); at++) {
            into.put((byte) (Float.floatToRawIntBits(value(at / Float.BYTES)) >>> at % Float.BYTES * Byte.SIZE));
        }
    }

    /** Uniform: the place, mixed as SplittableRandom does. */
    private float value(int index) {
        long z = seed + (index + 1) * STEP;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        float unit = ((z ^ z >>> 31) >>> 40) * 0x1p-24f;
        return middle + bound * (2 * unit - 1);
    }
}
