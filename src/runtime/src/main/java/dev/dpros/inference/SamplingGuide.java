package dev.dpros.inference;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ObservationWindow;

/**
 * Decides how each chunk of the asynchronous sampler is drawn: with which noise, from which step on, and what happens
 * between steps. Real-time chunking, warm starts and deadline-aware sampling are guides. Called on the sampler thread.
 */
public interface SamplingGuide {
    /**
     * What was asked for.
     *
     * @param id of the request
     * @param requestNs monotonic time of the request
     * @param deadlineNs monotonic time by which the chunk must be there
     * @param executedSteps control steps of the chunk before that have really been executed
     * @param window the observations that will be used
     * @param previous the chunk before, or null
     */
    record Request(
            long id, long requestNs, long deadlineNs, int executedSteps, ObservationWindow window, ActionChunk previous) {}

    /** How to draw the chunk. */
    Sampling begin(Request request);

    /** The chunk that came of it, before it is handed over. */
    default void finished(Request request, Prediction prediction) {}

    /** Fresh noise for every chunk, all denoising steps. */
    static SamplingGuide plain(long seed) {
        NoiseSource noise = NoiseSource.seeded(seed);
        return request -> Sampling.of(noise, StepListener.NONE);
    }
}
