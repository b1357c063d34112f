package dev.dpros.bench;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Policies with random weights: of the published sizes, to measure how long they take, which depends on the sizes alone; and
 * one for the seven-joint arm and its gripper, whose actions are wild, to see that nothing wild reaches the robot.
 */
public final class SyntheticPolicy {
    private static final double WILD_RAD = 3.5;
    private static final double WIDE_M = 0.1;
    private static final double NARROW_M = 0.02;

    /**
     * What a policy sees and does.
     *
     * @param levels of the UNet
     * @param cameras keys of its cameras
     * @param joints of state and action, a gripper among them
     * @param range of the actions, robot units
     * @param gripper whether the last joint is a gripper, whose actions are a bit more than its opening
     */
    private record Shape(List<Integer> levels, List<String> cameras, int joints, double range, boolean gripper) {}

    private static final Map<String, Shape> SHAPES = Map.of(
            "resnet18-small", new Shape(List.of(64, 128, 256), List.of("observation.image"), 2, 1, false),
            "resnet18-big", new Shape(List.of(256, 512, 1024), List.of("observation.image"), 2, 1, false),
            "arm7", new Shape(List.of(64, 128, 256), List.of("observation.images.scene", "observation.images.wrist"), 8, WILD_RAD, true));

    private SyntheticPolicy() {}

    /** Names that {@link #named} knows. */
    public static List<String> names() {
        return SHAPES.keySet().stream().sorted().toList();
    }

    /** A ResNet18 policy on 96 x 96 cameras (crop 84) and a state, DDIM with 10 steps; null if unknown. */
    public static PolicyDefinition named(String name) {
        Shape shape = SHAPES.get(name);
        if (shape == null) {
            return null;
        }
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP, null, List.of(84, 84),
                false, VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, true, false, List.of());
        SchedulerConfig ddim = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2,
                1e-4, 0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
        List<FeatureSpec> inputs = new ArrayList<>();
        inputs.add(FeatureSpec.of("observation.state", Kind.STATE, shape.joints));
        shape.cameras.forEach(camera -> inputs.add(FeatureSpec.of(camera, Kind.VISUAL, 3, 96, 96)));
        PolicyConfig config = new PolicyConfig(2, 16, 8, inputs, FeatureSpec.of("action", Kind.ACTION, shape.joints),
                new UnetConfig(shape.levels, 5, 8, 128, true), vision, ddim);
        SplittableRandom random = new SplittableRandom(1);
        Map<String, TensorData> weights = new LinkedHashMap<>();
        ExpectedTensors.of(config).forEach((tensor, size) -> weights.put(tensor, tensor(random, tensor, size)));
        double[] high = new double[shape.joints];
        double[] low = new double[shape.joints];
        Arrays.fill(high, shape.range);
        Arrays.fill(low, -shape.range);
        if (shape.gripper) {
            high[shape.joints - 1] = WIDE_M;
            low[shape.joints - 1] = -NARROW_M;
        }
        return new PolicyDefinition(config, weights, Map.of("action", Normalizer.ofRange(low, high)), name);
    }

    private static TensorData tensor(SplittableRandom random, String name, List<Long> shape) {
        int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        boolean matrix = shape.size() > 1;
        double middle = !matrix && name.endsWith("weight") ? 1 : 0;
        double bound = matrix ? Math.sqrt(3.0 * shape.get(0) / count) : 0.1;
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (middle + bound * (2 * random.nextDouble() - 1));
        }
        return TensorData.of(values, shape.stream().mapToLong(s -> s).toArray());
    }
}
