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
     * @param presentStep step of the trajectory that belongs to {@code observationStampNs}
     * @param observationStampNs t_obs of the new trajectory
     * @param normalizer of the action, per coordinate
     * @param out {@code [T, A]}, normalised
     */
    public static void onNewGrid(
            ActionChunk previous, int presentStep, long observationStampNs, Normalizer normalizer, double[] out) {
        int dims = previous.dims();
        double shift = (double) (observationStampNs - previous.firstStampNs()) / previous.stepNs();
        for (int t = 0; t < out.length / dims; t++) {
            double at = Math.max(0, Math.min(previous.steps() - 1, t - presentStep + shift));
            int before = (int) at;
            int after = Math.min(previous.steps() - 1, before + 1);
            double u = at - before;
            for (int d = 0; d < dims; d++) {
                double value = previous.action(before, d) + u * (previous.action(after, d) - previous.action(before, d));
                out[t * dims + d] = normalizer.normalize(d, (float) value);
            }
        }
    }

    /**
     * Reads a whole trajectory at later steps, on straight lines, holding its first and last step beyond them.
     *
     * @param trajectory {@code [T, W]}
     * @param steps T
     * @param shift by how many steps the new trajectory begins later
     * @param out {@code [T, W]}
     */
    public static void shifted(float[] trajectory, int steps, double shift, double[] out) {
        int width = out.length / steps;
        for (int t = 0; t < steps; t++) {
            double at = Math.max(0, Math.min(steps - 1, t + shift));
            int before = (int) at;
            int after = Math.min(steps - 1, before + 1);
            double u = at - before;
            for (int d = 0; d < width; d++) {
                double first = trajectory[before * width + d];
                out[t * width + d] = first + u * (trajectory[after * width + d] - first);
            }
        }
    }

    /** Number of a new trajectory's actions, from its present step on, whose instants the previous chunk reaches. */
    public static int overlap(ActionChunk previous, long observationStampNs) {
        long lastNs = previous.stampNs(previous.steps() - 1);
        return lastNs < observationStampNs ? 0 : (int) ((lastNs - observationStampNs) / previous.stepNs()) + 1;
    }
}
