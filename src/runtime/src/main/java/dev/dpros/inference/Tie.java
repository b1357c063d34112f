package dev.dpros.inference;

import dev.dpros.diffusion.PrefixWeights;

/**
 * What a new chunk is tied to (real-time chunking): after each estimate of the clean trajectory its action columns are pulled
 * towards a target, {@code x0hat += weight * (target - x0hat)}. Plain numbers, so that it can travel. Immutable; any thread.
 */
public final class Tie {
    private final double[] target;
    private final double[] weights;

    /**
     * Copies the arrays.
     *
     * @param target {@code [T, A]}, normalised, for every trajectory of a batch; or {@code [B, T, A]}
     * @param weights {@code [T]} in [0, 1]; or {@code [B, T]}
     * @throws IllegalArgumentException if there is no weight, or no whole number of values for each
     */
    public Tie(double[] target, double[] weights) {
        if (weights.length == 0 || target.length == 0 || target.length % weights.length != 0) {
            throw new IllegalArgumentException("tie: " + target.length + " values of the target for " + weights.length + " weights");
        }
        this.target = target.clone();
        this.weights = weights.clone();
    }

    /** A copy. */
    public double[] target() {
        return target.clone();
    }

    /** A copy. */
    public double[] weights() {
        return weights.clone();
    }

    /**
     * Pulls the predicted clean trajectories. Does not allocate.
     *
     * @param x0hat {@code [B, T, W]}, changed in place; the action's columns come first
     * @param width W
     */
    public void pull(double[] x0hat, int width) {
        PrefixWeights.blend(x0hat, width, target, weights);
    }
}
