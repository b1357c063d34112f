package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds inputs that never varied in the training data: a normalizer without range blows up the least deviation. Stateless. */
final class ConstantInputs {
    /** An input.  @param key feature @param element of it @param value in the data, robot units */
    record Input(String key, int element, double value) {
        /** In one line. */
        String warning() {
            return String.format(Locale.ROOT, "%s[%d] was %.6g throughout the training data: any other value reaches the network blown "
                    + "up, and changes its actions", key, element, value);
        }
    }

    private ConstantInputs() {}

    /** Those of a policy. */
    static List<Input> of(PolicyDefinition policy) {
        List<Input> inputs = new ArrayList<>();
        for (FeatureSpec feature : policy.config().inputs()) {
            Normalizer normalizer = policy.normalizers().getOrDefault(feature.key(), Normalizer.identity(feature.shape().get(0)));
            for (int i = 0; i < normalizer.size(); i++) {
                if (normalizer.withoutRange(i)) {
                    inputs.add(new Input(feature.key(), i, normalizer.unnormalize(i, 0)));
                }
            }
        }
        return inputs;
    }
}
