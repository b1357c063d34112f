package dev.dpros.inference;

import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;

/** A policy as the asynchronous sampler sees it. Confined to one thread, from loading to closing. */
public interface ChunkPolicy extends AutoCloseable {
    /** Horizons and features. */
    PolicyConfig config();

    /** Runs it a few times on made-up observations, so that the first real one is not the slow one. */
    void warmUp();

    /** Predicts from one window: one chunk for each noise source, which are rows of the prediction. */
    Prediction predictAction(ObservationWindow window, Sampling sampling);

    /** Frees native memory. */
    @Override
    void close();
}
