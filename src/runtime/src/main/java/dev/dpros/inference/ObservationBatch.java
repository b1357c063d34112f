package dev.dpros.inference;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ObservationWindow;
import java.util.List;

/**
 * Observations of B environments at once: per feature of the policy, in its order, {@code float32 [B, To, ...shape]}
 * row-major; images in [0, 1], vectors in robot units. Holds the arrays it is given; not copied.
 *
 * @param size B
 * @param values one array per feature
 */
public record ObservationBatch(int size, List<float[]> values) {
    /** @throws IllegalArgumentException if B is not positive */
    public ObservationBatch {
        values = List.copyOf(values);
        if (size < 1) {
            throw new IllegalArgumentException("observation batch: size " + size);
        }
    }

    /** A batch of one, a view of the window's live arrays. */
    static ObservationBatch of(ObservationWindow window) {
        float[][] arrays = new float[window.features().size()][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = window.values(i);
        }
        return new ObservationBatch(1, List.of(arrays));
    }

    /** @throws IllegalArgumentException if the arrays do not fit the features */
    void check(List<FeatureSpec> inputs, int steps) {
        if (values.size() != inputs.size()) {
            throw new IllegalArgumentException("observations: expected " + inputs.size() + " features, found " + values.size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            long expected = (long) size * steps * inputs.get(i).size();
            if (values.get(i).length != expected) {
                throw new IllegalArgumentException("observations: " + inputs.get(i).key() + ": expected " + expected
                        + " values for " + size + " x " + steps + " x " + inputs.get(i).shape() + ", found "
                        + values.get(i).length);
            }
        }
    }
}
