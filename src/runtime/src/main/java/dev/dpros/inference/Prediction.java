package dev.dpros.inference;

import java.util.Arrays;

/**
 * What {@code predict_action} returns, for a batch of B. The arrays are the caller's own.
 *
 * @param batch B
 * @param globalCond {@code [B, To * D]} conditioning vectors
 * @param trajectory {@code [B, T, A]} normalised
 * @param actionSteps number of actions per trajectory, T - To + 1
 * @param actions {@code [B, T - To + 1, A]} in robot units; action 0 belongs to the newest observation (the network's
 *     step To - 1)
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
