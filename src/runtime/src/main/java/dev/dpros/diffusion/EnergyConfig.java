package dev.dpros.diffusion;

/**
 * Implicit behavioural cloning (diffusion_policy, ibc_dfo_lowdim_policy.py): a multilayer perceptron gives every candidate of an action
 * chunk an energy, given the observations; a search without derivatives looks for the lowest. It is no denoising network, but takes
 * the place of one: its "steps" are the iterations of the search.
 *
 * @param width of the four hidden layers
 * @param dropout in training, share of their elements that are left out
 * @param negatives random actions against which a demonstrated one is held in training
 * @param candidates of the search
 * @param best whether the search stays within the actions' range and ends with the best candidate ({@code kevin_inference}); else it
 *     ends with one drawn by its probability
 */
public record EnergyConfig(int width, double dropout, int negatives, int candidates, boolean best) implements DenoiserConfig {
    /** Layers, the last included. */
    public static final int LAYERS = 5;
    /** Only the actions that are executed, the first of them the newest observation's. */
    public static final TrajectoryConfig TRAJECTORY = new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL, true, true);

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public EnergyConfig {
        PolicyConfig.require(width >= 1 && width <= 1 << 14, "hidden_dim", width, "1 to 16384");
        PolicyConfig.require(dropout >= 0 && dropout < 1, "dropout", dropout, "0 to less than 1");
        PolicyConfig.require(negatives >= 1 && negatives <= 1 << 17, "train_n_neg", negatives, "1 to 131072");
        PolicyConfig.require(candidates >= 1 && candidates <= 1 << 17, "pred_n_samples", candidates, "1 to 131072");
    }

    /** So many iterations of the search, where a denoising policy has its scheduler. */
    public static SchedulerConfig search(int iterations) {
        PolicyConfig.require(iterations >= 1 && iterations <= 1000, "pred_n_iter", iterations, "1 to 1000");
        return new SchedulerConfig(SchedulerConfig.Type.DDIM, iterations, SchedulerConfig.BetaSchedule.LINEAR, 1e-4, 0.02,
                SchedulerConfig.PredictionType.SAMPLE, false, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, iterations);
    }

    @Override
    public int downsampling() {
        return 1;
    }

    @Override
    public double leftOut() {
        return dropout;
    }
}
