package dev.dpros.diffusion;

import dev.dpros.core.FeatureSpec;
import java.util.List;

/**
 * The architecture and sampling of one diffusion policy, as LeRobot's {@code DiffusionConfig}
 * (configuration_diffusion.py) describes it; validated on construction.
 *
 * @param nObsSteps observation horizon To
 * @param horizon prediction horizon T
 * @param nActionSteps action horizon Ta, at most {@link #chunkSteps}
 * @param inputs observation features in the order in which the policy concatenates them into the conditioning vector
 *     within one observation step
 * @param action the action feature
 * @param denoiser the denoising network
 * @param vision the image encoder, or null if no input is visual
 * @param scheduler the noise scheduler it was trained with, and its default inference steps
 * @param trajectory what is denoised, and how the observations enter
 */
public record PolicyConfig(
        int nObsSteps,
        int horizon,
        int nActionSteps,
        List<FeatureSpec> inputs,
        FeatureSpec action,
        DenoiserConfig denoiser,
        VisionConfig vision,
        SchedulerConfig scheduler,
        TrajectoryConfig trajectory) {

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public PolicyConfig {
        inputs = List.copyOf(inputs);
        require(nObsSteps >= 1, "n_obs_steps", nObsSteps, "at least 1");
        require(nObsSteps <= 64, "n_obs_steps", nObsSteps, "at most 64");
        require(horizon >= 1 && horizon <= 4096, "horizon", horizon, "1 to 4096");
        requireSteps(nObsSteps, horizon, nActionSteps, trajectory);
        int steps = trajectory.actionStepsOnly() ? nActionSteps : horizon;
        int factor = denoiser.downsampling();
        require(steps % factor == 0, trajectory.actionStepsOnly() ? "n_action_steps" : "horizon", steps,
                "a multiple of " + factor + " (the UNet's downsampling)");
        if (denoiser instanceof TransformerConfig transformer) {
            requireTokens(transformer, trajectory, steps, nObsSteps);
        }
        require(!(denoiser instanceof DitConfig) || trajectory.equals(TrajectoryConfig.DEFAULT), "trajectory", trajectory,
                "LeRobot's own with its diffusion transformer");
        require(!(denoiser instanceof EnergyConfig) || trajectory.equals(EnergyConfig.TRAJECTORY), "trajectory", trajectory,
                EnergyConfig.TRAJECTORY + " with IBC");
        boolean visual = inputs.stream().anyMatch(f -> f.kind() == FeatureSpec.Kind.VISUAL);
        require(visual == (vision != null), "vision_backbone", String.valueOf(vision),
                visual ? "an image encoder, since an input is visual" : "none, since no input is visual");
        require(!inputs.isEmpty(), "input_features", inputs, "at least one observation");
        for (FeatureSpec input : inputs) {
            requireCropFits(input, vision);
        }
    }

    /** A policy of T steps of actions, conditioned on all observations. */
    public PolicyConfig(int nObsSteps, int horizon, int nActionSteps, List<FeatureSpec> inputs, FeatureSpec action,
            DenoiserConfig denoiser, VisionConfig vision, SchedulerConfig scheduler) {
        this(nObsSteps, horizon, nActionSteps, inputs, action, denoiser, vision, scheduler, TrajectoryConfig.DEFAULT);
    }

    private static void requireSteps(int nObsSteps, int horizon, int nActionSteps, TrajectoryConfig trajectory) {
        int most = horizon - trajectory.firstAction(nObsSteps);
        require(nActionSteps >= 1 && nActionSteps <= most, "n_action_steps", nActionSteps,
                "1 to horizon - n_obs_steps" + (trajectory.oaStepConvention() ? " + 1 = " : " = ") + most);
    }

    private static void requireTokens(TransformerConfig transformer, TrajectoryConfig trajectory, int steps, int nObsSteps) {
        boolean tokens = trajectory.conditioning() == TrajectoryConfig.Conditioning.GLOBAL;
        require(trajectory.conditioning() != TrajectoryConfig.Conditioning.LOCAL, "obs_as_local_cond", true, "false with a transformer");
        require(transformer.timeAsCond() || !tokens, "time_as_cond", false, "true where observations are tokens");
        require(steps <= transformer.positions(), "horizon", steps, "at most the model's horizon = " + transformer.positions());
        require(!tokens || nObsSteps <= transformer.condPositions(), "n_obs_steps", nObsSteps,
                "at most the model's n_obs_steps = " + transformer.condPositions());
    }

    /** The denoising network if it is a UNet, else null. */
    public UnetConfig unet() {
        return denoiser instanceof UnetConfig unet ? unet : null;
    }

    /** The denoising network if it is a transformer, else null. */
    public TransformerConfig transformer() {
        return denoiser instanceof TransformerConfig transformer ? transformer : null;
    }

    /** What gives candidates of actions their energy, or null if the network denoises. */
    public EnergyConfig energy() {
        return denoiser instanceof EnergyConfig energy ? energy : null;
    }

    /** The same with other inputs. */
    public PolicyConfig with(List<FeatureSpec> otherInputs, VisionConfig otherVision) {
        return new PolicyConfig(nObsSteps, horizon, nActionSteps, otherInputs, action, denoiser, otherVision, scheduler, trajectory);
    }

    /** The same network, sampled another way. */
    public PolicyConfig with(SchedulerConfig otherScheduler) {
        return new PolicyConfig(nObsSteps, horizon, nActionSteps, inputs, action, denoiser, vision, otherScheduler, trajectory);
    }

    /** Whether the observations enter in this way. */
    public boolean conditionedBy(TrajectoryConfig.Conditioning conditioning) {
        return trajectory.conditioning() == conditioning;
    }

    /** Steps of which training needs the observations: To, or T where they are denoised too. */
    public int trainedObsSteps() {
        return conditionedBy(TrajectoryConfig.Conditioning.INPAINTING) ? horizon : nObsSteps;
    }

    /** Steps that are denoised: T, or Ta. */
    public int denoisedSteps() {
        return trajectory.actionStepsOnly() ? nActionSteps : horizon;
    }

    /** Values of a denoised step: the action's, and the observation's where they are columns of the trajectory. */
    public int denoisedWidth() {
        return action.size() + (conditionedBy(TrajectoryConfig.Conditioning.INPAINTING) ? conditioningPerStep() : 0);
    }

    /** The step of T whose denoised step is the first. */
    public int firstDenoisedStep() {
        return trajectory.actionStepsOnly() ? trajectory.firstAction(nObsSteps) : 0;
    }

    /** The denoised step whose action belongs to the newest observation. */
    public int presentStep() {
        return trajectory.firstAction(nObsSteps) - firstDenoisedStep();
    }

    /** Actions of a chunk, from the present one on: T - To + 1, usually. */
    public int chunkSteps() {
        return denoisedSteps() - presentStep();
    }

    /** The image inputs, in order. */
    public List<FeatureSpec> cameras() {
        return inputs.stream().filter(f -> f.kind() == FeatureSpec.Kind.VISUAL).toList();
    }

    /** Values of the conditioning vector per observation step, the task's included. */
    public int conditioningPerStep() {
        return inputs.stream()
                .mapToInt(f -> f.kind() == FeatureSpec.Kind.VISUAL ? vision.featureDim() : f.size())
                .sum() + denoiser.taskFeatures();
    }

    /** Values of all observations, {@code To * conditioningPerStep}. */
    public int globalConditioning() {
        return nObsSteps * conditioningPerStep();
    }

    /** Values of the observations in the vector on which a UNet's every block is conditioned: none unless all of them are in it. */
    public int filmConditioning() {
        return conditionedBy(TrajectoryConfig.Conditioning.GLOBAL) ? globalConditioning() : 0;
    }

    private static void requireCropFits(FeatureSpec input, VisionConfig vision) {
        if (input.kind() == FeatureSpec.Kind.VISUAL && vision.cropShape() != null) {
            List<Integer> image = vision.resizeShape() == null || vision.cropsFirst() ? input.shape().subList(1, 3) : vision.resizeShape();
            List<Integer> crop = vision.cropShape();
            require(crop.get(0) <= image.get(0) && crop.get(1) <= image.get(1), "crop_shape", crop,
                    "at most " + image + ", the size of '" + input.key() + "'");
        }
    }

    static void require(boolean ok, String field, Object value, String bound) {
        if (!ok) {
            throw new IllegalArgumentException(field + ": expected " + bound + ", found " + value);
        }
    }
}
