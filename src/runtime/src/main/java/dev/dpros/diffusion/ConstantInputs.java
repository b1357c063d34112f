package dev.dpros.diffusion;

import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds inputs that never varied in the training data, and live values that differ from theirs. Stateless. */
public final class ConstantInputs {
    private ConstantInputs() {}

    /** Those of a policy, by key; inputs without any are left out. */
    public static Map<String, ConstantElements> of(PolicyDefinition policy) {
        Map<String, ConstantElements> found = new LinkedHashMap<>();
        for (FeatureSpec feature : policy.config().inputs()) {
            Normalizer normalizer = policy.normalizers().get(feature.key());
            ConstantElements elements = normalizer == null ? ConstantElements.NONE : ConstantElements.of(feature, normalizer.constant());
            if (!elements.isEmpty()) {
                found.put(feature.key(), elements);
            }
        }
        return found;
    }

    /**
     * The first value that is not its constant, in one line.
     *
     * @param inputs the policy's, in order
     * @param values per input, whole samples one after another, robot units
     * @return null if there is none
     */
    public static String problem(Map<String, ConstantElements> constants, List<FeatureSpec> inputs, List<float[]> values) {
        for (int f = 0; f < inputs.size() && !constants.isEmpty(); f++) {
            ConstantElements elements = constants.getOrDefault(inputs.get(f).key(), ConstantElements.NONE);
            int off = elements.firstOff(values.get(f));
            if (off >= 0) {
                return elements.text(elements.element(off), values.get(f)[off]);
            }
        }
        return null;
    }
}
