package dev.dpros.bench;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Policies with random weights: of the published sizes, to measure how long they take, which depends on the sizes alone; and
 * one for the seven-joint arm and its gripper, whose actions are wild, to see that nothing wild reaches the robot. Their weights
 * lie nowhere: they are computed when they are read.
 */
public final class SyntheticPolicy {
    private static final double WILD_RAD = 3.5;
    private static final double WIDE_M = 0.1;
    private static final double NARROW_M = 0.02;
    private static final int HORIZON = 16;
    private static final int CAMERA_PX = 96;
    private static final int CROP_PX = 84;
    private static final String CAMERA = "observation.image";

    private static final List<String> NAMES = List.of("arm7", "resnet18-big", "resnet18-huge", "resnet18-small", "transformer", "vit-b16");

    private SyntheticPolicy() {}

    /** Names that {@link #named} knows. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * {@code resnet18-*}: ResNet18 on a 96 x 96 camera (crop 84) and a state, a UNet of 4.6, 65 or 252 million parameters;
     * {@code arm7}: the same for an arm with two cameras; {@code transformer}: keypoints, TransformerForDiffusion of 8 layers of 256;
     * {@code vit-b16}: that, with CLIP's ViT-B/16 on a 224 x 224 camera. All with DDIM of 10 steps. Null if unknown.
     */
    public static PolicyDefinition named(String name) {
        return switch (name) {
            case "resnet18-small" -> wild(resnet(unet(64), cameras(CAMERA), 2), 1, name);
            case "resnet18-big" -> wild(resnet(unet(256), cameras(CAMERA), 2), 1, name);
            case "resnet18-huge" -> wild(resnet(unet(512), cameras(CAMERA), 2), 1, name);
            case "arm7" -> arm(resnet(unet(64), cameras("observation.images.scene", "observation.images.wrist"), 8), name);
            case "transformer" -> wild(config(HORIZON, List.of(FeatureSpec.of("observation.state", Kind.STATE, 20)), 2, transformer(), null), 1, name);
            case "vit-b16" -> wild(config(HORIZON, inputs(2, List.of(FeatureSpec.of(CAMERA, Kind.VISUAL, 3, 224, 224))), 2, transformer(), vit()),
                    1, name);
            default -> null;
        };
    }

    /**
     * A ResNet18 policy for two joints, to see what it costs.
     *
     * @param base channels of the UNet's first of three levels; each has twice those of the one before
     * @param cameras their number
     * @param height of a camera's image, pixels
     * @param width likewise
     * @param horizon T, a multiple of 4
     */
    public static PolicyDefinition sized(int base, int cameras, int height, int width, int horizon) {
        List<FeatureSpec> views = new ArrayList<>();
        for (int i = 0; i < cameras; i++) {
            views.add(FeatureSpec.of("observation.images.camera" + i, Kind.VISUAL, 3, height, width));
        }
        return wild(config(horizon, inputs(2, views), 2, unet(base), resnet18(null)), 1, "sized");
    }

    private static UnetConfig unet(int base) {
        return new UnetConfig(List.of(base, 2 * base, 4 * base), 5, 8, 128, true);
    }

    private static TransformerConfig transformer() {
        return new TransformerConfig(8, 4, 256, 0, true, true, HORIZON, 2, 0, 0.3);
    }

    private static VisionConfig resnet18(List<Integer> crop) {
        return new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP, null, crop, false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, true, false, List.of());
    }

    private static VisionConfig vit() {
        VisionConfig.Vit size = new VisionConfig.Vit(16, 768, 12, 12);
        return new VisionConfig(VisionConfig.Backbone.CLIP_VIT, VisionConfig.Norm.GROUP, null, null, false,
                VisionConfig.Pool.FIRST_TOKEN, 0, size.width(), false, false, List.of(), size);
    }

    private static List<FeatureSpec> cameras(String... keys) {
        return Arrays.stream(keys).map(key -> FeatureSpec.of(key, Kind.VISUAL, 3, CAMERA_PX, CAMERA_PX)).toList();
    }

    private static List<FeatureSpec> inputs(int joints, List<FeatureSpec> cameras) {
        List<FeatureSpec> inputs = new ArrayList<>();
        inputs.add(FeatureSpec.of("observation.state", Kind.STATE, joints));
        inputs.addAll(cameras);
        return inputs;
    }

    private static PolicyConfig resnet(UnetConfig unet, List<FeatureSpec> cameras, int joints) {
        return config(HORIZON, inputs(joints, cameras), joints, unet, resnet18(List.of(CROP_PX, CROP_PX)));
    }

    private static PolicyConfig config(int horizon, List<FeatureSpec> inputs, int joints, DenoiserConfig denoiser, VisionConfig vision) {
        SchedulerConfig ddim = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2,
                1e-4, 0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
        return new PolicyConfig(2, horizon, horizon / 2, inputs, FeatureSpec.of("action", Kind.ACTION, joints), denoiser, vision, ddim);
    }

    private static PolicyDefinition wild(PolicyConfig config, double range, String name) {
        double[] high = new double[config.action().size()];
        double[] low = new double[high.length];
        Arrays.fill(high, range);
        Arrays.fill(low, -range);
        return definition(config, low, high, name);
    }

    private static PolicyDefinition arm(PolicyConfig config, String name) {
        double[] high = new double[config.action().size()];
        double[] low = new double[high.length];
        Arrays.fill(high, WILD_RAD);
        Arrays.fill(low, -WILD_RAD);
        high[high.length - 1] = WIDE_M;
        low[low.length - 1] = -NARROW_M;
        return definition(config, low, high, name);
    }

    private static PolicyDefinition definition(PolicyConfig config, double[] low, double[] high, String name) {
        return new PolicyDefinition(config, DrawnWeights.of(config), Map.of("action", Normalizer.ofRange(low, high)), name);
    }
}
