package dev.dpros.diffusion;

import dev.dpros.core.FeatureSpec;
import java.util.List;

/**
 * The architecture and sampling of one diffusion policy, as LeRobot's {@code DiffusionConfig}
 * (configuration_diffusion.py) describes it; validated on construction.
 *
 * @param nObsSteps observation horizon To
 * @param horizon prediction horizon T
 * @param nActionSteps action horizon Ta, at most T - To + 1
 * @param inputs observation features in the order in which the policy concatenates them into the conditioning vector
 *     within one observation step
 * @param action the action feature
 * @param unet the denoising network
 * @param vision the image encoder, or null if no input is visual
 * @param scheduler the noise scheduler it was trained with, and its default inference steps
 */
public record PolicyConfig(
        int nObsSteps,
        int horizon,
        int nActionSteps,
        List<FeatureSpec> inputs,
        FeatureSpec action,
        UnetConfig unet,
        VisionConfig vision,
        SchedulerConfig scheduler) {

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public PolicyConfig {
        inputs = List.copyOf(inputs);
        require(nObsSteps >= 1, "n_obs_steps", nObsSteps, "at least 1");
        require(nObsSteps <= 64, "n_obs_steps", nObsSteps, "at most 64");
        require(horizon >= 1 && horizon <= 4096, "horizon", horizon, "1 to 4096");
        int most = horizon - nObsSteps + 1;
        require(nActionSteps >= 1 && nActionSteps <= most, "n_action_steps", nActionSteps,
                "1 to horizon - n_obs_steps + 1 = " + most);
        int factor = unet.downsampling();
        require(horizon % factor == 0, "horizon", horizon, "a multiple of " + factor + " (the UNet's downsampling)");
        boolean visual = inputs.stream().anyMatch(f -> f.kind() == FeatureSpec.Kind.VISUAL);
        require(visual == (vision != null), "vision_backbone", String.valueOf(vision),
                visual ? "an image encoder, since an input is visual" : "none, since no input is visual");
        require(!inputs.isEmpty(), "input_features", inputs, "at least one observation");
        for (FeatureSpec input : inputs) {
            requireCropFits(input, vision);
        }
    }

    /** The image inputs, in order. */
    public List<FeatureSpec> cameras() {
        return inputs.stream().filter(f -> f.kind() == FeatureSpec.Kind.VISUAL).toList();
    }

    /** Values of the conditioning vector per observation step. */
    public int conditioningPerStep() {
        return inputs.stream()
                .mapToInt(f -> f.kind() == FeatureSpec.Kind.VISUAL ? vision.featureDim() : f.size())
                .sum();
    }

    /** Length of the whole conditioning vector, {@code To * conditioningPerStep}. */
    public int globalConditioning() {
        return nObsSteps * conditioningPerStep();
    }

    private static void requireCropFits(FeatureSpec input, VisionConfig vision) {
        if (input.kind() == FeatureSpec.Kind.VISUAL && vision.cropShape() != null) {
            List<Integer> image = vision.resizeShape() == null ? input.shape().subList(1, 3) : vision.resizeShape();
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
