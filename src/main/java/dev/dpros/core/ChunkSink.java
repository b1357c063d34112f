package dev.dpros.core;

/** Receives chunks from the sampler. Called on the sampler thread; must not block. */
public interface ChunkSink {
    /** Hands over a finished chunk; the receiver decides whether it is still of use. */
    void accept(ActionChunk chunk);

    /** Says that an inference ended without a chunk, and why; {@code cause} may be null. */
    void failed(long requestId, String reason, Throwable cause);
}
