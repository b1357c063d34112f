package dev.dpros.diffusion;

/**
 * What is denoised, and how the observations enter.
 *
 * @param conditioning how the observations enter
 * @param actionStepsOnly whether only the Ta actions that are executed are denoised, rather than T steps
 * @param oaStepConvention whether step To - 1 holds the action that belongs to the newest observation; else step To does
 *     (diffusion_policy: {@code oa_step_convention})
 * @param poses how tool poses are told, where the policy is one of tool poses, else null
 */
public record TrajectoryConfig(Conditioning conditioning, boolean actionStepsOnly, boolean oaStepConvention, PoseConfig poses) {
    /** T steps of actions, conditioned on all observations: LeRobot, and diffusion_policy's usual settings. */
    public static final TrajectoryConfig DEFAULT = new TrajectoryConfig(Conditioning.GLOBAL, false, true);

    /** How the observations enter. */
    public enum Conditioning {
        /** All of them condition every step: as one vector (UNet), or as a token each (transformer). */
        GLOBAL,
        /** Each conditions the trajectory's step of its own time (UNet). */
        LOCAL,
        /** They are columns of the trajectory, after the action's; those of the past are put in before every denoising step. */
        INPAINTING
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public TrajectoryConfig {
        PolicyConfig.require(!actionStepsOnly || conditioning == Conditioning.GLOBAL, "pred_action_steps_only", actionStepsOnly,
                "false unless the observations condition every step");
    }

    /** Of a policy that is none of tool poses. */
    public TrajectoryConfig(Conditioning conditioning, boolean actionStepsOnly, boolean oaStepConvention) {
        this(conditioning, actionStepsOnly, oaStepConvention, null);
    }

    /** The step of T whose action belongs to the newest observation. @param nObsSteps To */
    int firstAction(int nObsSteps) {
        return oaStepConvention ? nObsSteps - 1 : nObsSteps;
    }
}
