package dev.dpros.diffusion;

/**
 * Weights with which a new chunk is tied to the one being executed (real-time chunking; Black, Galliker and Levine 2025,
 * equation 5): 1 for the d actions that will have been executed before the new chunk can act, then falling over the part
 * where both overlap, 0 beyond. Stateless; the caller owns the arrays.
 */
public final class PrefixWeights {
    /** How the weights fall over the overlap. */
    public enum Fall {
        /** k = (n - j) / (n + 1), j = 0 .. n - 1. */
        LINEAR,
        /** k (e^k - 1) / (e - 1): softer, ties the far overlap less. */
        EXPONENTIAL
    }

    private PrefixWeights() {}

    /**
     * Fills the weights.
     *
     * @param delay d, actions that are executed before the chunk can act; clamped to the overlap
     * @param end actions at which the overlap ends
     * @param out one weight per action of the new chunk
     */
    public static void fill(Fall fall, int delay, int end, double[] out) {
        int last = Math.max(0, Math.min(end, out.length));
        int frozen = Math.max(0, Math.min(delay, last));
        int n = last - frozen;
        for (int i = 0; i < out.length; i++) {
            double weight = i < frozen ? 1 : 0;
            if (i >= frozen && i < last) {
                double k = (double) (n - (i - frozen)) / (n + 1);
                weight = fall == Fall.LINEAR ? k : k * Math.expm1(k) / Math.expm1(1);
            }
            out[i] = weight;
        }
    }

    /**
     * Pulls the predicted clean trajectory towards the previous chunk, {@code x0hat += w (target - x0hat)}: the step of
     * real-time chunking for diffusion, which needs no gradient.
     *
     * @param x0hat {@code [B, T, W]}, changed in place; the action's columns come first
     * @param width W
     * @param target {@code [T, A]}, normalised
     * @param weights {@code [T]}
     */
    public static void blend(double[] x0hat, int width, double[] target, double[] weights) {
        int dims = target.length / weights.length;
        for (int row = 0; row < x0hat.length / width; row++) {
            int t = row % weights.length;
            for (int d = 0; d < dims; d++) {
                int at = row * width + d;
                x0hat[at] += weights[t] * (target[t * dims + d] - x0hat[at]);
            }
        }
    }
}
