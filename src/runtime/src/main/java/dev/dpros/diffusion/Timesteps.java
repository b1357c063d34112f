package dev.dpros.diffusion;

/** Which training timesteps a sampler visits. Stateless. */
public final class Timesteps {
    /** Where {@link SchedulerConfig.Spacing#LOG_SNR} begins and ends, as shares of the training timesteps. */
    private static final double FIRST = 0.9;
    private static final double LAST = 0.05;

    private Timesteps() {}

    /**
     * Spaced as diffusers does: DDPM and DDIM {@code i * (trained / steps) + offset} ("leading"), DPM-Solver++ evenly from
     * the last ("linspace"); or evenly in log(signal / noise). With flow matching, the noise levels nearest to even times.
     *
     * @throws IllegalArgumentException if the steps do not fit
     */
    public static int[] of(SchedulerConfig config) {
        if (config.spacing() == SchedulerConfig.Spacing.LOG_SNR) {
            return evenInLogSnr(config, (int) (FIRST * config.numTrainTimesteps()), config.inferenceSteps());
        }
        if (config.type().flow()) {
            return evenly(config, config.numTrainTimesteps(), config.inferenceSteps());
        }
        int steps = config.inferenceSteps();
        int trained = config.numTrainTimesteps();
        int[] timesteps = new int[steps];
        boolean leading = config.type() != SchedulerConfig.Type.DPM_SOLVER_PP;
        int ratio = trained / steps;
        double width = (trained - 1) / (double) steps; // numpy's linspace multiplies by it: halves round as there
        int offset = config.type() == SchedulerConfig.Type.DDIM ? config.stepsOffset() : 0;
        for (int i = 0; i < steps; i++) {
            int rank = steps - i;
            timesteps[i] = leading ? (rank - 1) * ratio + offset : (int) Math.rint(rank * width);
        }
        requireDecreasing(timesteps, largest(config));
        return timesteps;
    }

    private static int[] evenly(SchedulerConfig config, int start, int steps) {
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (int) Math.rint(start * (double) (steps - i) / steps);
        }
        requireDecreasing(timesteps, largest(config));
        return timesteps;
    }

    /** The largest timestep; of a flow, where there is noise alone. */
    static int largest(SchedulerConfig config) {
        return config.type().flow() ? config.numTrainTimesteps() : config.numTrainTimesteps() - 1;
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
        requireDecreasing(timesteps, largest(config));
        return timesteps;
    }

    /**
     * Timesteps in segments: within each evenly in log(signal / noise), down to 5 % of the training timesteps in all.
     *
     * @param begins where each segment begins, decreasing
     * @param each timesteps of a segment
     * @throws IllegalArgumentException if there are not so many
     */
    public static int[] segments(SchedulerConfig config, int[] begins, int each) {
        AlphaSchedule alphas = AlphaSchedule.of(config);
        int[] timesteps = new int[begins.length * each];
        int t = config.numTrainTimesteps() - 1;
        for (int i = 0; i < timesteps.length; i++) {
            int segment = i / each;
            boolean last = segment == begins.length - 1;
            double from = logSnr(alphas, begins[segment]);
            double to = logSnr(alphas, last ? (int) (LAST * config.numTrainTimesteps()) : begins[segment + 1]);
            double wanted = from + (to - from) * (i % each) / (last ? Math.max(1, each - 1) : each);
            while (t > 0 && Math.abs(logSnr(alphas, t - 1) - wanted) <= Math.abs(logSnr(alphas, t) - wanted)) {
                t--;
            }
            timesteps[i] = t--;
        }
        requireDecreasing(timesteps, largest(config));
        return timesteps;
    }

    /** The first timestep of few: before it there is little but noise, where a network that predicts it is of no use. */
    public static int first(SchedulerConfig config) {
        return (int) (FIRST * config.numTrainTimesteps());
    }

    private static double logSnr(AlphaSchedule alphas, int t) {
        return Math.log(alphas.signalRate(t) / alphas.noiseRate(t));
    }

    /**
     * {@code steps} timesteps from {@code start} down, for a warm start: evenly in log(signal / noise) to 5 % of the training
     * timesteps, or evenly to 0 if that is not below, and with flow matching.
     *
     * @throws IllegalArgumentException if there are not so many
     */
    public static int[] from(SchedulerConfig config, int start, int steps) {
        PolicyConfig.require(start >= 1 && start < config.numTrainTimesteps(), "warm timestep", start,
                "1 to " + (config.numTrainTimesteps() - 1));
        PolicyConfig.require(steps >= 1 && steps <= start + 1, "warm steps", steps, "1 to " + (start + 1));
        return !config.type().flow() && start > LAST * config.numTrainTimesteps() ? evenInLogSnr(config, start, steps)
                : evenly(config, start, steps);
    }

    static void requireDecreasing(int[] timesteps, int largest) {
        for (int i = 0; i < timesteps.length; i++) {
            PolicyConfig.require(timesteps[i] >= 0 && timesteps[i] <= largest, "timestep", timesteps[i], "0 to " + largest);
            PolicyConfig.require(i == 0 || timesteps[i] < timesteps[i - 1], "num_inference_steps", timesteps.length,
                    "so few that no timestep repeats");
        }
        PolicyConfig.require(timesteps.length > 0, "num_inference_steps", 0, "at least 1");
    }
}
