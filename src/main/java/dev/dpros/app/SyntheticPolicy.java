package dev.dpros.app;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Policies of the published sizes with random weights: to measure how long they take, which depends on the sizes alone. */
final class SyntheticPolicy {
    /** UNet levels by name. */
    private static final Map<String, List<Integer>> UNETS =
            Map.of("resnet18-small", List.of(64, 128, 256), "resnet18-big", List.of(256, 512, 1024));

    private SyntheticPolicy() {}

    /** Names that {@link #named} knows. */
    static List<String> names() {
        return UNETS.keySet().stream().sorted().toList();
    }

    /** A ResNet18 policy on one 96 x 96 camera (crop 84) and a state of 2, DDIM with 10 steps; null if unknown. */
    static PolicyDefinition named(String name) {
        List<Integer> dims = UNETS.get(name);
        if (dims == null) {
            return null;
        }
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP, null, List.of(84, 84),
                false, VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, true, false, List.of());
        SchedulerConfig ddim = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2,
                1e-4, 0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
        PolicyConfig config = new PolicyConfig(2, 16, 8,
                List.of(FeatureSpec.of("observation.state", Kind.STATE, 2),
                        FeatureSpec.of("observation.image", Kind.VISUAL, 3, 96, 96)),
                FeatureSpec.of("action", Kind.ACTION, 2), new UnetConfig(dims, 5, 8, 128, true), vision, ddim);
        SplittableRandom random = new SplittableRandom(1);
        Map<String, TensorData> weights = new LinkedHashMap<>();
        ExpectedTensors.of(config).forEach((tensor, shape) -> weights.put(tensor, tensor(random, tensor, shape)));
        return new PolicyDefinition(config, weights, Map.of(), name);
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
