package dev.dpros.inference;

import dev.dpros.core.ObservationWindow;
import java.util.function.BooleanSupplier;

/** What a sampler may do with its policy between two requests. Called on the sampler thread after each chunk. */
@FunctionalInterface
public interface SpareTime {
    /** Nothing. */
    SpareTime NONE = (id, policy, window, wanted) -> {};

    /**
     * Works until it is done or {@code wanted} says that the thread is needed: to be asked between any two denoising steps.
     *
     * @param id of the chunk just delivered
     * @param policy the sampler's own; what it throws is logged and otherwise ignored
     * @param window the observations of that chunk
     */
    void use(long id, ChunkPolicy policy, ObservationWindow window, BooleanSupplier wanted);
}
