package dev.dpros.inference;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.reference.Procedural;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Policies of any shape with procedural weights. */
final class TestPolicies {
    private TestPolicies() {}

    /** State only: 4 values in, 3 out, two levels. */
    static PolicyDefinition tiny() {
        return stateOnly(16, new UnetConfig(List.of(16, 32), 5, 8, 16, true));
    }

    static PolicyDefinition stateOnly(int horizon, UnetConfig unet) {
        return denoisedBy(horizon, unet);
    }

    static PolicyDefinition transformer(int horizon, TransformerConfig transformer) {
        return denoisedBy(horizon, transformer);
    }

    private static PolicyDefinition denoisedBy(int horizon, DenoiserConfig denoiser) {
        List<FeatureSpec> inputs = List.of(FeatureSpec.of("observation.state", Kind.STATE, 4));
        return withWeights(new PolicyConfig(2, horizon, 4, inputs, FeatureSpec.of("action", Kind.ACTION, 3), denoiser, null,
                ddim(8)));
    }

    /** One camera of 60 x 80 beside the state. */
    static PolicyDefinition camera(VisionConfig vision) {
        List<FeatureSpec> inputs = List.of(FeatureSpec.of("observation.image", Kind.VISUAL, 3, 60, 80),
                FeatureSpec.of("observation.state", Kind.STATE, 4));
        return withWeights(new PolicyConfig(2, 16, 8, inputs, FeatureSpec.of("action", Kind.ACTION, 3),
                new UnetConfig(List.of(32, 64), 3, 8, 16, true), vision, ddim(8)));
    }

    static SchedulerConfig ddim(int steps) {
        return new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, steps);
    }

    static PolicyDefinition withWeights(PolicyConfig config) {
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name,
                name.endsWith("running_var") ? TensorData.of(Procedural.uniform(name, shape.get(0).intValue(), 0.5, 2), shape.get(0))
                        : Procedural.weight(name, shape)));
        return new PolicyDefinition(config, weights, Map.of(), "test policy");
    }

    /** Observations of two environments. */
    static ObservationBatch joined(ObservationBatch one, ObservationBatch other) {
        return new ObservationBatch(2, IntStream.range(0, one.values().size()).mapToObj(i -> {
            float[] first = one.values().get(i);
            float[] both = Arrays.copyOf(first, 2 * first.length);
            System.arraycopy(other.values().get(i), 0, both, first.length, first.length);
            return both;
        }).toList());
    }

    /** Observations of one environment: uniform in [0, 1). */
    static ObservationBatch observations(PolicyConfig config, String tag) {
        return new ObservationBatch(1, config.inputs().stream()
                .map(input -> Procedural.uniform(tag + input.key(), config.nObsSteps() * input.size(), 0, 1)).toList());
    }
}
