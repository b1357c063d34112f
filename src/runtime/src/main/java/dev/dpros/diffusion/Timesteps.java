package dev.dpros.diffusion;

/** Which training timesteps a sampler visits. Stateless. */
public final class Timesteps {
    /** Where {@link SchedulerConfig.Spacing#LOG_SNR} begins and ends, as shares of the training timesteps. */
    private static final double FIRST = 0.9;
    private static final double LAST = 0.05;

    private Timesteps() {}

    /**
     * Spaced as diffusers does: DDPM and DDIM {@code i * (trained / steps) + offset} ("leading"), DPM-Solver++ evenly from
     * the last ("linspace"); or evenly in log(signal / noise).
     *
     * @throws IllegalArgumentException if the steps do not fit
     */
    public static int[] of(SchedulerConfig config) {
        if (config.spacing() == SchedulerConfig.Spacing.LOG_SNR) {
            return evenInLogSnr(config, (int) (FIRST * config.numTrainTimesteps()), config.inferenceSteps());
        }
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

    /** The timesteps whose log(signal / noise) is nearest to even steps between the first and the last. */
    private static int[] evenInLogSnr(SchedulerConfig config, int start, int steps) {
        AlphaSchedule alphas = AlphaSchedule.of(config);
        int[] timesteps = new int[steps];
        double first = logSnr(alphas, start);
        double last = logSnr(alphas, (int) (LAST * config.numTrainTimesteps()));
        int t = config.numTrainTimesteps() - 1;
        for (int i = 0; i < steps; i++) {
            double wanted = first + (last - first) * i / Math.max(1, steps - 1);
            while (t > 0 && Math.abs(logSnr(alphas, t - 1) - wanted) <= Math.abs(logSnr(alphas, t) - wanted)) {
                t--;
            }
            timesteps[i] = t;
        }
        requireDecreasing(timesteps, config.numTrainTimesteps());
        return timesteps;
    }

    private static double logSnr(AlphaSchedule alphas, int t) {
        return Math.log(alphas.signalRate(t) / alphas.noiseRate(t));
    }

    /**
     * {@code steps} timesteps from {@code start} down, for a warm start: evenly in log(signal / noise) to 5 % of the training
     * timesteps, or evenly to 0 if that is not below.
     *
     * @throws IllegalArgumentException if there are not so many
     */
    public static int[] from(SchedulerConfig config, int start, int steps) {
        PolicyConfig.require(start >= 1 && start < config.numTrainTimesteps(), "warm timestep", start,
                "1 to " + (config.numTrainTimesteps() - 1));
        PolicyConfig.require(steps >= 1 && steps <= start + 1, "warm steps", steps, "1 to " + (start + 1));
        if (start > LAST * config.numTrainTimesteps()) {
            return evenInLogSnr(config, start, steps);
        }
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
