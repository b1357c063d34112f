package dev.dpros.diffusion;

/**
 * Flow matching (Lipman et al. 2023), as LeRobot's multi_task_dit has it: at time t the sample is
 * {@code t clean + (1 - (1 - sigmaMin) t) noise}, from noise at 0 to the trajectory at 1, and the network tells its velocity,
 * {@code clean - (1 - sigmaMin) noise}.
 *
 * @param sigmaMin noise that is left at time 1
 * @param sampling how training draws the time
 * @param latest of a beta distribution: the latest time that is drawn
 * @param alpha of a beta distribution
 * @param beta of a beta distribution
 */
public record FlowConfig(double sigmaMin, TimeSampling sampling, double latest, double alpha, double beta) {
    /** LeRobot's defaults. */
    public static final FlowConfig DEFAULT = new FlowConfig(0, TimeSampling.BETA, 0.999, 1.5, 1);

    /** How training draws the time. */
    public enum TimeSampling {
        /** Evenly in [0, 1). */ UNIFORM,
        /** {@code latest (1 - u)}, u of a beta distribution: more of the noisy times. */ BETA
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public FlowConfig {
        PolicyConfig.require(sigmaMin >= 0 && sigmaMin <= 1, "sigma_min", sigmaMin, "0 to 1");
        PolicyConfig.require(latest > 0 && latest <= 1, "timestep_sampling_s", latest, "more than 0, at most 1");
        PolicyConfig.require(alpha > 0 && alpha <= 1000, "timestep_sampling_alpha", alpha, "more than 0, at most 1000");
        PolicyConfig.require(beta > 0 && beta <= 1000, "timestep_sampling_beta", beta, "more than 0, at most 1000");
    }

    /** The factor of the noise at time {@code t}. */
    public double noiseRate(double t) {
        return 1 - (1 - sigmaMin) * t;
    }
}
