package dev.dpros.reference;

import dev.dpros.core.TensorData;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/** Weights and inputs of the reference cases: every tensor is a function of its name (splitmix64). Stateless. */
public final class Procedural {
    private Procedural() {}

    /** {@code n} doubles in [0, 1). */
    public static double[] splitmix(int n, long seed) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            long z = seed + (i + 1) * 0x9E3779B97F4A7C15L;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            values[i] = (z >>> 11) * 0x1p-53;
        }
        return values;
    }

    /** The seed that belongs to a name. */
    public static long seed(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return crc.getValue() * 0x100000001L;
    }

    /** Uniform float32 values in [lo, hi). */
    public static float[] uniform(String name, int count, double lo, double hi) {
        double[] u = splitmix(count, seed(name));
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (lo + (hi - lo) * u[i]);
        }
        return values;
    }

    /** Standard normal float32 values (Box-Muller). */
    public static float[] normal(String name, int count) {
        double[] u1 = splitmix(count, seed(name + "/u1"));
        double[] u2 = splitmix(count, seed(name + "/u2"));
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (Math.sqrt(-2 * Math.log(1 - u1[i])) * Math.cos(2 * Math.PI * u2[i]));
        }
        return values;
    }

    /** The weights of a parameter, by its state_dict name. */
    public static TensorData weight(String name, List<Long> shape) {
        int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        float[] values;
        if (name.endsWith("pos_emb") || name.endsWith("pos_embedding") || name.endsWith("pos_embed")) {
            values = uniform(name, count, -1, 1);
        } else if (name.endsWith("running_mean")) {
            values = uniform(name, count, -0.2, 0.2);
        } else if (name.endsWith("running_var")) {
            values = uniform(name, count, 0.5, 1.5);
        } else if (shape.size() >= 2) {
            double bound = Math.sqrt(3.0 / shape.subList(1, shape.size()).stream().reduce(1L, (a, b) -> a * b));
            values = uniform(name, count, -bound, bound);
        } else if (name.endsWith("weight")) {
            values = uniform(name, count, 0.9, 1.1);
        } else {
            values = uniform(name, count, -0.1, 0.1);
        }
        return TensorData.of(values, shape.stream().mapToLong(s -> s).toArray());
    }

    /** {@code shape} as a list. */
    public static List<Long> shape(long... sizes) {
        return Arrays.stream(sizes).boxed().toList();
    }
}
