package dev.dpros.training;

import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
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
        PolicyConfig config = policy.config();
        int dims = config.action().size();
        int rows = sampled.length / config.denoisedWidth();
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            int step = row / config.denoisedSteps() * config.horizon() + config.firstDenoisedStep() + row % config.denoisedSteps();
            for (int d = 0; d < dims; d++) {
                double value = sampled[row * config.denoisedWidth() + d];
                double robot = action == null ? value : action.unnormalize(d, value);
                sum += Math.pow(robot - truth.get(step * dims + d), 2);
            }
        }
        return sum / (rows * dims);
    }
}
