package dev.dpros.training;

import dev.dpros.diffusion.Normalizer;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.training.data.Batch;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The reference's {@code train_action_mse_error} (train_diffusion_unet_hybrid_workspace.py): actions sampled for demonstrations
 * of the training set against those that were recorded. Immutable; any thread.
 *
 * @param recorded a batch as it was recorded: neither normalised, nor cropped, nor with noise
 */
public record ActionError(Batch recorded) {
    /**
     * Mean squared difference over the batch's whole chunks, in squared units of the action.
     *
     * @param action of the policy
     */
    public double of(DiffusionPolicy policy, Normalizer action) {
        List<float[]> values = recorded.inputs().values().stream().map(tensor -> {
            float[] copy = new float[(int) tensor.count()];
            tensor.bytes().asFloatBuffer().get(copy);
            return copy;
        }).toList();
        List<NoiseSource> noise = LongStream.range(0, recorded.size()).mapToObj(NoiseSource::seeded).toList();
        Prediction prediction = policy.predictAction(new ObservationBatch(recorded.size(), values), Sampling.of(noise));
        float[] sampled = prediction.trajectory();
        FloatBuffer truth = recorded.action().bytes().asFloatBuffer();
        double sum = 0;
        for (int i = 0; i < sampled.length; i++) {
            double robot = action == null ? sampled[i] : action.unnormalize(i % action.size(), sampled[i]);
            sum += Math.pow(robot - truth.get(i), 2);
        }
        return sum / sampled.length;
    }
}
