package dev.dpros.training.engine;

import dev.dpros.core.TensorData;
import java.nio.FloatBuffer;

/** What is compared of a tensor. Stateless. */
final class TensorValues {
    private TensorValues() {}

    static float[] of(TensorData tensor) {
        FloatBuffer buffer = tensor.bytes().asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** Euclidean. */
    static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
