package dev.dpros.core;

/** The control loop's view of the asynchronous sampler. Called on the control thread; neither blocks nor allocates. */
public interface ChunkRequester {
    /**
     * Asks for a new chunk from the newest observations.
     *
     * @param requestNs monotonic time of the request
     * @param deadlineNs monotonic time by which the chunk must be there; the sampler may use fewer denoising steps
     * @param executedSteps control steps of the current chunk that have really been executed
     * @return false if an inference is still running (the request is not queued)
     */
    boolean request(long requestNs, long deadlineNs, int executedSteps);

    /** True while an inference runs. */
    boolean busy();

    /** Monotonic time at which the running inference started, or {@link Long#MIN_VALUE} when idle. */
    long runningSinceNs();
}
