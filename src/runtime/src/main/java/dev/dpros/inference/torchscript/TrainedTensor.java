package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import java.util.List;

/**
 * A weight that is trained. Immutable.
 *
 * @param layout how it lies in memory
 * @param initial its first values, in the checkpoint's layout
 */
public record TrainedTensor(WeightLayout layout, TensorData initial) {
    /** A weight with its dimensions in another order: see {@link WeightLayout}. */
    TrainedTensor(String name, TensorData initial, List<Integer> order, List<Long> shape) {
        this(new WeightLayout(name, initial.shape(), order, shape), initial);
    }

    /** A weight in the checkpoint's own layout. */
    static TrainedTensor of(String name, TensorData initial) {
        return new TrainedTensor(name, initial, WeightLayout.sequence(initial.shape().size()), initial.shape());
    }

    /** The checkpoint's name of it. */
    public String name() {
        return layout.name();
    }
}
