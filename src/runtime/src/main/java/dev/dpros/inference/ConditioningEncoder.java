package dev.dpros.inference;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns observations into the conditioning vector {@code [B, To * D]}: vectors are normalised in Java, images go through
 * their encoder; features follow each other in the policy's order within each observation step, then what the policy
 * is told of its task. Reuses its buffers; confined to one thread.
 */
final class ConditioningEncoder {
    private final PolicyConfig config;
    private final List<Normalizer> normalizers = new ArrayList<>();
    private final ByteBuffer[] images;
    private final EncodedFrames[] known;
    private final float[] task;

    ConditioningEncoder(PolicyDefinition policy) {
        task = TaskConditioning.of(policy);
        config = policy.config();
        images = new ByteBuffer[config.inputs().size()];
        known = new EncodedFrames[images.length];
        for (FeatureSpec input : config.inputs()) {
            boolean vector = input.kind() != FeatureSpec.Kind.VISUAL;
            Normalizer normalizer = policy.normalizers().get(input.key());
            normalizers.add(!vector || normalizer == null ? Normalizer.identity(input.size()) : normalizer);
            if (vector && normalizer != null && normalizer.size() != input.size()) {
                throw dev.dpros.core.InputException.of(policy.source(), "normalizer of '" + input.key() + "'",
                        input.size() + " values", String.valueOf(normalizer.size()), "");
            }
        }
    }

    /** From now on frames of a batch of one that were encoded for one of the last windows are not encoded again. */
    void reuseFrames() {
        for (int i = 0; i < known.length; i++) {
            known[i] = new EncodedFrames(config.nObsSteps());
        }
    }

    /** What has been encoded is encoded again. */
    void forget() {
        for (EncodedFrames frames : known) {
            if (frames != null) {
                frames.forget();
            }
        }
    }

    float[] encode(PolicyNetwork.Chunk chunk, ObservationBatch batch) {
        batch.check(config.inputs(), config.nObsSteps());
        int rows = batch.size() * config.nObsSteps();
        int width = config.conditioningPerStep();
        float[] out = new float[rows * width];
        int column = 0;
        int camera = 0;
        for (int f = 0; f < config.inputs().size(); f++) {
            FeatureSpec input = config.inputs().get(f);
            if (input.kind() == FeatureSpec.Kind.VISUAL) {
                float[] features = image(chunk, camera++, f, batch.values().get(f), rows);
                column = copy(features, rows, features.length / rows, out, width, column);
            } else {
                column = vector(normalizers.get(f), batch.values().get(f), rows, out, width, column);
            }
        }
        for (int row = 0; row < rows; row++) {
            System.arraycopy(task, 0, out, row * width + column, task.length);
        }
        return out;
    }

    private static int vector(Normalizer normalizer, float[] values, int rows, float[] out, int width, int column) {
        int size = normalizer.size();
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < size; i++) {
                out[row * width + column + i] = normalizer.normalize(i, values[row * size + i]);
            }
        }
        return column + size;
    }

    private float[] image(PolicyNetwork.Chunk chunk, int camera, int feature, float[] values, int rows) {
        ByteBuffer buffer = images[feature] == null || images[feature].capacity() < values.length * Float.BYTES
                ? direct(values.length) : images[feature];
        images[feature] = buffer;
        EncodedFrames frames = known[feature];
        return frames == null || rows > config.nObsSteps() ? chunk.encode(camera, values, 0, rows, buffer)
                : frames.features(values, chunk.encodesAlike(), (first, count) ->
                chunk.encode(camera, values, first * config.inputs().get(feature).size(), count, buffer));
    }

    private static int copy(float[] from, int rows, int size, float[] out, int width, int column) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(from, row * size, out, row * width + column, size);
        }
        return column + size;
    }

    /** A direct buffer for so many floats, native order. */
    static ByteBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES)).order(ByteOrder.nativeOrder());
    }
}
