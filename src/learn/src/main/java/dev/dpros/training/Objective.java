package dev.dpros.training;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.training.data.Batch;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** What a policy's network learns: the loss as a module, and what a batch gives it. One thread. */
public interface Objective {
    /**
     * The module, with a method {@code loss(w: List[Tensor], x: List[Tensor]) -> Tensor}.
     *
     * @param initial its weights are the first ones
     * @param learns which tensors are trained, by name
     */
    ScriptModule script(PolicyDefinition initial, Predicate<String> learns);

    /** The module's {@code x} for a batch, to be used until the next is asked for; random numbers are drawn in the same order each time. */
    List<TensorData> inputs(Batch batch, SplittableRandom random);
}
