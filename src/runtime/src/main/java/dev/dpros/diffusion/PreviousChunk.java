package dev.dpros.diffusion;

import dev.dpros.core.ActionChunk;

/**
 * The previous chunk as the next one's starting point: shifted onto its grid and normalised. Stateless; the caller owns
 * the arrays.
 */
public final class PreviousChunk {
    private PreviousChunk() {}

    /**
     * Reads the previous chunk at the times of a new trajectory's steps: on straight lines between its actions, holding
     * the first before and the last after them.
     *
     * @param observationSteps To: step To-1 of the trajectory belongs to {@code observationStampNs}
     * @param observationStampNs t_obs of the new trajectory
     * @param normalizer of the action, per coordinate
     * @param out {@code [T, A]}, normalised
     */
    public static void onNewGrid(
            ActionChunk previous, int observationSteps, long observationStampNs, Normalizer normalizer, double[] out) {
        int dims = previous.dims();
        double shift = (double) (observationStampNs - previous.firstStampNs()) / previous.stepNs();
        for (int t = 0; t < out.length / dims; t++) {
            double at = Math.max(0, Math.min(previous.steps() - 1, t - (observationSteps - 1) + shift));
            int before = (int) at;
            int after = Math.min(previous.steps() - 1, before + 1);
            double u = at - before;
            for (int d = 0; d < dims; d++) {
                double value = previous.action(before, d) + u * (previous.action(after, d) - previous.action(before, d));
                out[t * dims + d] = normalizer.normalize(d, (float) value);
            }
        }
    }

    /** Number of a new trajectory's actions, from its step To-1 on, whose instants the previous chunk reaches. */
    public static int overlap(ActionChunk previous, long observationStampNs) {
        long lastNs = previous.stampNs(previous.steps() - 1);
        return lastNs < observationStampNs ? 0 : (int) ((lastNs - observationStampNs) / previous.stepNs()) + 1;
    }
}
