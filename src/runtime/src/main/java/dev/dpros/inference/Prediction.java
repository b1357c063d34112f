package dev.dpros.inference;

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
 */
public record Prediction(
        int batch, float[] globalCond, float[] trajectory, int actionSteps, double[] actions, int denoisingSteps) {

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
