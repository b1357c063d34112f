package dev.dpros.diffusion;

import java.util.Locale;

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
 * @param flow what the network was trained on if by flow matching, else null; then the timesteps are noise levels, from
 *     numTrainTimesteps (noise) to 0, that share the time evenly
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
        Spacing spacing,
        FlowConfig flow) {

    /** Samplers. */
    public enum Type {
        /** Ho et al. 2020. */ DDPM,
        /** Song et al. 2021. */ DDIM,
        /** Lu et al. 2022, order 2. */ DPM_SOLVER_PP,
        /** Euler's method, for flow matching. */ EULER,
        /** The classical Runge-Kutta method, for flow matching: four evaluations a step. */ RK4;

        /** Whether it integrates a flow. */
        public boolean flow() {
            return this == EULER || this == RK4;
        }

        /** Evaluations of the network a step. */
        public int evaluations() {
            return this == RK4 ? 4 : 1;
        }
    }

    /** Beta schedules. */
    public enum BetaSchedule { /** linear. */ LINEAR, /** scaled_linear. */ SCALED_LINEAR, /** squaredcos_cap_v2. */ SQUAREDCOS_CAP_V2 }

    /** What the network predicts. */
    public enum PredictionType {
        /** the noise. */ EPSILON,
        /** x0. */ SAMPLE,
        /** v. */ V_PREDICTION,
        /** The velocity of {@link FlowConfig}. */ VELOCITY
    }

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
        PolicyConfig.require(type.flow() == (flow != null), "scheduler", type.name().toLowerCase(Locale.ROOT), flow == null
                ? "ddpm, ddim or dpm_solver_pp, since the network was trained to denoise"
                : "euler or rk4, since the network was trained by flow matching");
        PolicyConfig.require((predictionType == PredictionType.VELOCITY) == (flow != null), "prediction_type", predictionType,
                "a velocity with flow matching alone");
        PolicyConfig.require(flow == null || spacing == Spacing.DIFFUSERS, "spacing", spacing, "diffusers with flow matching");
    }

    /** Settings with diffusers' own spacing. */
    public SchedulerConfig(Type type, int numTrainTimesteps, BetaSchedule betaSchedule, double betaStart, double betaEnd,
            PredictionType predictionType, boolean clipSample, double clipSampleRange, Variance variance,
            boolean setAlphaToOne, int stepsOffset, double eta, int inferenceSteps) {
        this(type, numTrainTimesteps, betaSchedule, betaStart, betaEnd, predictionType, clipSample, clipSampleRange, variance,
                setAlphaToOne, stepsOffset, eta, inferenceSteps, Spacing.DIFFUSERS, null);
    }

    /**
     * Flow matching.
     *
     * @param type EULER or RK4
     * @param levels noise levels between noise and trajectory that can be named: a warm start begins at one of them
     */
    public static SchedulerConfig flow(Type type, int steps, int levels, FlowConfig flow) {
        return new SchedulerConfig(type, levels, BetaSchedule.LINEAR, 1e-4, 0.02, PredictionType.VELOCITY, false, 1,
                Variance.FIXED_SMALL, true, 0, 0, steps, Spacing.DIFFUSERS, flow);
    }

    /** The same network, sampled another way. */
    public SchedulerConfig withSampling(Type newType, int newSteps) {
        return new SchedulerConfig(newType, numTrainTimesteps, betaSchedule, betaStart, betaEnd, predictionType,
                clipSample, clipSampleRange, variance, setAlphaToOne, stepsOffset, eta, newSteps, spacing, flow);
    }

    /** The same, with the steps spaced another way. */
    public SchedulerConfig withSpacing(Spacing newSpacing) {
        return new SchedulerConfig(type, numTrainTimesteps, betaSchedule, betaStart, betaEnd, predictionType,
                clipSample, clipSampleRange, variance, setAlphaToOne, stepsOffset, eta, inferenceSteps, newSpacing, flow);
    }
}
