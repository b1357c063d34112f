package dev.dpros.diffusion;

/**
 * A noise scheduler's settings, named as in diffusers' scheduler configs. Sampling may use another type and number of
 * steps than training did; the betas and the prediction type belong to the network.
 *
 * @param type sampler
 * @param numTrainTimesteps steps of the forward process
 * @param betaSchedule how beta grows
 * @param betaStart first beta (linear, scaled_linear)
 * @param betaEnd last beta
 * @param predictionType what the network predicts
 * @param clipSample whether x0hat is clipped
 * @param clipSampleRange to plus or minus what
 * @param variance DDPM variance
 * @param setAlphaToOne DDIM: whether alpha of the step before the last is 1
 * @param stepsOffset DDIM: offset added to the timesteps
 * @param eta DDIM: share of DDPM's noise
 * @param inferenceSteps default number of denoising steps
 * @param spacing which timesteps the steps visit
 */
public record SchedulerConfig(
        Type type,
        int numTrainTimesteps,
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        PredictionType predictionType,
        boolean clipSample,
        double clipSampleRange,
        Variance variance,
        boolean setAlphaToOne,
        int stepsOffset,
        double eta,
        int inferenceSteps,
        Spacing spacing) {

    /** Samplers. */
    public enum Type { /** Ho et al. 2020. */ DDPM, /** Song et al. 2021. */ DDIM, /** Lu et al. 2022, order 2. */ DPM_SOLVER_PP }

    /** Beta schedules. */
    public enum BetaSchedule { /** linear. */ LINEAR, /** scaled_linear. */ SCALED_LINEAR, /** squaredcos_cap_v2. */ SQUAREDCOS_CAP_V2 }

    /** What the network predicts. */
    public enum PredictionType { /** the noise. */ EPSILON, /** x0. */ SAMPLE, /** v. */ V_PREDICTION }

    /** DDPM variance types. */
    public enum Variance { /** fixed_small. */ FIXED_SMALL, /** fixed_large. */ FIXED_LARGE }

    /** How the timesteps are spaced. */
    public enum Spacing {
        /** As diffusers does for the type: leading for DDPM and DDIM, linspace for DPM-Solver++. */
        DIFFUSERS,
        /** Evenly in log(signal / noise), from 90 % to 5 % of the training timesteps: for few steps. */
        LOG_SNR
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public SchedulerConfig {
        PolicyConfig.require(numTrainTimesteps >= 1 && numTrainTimesteps <= 100_000, "num_train_timesteps", numTrainTimesteps,
                "1 to 100000");
        PolicyConfig.require(betaStart > 0 && betaStart <= betaEnd, "beta_start", betaStart, "more than 0, at most beta_end");
        PolicyConfig.require(betaEnd < 1, "beta_end", betaEnd, "less than 1");
        PolicyConfig.require(stepsOffset >= 0 && stepsOffset < numTrainTimesteps, "steps_offset", stepsOffset,
                "0 to num_train_timesteps - 1");
        PolicyConfig.require(eta >= 0 && eta <= 1, "eta", eta, "0 to 1");
        PolicyConfig.require(inferenceSteps >= 1 && inferenceSteps <= numTrainTimesteps, "num_inference_steps",
                inferenceSteps, "1 to num_train_timesteps = " + numTrainTimesteps);
        PolicyConfig.require(clipSampleRange > 0, "clip_sample_range", clipSampleRange, "a positive number");
    }

    /** Settings with diffusers' own spacing. */
    public SchedulerConfig(Type type, int numTrainTimesteps, BetaSchedule betaSchedule, double betaStart, double betaEnd,
            PredictionType predictionType, boolean clipSample, double clipSampleRange, Variance variance,
            boolean setAlphaToOne, int stepsOffset, double eta, int inferenceSteps) {
        this(type, numTrainTimesteps, betaSchedule, betaStart, betaEnd, predictionType, clipSample, clipSampleRange, variance,
                setAlphaToOne, stepsOffset, eta, inferenceSteps, Spacing.DIFFUSERS);
    }

    /** The same network, sampled another way. */
    public SchedulerConfig withSampling(Type newType, int newSteps) {
        return new SchedulerConfig(newType, numTrainTimesteps, betaSchedule, betaStart, betaEnd, predictionType,
                clipSample, clipSampleRange, variance, setAlphaToOne, stepsOffset, eta, newSteps, spacing);
    }

    /** The same, with the steps spaced another way. */
    public SchedulerConfig withSpacing(Spacing newSpacing) {
        return new SchedulerConfig(type, numTrainTimesteps, betaSchedule, betaStart, betaEnd, predictionType,
                clipSample, clipSampleRange, variance, setAlphaToOne, stepsOffset, eta, inferenceSteps, newSpacing);
    }
}
