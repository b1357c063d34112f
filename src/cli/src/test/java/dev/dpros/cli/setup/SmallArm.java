package dev.dpros.cli.setup;

import dev.dpros.bench.SyntheticPolicy;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A small network that has learnt nothing, for the arm's two cameras and some joints, whose actions stay within given bounds. */
public final class SmallArm {
    private SmallArm() {}

    /** With as many joints as there are bounds. */
    public static PolicyDefinition within(double[] low, double[] high) {
        PolicyConfig usual = SyntheticPolicy.named("arm7").config();
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, null, List.of(84, 84), false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 8, 16, false, false, List.of(new VisionConfig.ConvLayer(5, 4, 2, 16, 8)));
        List<FeatureSpec> inputs = new ArrayList<>(usual.cameras());
        inputs.add(0, FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, low.length));
        PolicyConfig config = new PolicyConfig(2, 16, 8, inputs, FeatureSpec.of("action", FeatureSpec.Kind.ACTION, low.length),
                new UnetConfig(List.of(32, 64), 5, 8, 32, true), vision, usual.scheduler());
        Map<String, TensorData> weights = new TreeMap<>();
        ExpectedTensors.of(config).forEach((tensor, shape) -> weights.put(tensor, TensorData.of(
                new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))], shape.stream().mapToLong(size -> size).toArray())));
        return new PolicyDefinition(config, weights, Map.of("action", Normalizer.ofRange(low, high)), "arm");
    }
}
