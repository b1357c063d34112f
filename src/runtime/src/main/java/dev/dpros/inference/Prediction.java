package dev.dpros.inference;

import dev.dpros.core.ChunkOrigin;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.util.Arrays;

/**
 * What {@code predict_action} returns, for a batch of B. The arrays are the caller's own.
 *
 * @param batch B
 * @param globalCond {@code [B, To * D]} conditioning vectors
 * @param trajectory {@code [B, T, W]} normalised, as denoised ({@link dev.dpros.diffusion.PolicyConfig#denoisedSteps},
 *     {@link dev.dpros.diffusion.PolicyConfig#denoisedWidth}): usually the action's columns alone
 * @param actionSteps number of actions per chunk, T - To + 1 usually
 * @param actions {@code [B, actionSteps, A]} in robot units; action 0 belongs to the newest observation
 * @param denoisingSteps network evaluations
 * @param origin where it was sampled
 */
public record Prediction(
        int batch, float[] globalCond, float[] trajectory, int actionSteps, double[] actions, int denoisingSteps, ChunkOrigin origin) {

    /**
     * What a denoised batch is to the robot.
     *
     * @param globalCond the conditioning vectors, or none where the network did not tell them
     * @param denoised {@code [B, T, W]} normalised
     * @throws IllegalArgumentException if it is not of that size
     */
    public static Prediction of(PolicyDefinition policy, int batch, float[] globalCond, double[] denoised, int denoisingSteps) {
        PolicyConfig config = policy.config();
        int width = config.denoisedWidth();
        if (denoised.length != batch * config.denoisedSteps() * width) {
            throw new IllegalArgumentException("prediction: expected " + batch + " x " + config.denoisedSteps() + " x " + width
                    + " values, found " + denoised.length);
        }
        float[] trajectory = new float[denoised.length];
        for (int i = 0; i < trajectory.length; i++) {
            trajectory[i] = (float) denoised[i];
        }
        int dims = config.action().size();
        Normalizer normalizer = policy.normalizers().getOrDefault(config.action().key(), Normalizer.identity(dims));
        int steps = config.chunkSteps();
        double[] actions = new double[batch * steps * dims];
        for (int b = 0, out = 0; b < batch; b++) {
            for (int t = 0; t < steps; t++) {
                int from = (b * config.denoisedSteps() + config.presentStep() + t) * width;
                for (int d = 0; d < dims; d++) {
                    actions[out++] = normalizer.unnormalize(d, denoised[from + d]);
                }
            }
        }
        return new Prediction(batch, globalCond, trajectory, steps, actions, denoisingSteps);
    }

    /** One sampled on this machine. */
    public Prediction(int batch, float[] globalCond, float[] trajectory, int actionSteps, double[] actions, int denoisingSteps) {
        this(batch, globalCond, trajectory, actionSteps, actions, denoisingSteps, ChunkOrigin.LOCAL);
    }

    /** The same, sampled elsewhere. */
    public Prediction from(ChunkOrigin other) {
        return new Prediction(batch, globalCond, trajectory, actionSteps, actions, denoisingSteps, other);
    }

    /** Whether every action is a finite number. */
    public boolean finite() {
        for (double value : actions) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** The first {@code steps} actions of one trajectory of the batch, {@code [steps, A]}. */
    public double[] actions(int row, int steps) {
        int dims = actions.length / (batch * actionSteps);
        int from = row * actionSteps * dims;
        return Arrays.copyOfRange(actions, from, from + steps * dims);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Prediction that && batch == that.batch && denoisingSteps == that.denoisingSteps
                && Arrays.equals(globalCond, that.globalCond) && Arrays.equals(trajectory, that.trajectory)
                && Arrays.equals(actions, that.actions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(trajectory);
    }

    @Override
    public String toString() {
        return "Prediction[batch=" + batch + ", denoisingSteps=" + denoisingSteps + "]";
    }
}
