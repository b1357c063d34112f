package dev.dpros.diffusion;

/** Which training timesteps a sampler visits, as diffusers spaces them by default. Stateless. */
public final class Timesteps {
    private Timesteps() {}

    /**
     * DDPM and DDIM: {@code i * (trained / steps) + offset} ("leading"); DPM-Solver++: evenly from the last ("linspace").
     *
     * @throws IllegalArgumentException if the steps do not fit
     */
    public static int[] of(SchedulerConfig config) {
        int steps = config.inferenceSteps();
        int trained = config.numTrainTimesteps();
        int[] timesteps = new int[steps];
        boolean leading = config.type() != SchedulerConfig.Type.DPM_SOLVER_PP;
        int ratio = trained / steps;
        int offset = config.type() == SchedulerConfig.Type.DDIM ? config.stepsOffset() : 0;
        for (int i = 0; i < steps; i++) {
            int rank = steps - i;
            timesteps[i] = leading ? (rank - 1) * ratio + offset : (int) Math.rint((trained - 1) * (double) rank / steps);
        }
        requireDecreasing(timesteps, trained);
        return timesteps;
    }

    /**
     * {@code steps} timesteps from {@code start} down, evenly, for a warm start.
     *
     * @throws IllegalArgumentException if there are fewer than {@code steps} timesteps from {@code start} to 0
     */
    public static int[] from(int start, int steps) {
        PolicyConfig.require(steps >= 1 && steps <= start + 1, "steps", steps, "1 to " + (start + 1));
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (int) Math.rint(start * (double) (steps - i) / steps);
        }
        return timesteps;
    }

    static void requireDecreasing(int[] timesteps, int trained) {
        for (int i = 0; i < timesteps.length; i++) {
            PolicyConfig.require(timesteps[i] >= 0 && timesteps[i] < trained, "timestep", timesteps[i], "0 to " + (trained - 1));
            PolicyConfig.require(i == 0 || timesteps[i] < timesteps[i - 1], "num_inference_steps", timesteps.length,
                    "so few that no timestep repeats");
        }
        PolicyConfig.require(timesteps.length > 0, "num_inference_steps", 0, "at least 1");
    }
}
