package dev.dpros.checkpoint;

import dev.dpros.diffusion.FlowConfig.TimeSampling;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.SchedulerConfig.BetaSchedule;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.diffusion.SchedulerConfig.Variance;
import java.util.Map;

/** What diffusers and LeRobot call the settings of a noise scheduler. */
final class SchedulerNames {
    static final Map<String, SchedulerConfig.Type> TYPES = Names.ordered("DDPM", SchedulerConfig.Type.DDPM,
            "DDIM", SchedulerConfig.Type.DDIM, "DPM-Solver++", SchedulerConfig.Type.DPM_SOLVER_PP);
    static final Map<String, BetaSchedule> BETA_SCHEDULES = Names.ordered("linear", BetaSchedule.LINEAR,
            "scaled_linear", BetaSchedule.SCALED_LINEAR, "squaredcos_cap_v2", BetaSchedule.SQUAREDCOS_CAP_V2);
    static final Map<String, PredictionType> PREDICTIONS = Names.ordered("epsilon", PredictionType.EPSILON,
            "sample", PredictionType.SAMPLE, "v_prediction", PredictionType.V_PREDICTION);
    static final Map<String, Variance> VARIANCES = Names.ordered("fixed_small", Variance.FIXED_SMALL,
            "fixed_large", Variance.FIXED_LARGE);
    /** Whether it is flow matching. */
    static final Map<String, Boolean> OBJECTIVES = Names.ordered("diffusion", false, "flow_matching", true);
    static final Map<String, SchedulerConfig.Type> INTEGRATIONS = Names.ordered("euler", SchedulerConfig.Type.EULER,
            "rk4", SchedulerConfig.Type.RK4);
    static final Map<String, TimeSampling> TIME_SAMPLINGS = Names.ordered("beta", TimeSampling.BETA, "uniform", TimeSampling.UNIFORM);

    private SchedulerNames() {}
}
