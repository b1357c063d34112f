package dev.dpros.inference;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Observations that a policy may have seen, as far as its normalizers tell: uniform in their ranges. Stateless. */
public final class RandomObservations {
    private RandomObservations() {}

    /** {@code count} environments, the same ones every time. */
    public static List<ObservationBatch> of(PolicyDefinition policy, int count) {
        SplittableRandom random = new SplittableRandom(1);
        List<ObservationBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<float[]> values = new ArrayList<>();
            for (FeatureSpec input : policy.config().inputs()) {
                Normalizer normalizer = policy.normalizers().get(input.key());
                values.add(input.kind() == FeatureSpec.Kind.VISUAL ? picture(input, policy.config().nObsSteps(), random)
                        : vector(input, policy.config().nObsSteps(), normalizer, random));
            }
            batches.add(new ObservationBatch(1, values));
        }
        return batches;
    }

    /** What lies between -1 and 1 once normalised, the same at all steps but for a hundredth of that; a constant where it is one. */
    private static float[] vector(FeatureSpec input, int steps, Normalizer normalizer, SplittableRandom random) {
        float[] values = new float[steps * input.size()];
        for (int i = 0; i < input.size(); i++) {
            double place = 2 * random.nextDouble() - 1;
            for (int step = 0; step < steps; step++) {
                double at = place + 0.01 * (2 * random.nextDouble() - 1);
                values[step * input.size() + i] = (float) (normalizer == null ? at
                        : Double.isNaN(normalizer.constant()[i]) ? normalizer.unnormalize(i, at) : normalizer.constant()[i]);
            }
        }
        return values;
    }

    private static float[] picture(FeatureSpec input, int steps, SplittableRandom random) {
        float[] values = new float[steps * input.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i < input.size() ? random.nextInt(256) / 255f : values[i - input.size()];
        }
        return values;
    }
}
