package dev.dpros.app;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;

/** Passes the sampler's chunks on to sinks that are made after the sampler. Sampler thread; does not block. */
final class ChunkRelay implements ChunkSink {
    private volatile ChunkSink[] targets = {};

    /** Sets where chunks go, in this order; once. */
    void to(ChunkSink... sinks) {
        targets = sinks.clone();
    }

    @Override
    public void accept(ActionChunk chunk) {
        for (ChunkSink sink : targets) {
            sink.accept(chunk);
        }
    }

    @Override
    public void failed(long requestId, String reason, Throwable cause) {
        for (ChunkSink sink : targets) {
            sink.failed(requestId, reason, cause);
        }
    }
}
