package dev.dpros.core;

import org.jspecify.annotations.Nullable;

/** Receives chunks from the sampler. Called on the sampler thread; must not block. */
public interface ChunkSink {
    /** Hands over a finished chunk; the receiver decides whether it is still of use. */
    void accept(ActionChunk chunk);

    /**
     * Says that an inference ended without a chunk.
     *
     * @param kind decides what becomes of it
     * @param reason in words, one line, for people
     * @param cause what was thrown, or null
     */
    void failed(long requestId, SamplingFailure kind, String reason, @Nullable Throwable cause);
}
