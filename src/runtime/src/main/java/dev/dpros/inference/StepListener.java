package dev.dpros.inference;

/**
 * Looks on between two denoising steps, and may steer: change the predicted clean trajectory, or end the loop early. Called
 * on the sampling thread; must be quick. What ties a chunk to the one before is no listener but a {@link Tie}.
 */
@FunctionalInterface
public interface StepListener {
    /** Goes on, changes nothing. */
    StepListener NONE = (index, count, timestep, x0hat) -> true;

    /**
     * Called after the network's output of step {@code index} has become {@code x0hat}, tied as asked for, and before the scheduler uses it.
     *
     * @param index of the step, from 0
     * @param count number of steps of the whole loop
     * @param timestep training timestep of the step
     * @param x0hat {@code [B, T, A]} predicted clean trajectory, normalised, clipped; may be modified in place
     * @return false to end here: the prediction is then {@code x0hat}
     */
    boolean onStep(int index, int count, int timestep, double[] x0hat);
}
