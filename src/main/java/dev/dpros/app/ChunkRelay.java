package dev.dpros.app;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;

/** Passes the sampler's chunks on to a sink that is made after the sampler. Sampler thread; does not block. */
final class ChunkRelay implements ChunkSink {
    private volatile ChunkSink target;

    /** Sets where chunks go, once. */
    void to(ChunkSink sink) {
        target = sink;
    }

    @Override
    public void accept(ActionChunk chunk) {
        ChunkSink sink = target;
        if (sink != null) {
            sink.accept(chunk);
        }
    }

    @Override
    public void failed(long requestId, String reason, Throwable cause) {
        ChunkSink sink = target;
        if (sink != null) {
            sink.failed(requestId, reason, cause);
        }
    }
}
