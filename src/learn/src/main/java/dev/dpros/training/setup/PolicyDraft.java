package dev.dpros.training.setup;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Architectures that fit a data set: a small one for a processor, and LeRobot's usual one. Stateless. */
final class PolicyDraft {
    private static final int OBSERVATIONS = 2;
    /** How far a chunk reaches: the references' 16 steps of 0.1 s. */
    private static final double HORIZON_S = 1.6;
    private static final int STEP = 8;
    private static final int LEAST_HORIZON = 16;
    private static final int MOST_HORIZON = 64;
    private static final int SMALL_PICTURE = 128;
    private static final int QUICK_PICTURE = 96;
    private static final int FULL_PICTURE = 224;
    private static final double CROP = 0.875;

    private PolicyDraft() {}

    /** How long a chunk is: as many steps as fill {@value #HORIZON_S} s, a multiple of {@value #STEP}. */
    static int horizon(double fps) {
        long steps = Math.round(HORIZON_S * fps / STEP) * STEP;
        return (int) Math.max(LEAST_HORIZON, Math.min(MOST_HORIZON, steps));
    }

    /** @param full LeRobot's sizes; else small ones */
    static PolicyConfig of(DatasetFacts data, boolean full) {
        int horizon = horizon(data.fps());
        UnetConfig unet = full ? new UnetConfig(List.of(512, 1024, 2048), 5, 8, 128, true) : new UnetConfig(List.of(64, 128, 256), 5, 8, 128, true);
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 16);
        return new PolicyConfig(OBSERVATIONS, horizon, horizon / 2, data.inputs(), data.action(), unet, vision(data.cameras(), full), scheduler);
    }

    private static @Nullable VisionConfig vision(List<FeatureSpec> cameras, boolean full) {
        if (cameras.isEmpty()) {
            return null;
        }
        boolean mixed = cameras.stream().map(camera -> camera.shape().get(0)).distinct().count() > 1; // colours and depth
        boolean separate = full && cameras.size() > 1 || mixed;
        List<Integer> resize = resize(cameras, full ? FULL_PICTURE : QUICK_PICTURE);
        List<Integer> crop = resize == null ? crop(cameras.get(0)) : null;
        return full ? new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP, resize, crop, separate,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, true, false, List.of())
                : new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, resize, crop, separate,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, false, false, layers());
    }

    private static List<VisionConfig.ConvLayer> layers() {
        VisionConfig.ConvLayer same = new VisionConfig.ConvLayer(3, 1, 1, 32, 8);
        return List.of(new VisionConfig.ConvLayer(5, 2, 2, 16, 8), new VisionConfig.ConvLayer(3, 2, 1, 32, 8), same, same, same);
    }

    /** {@code [H, W]} of all pictures; null if they are small and alike: then a part of each is cropped. */
    private static @Nullable List<Integer> resize(List<FeatureSpec> cameras, int shortSide) {
        List<Integer> first = cameras.get(0).shape();
        int height = first.get(1);
        int width = first.get(2);
        boolean alike = cameras.stream().allMatch(camera -> camera.shape().equals(first));
        int least = Math.min(height, width);
        if (alike && least <= SMALL_PICTURE) {
            return null;
        }
        double scale = Math.min(1, (double) shortSide / least);
        return List.of(even(height * scale), even(width * scale));
    }

    private static int even(double pixels) {
        return Math.max(2, (int) Math.round(pixels / 2) * 2);
    }

    private static @Nullable List<Integer> crop(FeatureSpec camera) {
        int height = even(camera.shape().get(1) * CROP);
        int width = even(camera.shape().get(2) * CROP);
        return height < camera.shape().get(1) && width < camera.shape().get(2) ? List.of(height, width) : null;
    }
}
