package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import java.util.SplittableRandom;

/** Perturbs an observation in training. Stateless; any thread. */
@FunctionalInterface
public interface VectorNoise {
    /** Changes the values of one step, in robot units. */
    void apply(FeatureSpec feature, float[] values, SplittableRandom random);
}
