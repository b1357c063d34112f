package dev.dpros.checkpoint;

import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.SchedulerConfig.BetaSchedule;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.diffusion.SchedulerConfig.Variance;
import java.util.Map;

/** The configuration of a scheduler of diffusers, with the defaults of its constructor. Stateless. */
final class DiffusersConfig {
    private static final int TRAINED = 1000;
    private static final Map<String, SchedulerConfig.Type> CLASSES = Names.ordered("DDPMScheduler", SchedulerConfig.Type.DDPM,
            "DDIMScheduler", SchedulerConfig.Type.DDIM, "DPMSolverMultistepScheduler", SchedulerConfig.Type.DPM_SOLVER_PP);

    private DiffusersConfig() {}

    static int trainedTimesteps(ConfigNode node) {
        return node.get("num_train_timesteps").integer(TRAINED);
    }

    /**
     * @param node the scheduler's
     * @param step arguments that the policy passes on to each step
     * @throws dev.dpros.core.InputException if it has a setting that this project does not implement
     */
    static SchedulerConfig read(ConfigNode node, ConfigNode step, int inferenceSteps) {
        ConfigNode target = node.get("_target_");
        SchedulerConfig.Type type = CLASSES.get(DiffusionPolicyConfig.className(target));
        if (type == null) {
            throw target.wrong("one of " + String.join(", ", CLASSES.keySet()));
        }
        boolean solver = type == SchedulerConfig.Type.DPM_SOLVER_PP;
        refuseOthers(node, solver);
        refuse(step.get("use_clipped_model_output"), false);
        return new SchedulerConfig(type, trainedTimesteps(node),
                node.get("beta_schedule").choice(SchedulerNames.BETA_SCHEDULES, BetaSchedule.LINEAR),
                node.get("beta_start").number(0.0001), node.get("beta_end").number(0.02),
                node.get("prediction_type").choice(SchedulerNames.PREDICTIONS, PredictionType.EPSILON),
                node.get("clip_sample").bool(!solver), node.get("clip_sample_range").number(1),
                solver ? Variance.FIXED_SMALL
                        : node.get("variance_type").choice(SchedulerNames.VARIANCES, Variance.FIXED_SMALL),
                node.get("set_alpha_to_one").bool(true), node.get("steps_offset").integer(0),
                step.get("eta").number(0), inferenceSteps);
    }

    private static void refuseOthers(ConfigNode node, boolean solver) {
        if (!node.get("trained_betas").isAbsent()) {
            throw node.get("trained_betas").wrong("null");
        }
        for (String field : new String[] {"thresholding", "rescale_betas_zero_snr", "use_karras_sigmas", "use_exponential_sigmas",
                "use_beta_sigmas", "use_lu_lambdas", "use_flow_sigmas", "euler_at_final"}) {
            refuse(node.get(field), false);
        }
        refuse(node.get("timestep_spacing"), solver ? "linspace" : "leading");
        if (solver) {
            refuse(node.get("algorithm_type"), "dpmsolver++");
            refuse(node.get("solver_type"), "midpoint");
            refuse(node.get("final_sigmas_type"), "zero");
            refuse(node.get("lower_order_final"), true);
            if (node.get("solver_order").integer(2) != 2) {
                throw node.get("solver_order").wrong("2");
            }
        }
    }

    private static void refuse(ConfigNode node, boolean only) {
        if (node.bool(only) != only) {
            throw node.wrong(only + " (nothing else is implemented)");
        }
    }

    private static void refuse(ConfigNode node, String only) {
        if (!node.text(only).equals(only)) {
            throw node.wrong(only + " (nothing else is implemented)");
        }
    }
}
