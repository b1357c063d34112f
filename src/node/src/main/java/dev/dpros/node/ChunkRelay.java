package dev.dpros.node;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.SamplingFailure;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the sampler's chunks on to every sink; one that throws keeps nothing from the others.
 * Sampler thread; does not block.
 */
final class ChunkRelay implements ChunkSink {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkRelay.class);
    private final Set<ChunkSink> said = ConcurrentHashMap.newKeySet();
    private final ChunkSink[] targets;

    /** To these, in this order. */
    ChunkRelay(ChunkSink... sinks) {
        targets = sinks.clone();
    }

    @Override
    public void accept(ActionChunk chunk) {
        for (ChunkSink sink : targets) {
            try {
                sink.accept(chunk);
            } catch (RuntimeException | Error e) {
                say(sink, e);
            }
        }
    }

    @Override
    public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {
        for (ChunkSink sink : targets) {
            try {
                sink.failed(requestId, kind, reason, cause);
            } catch (RuntimeException | Error e) {
                say(sink, e);
            }
        }
    }

    private void say(ChunkSink sink, Throwable thrown) {
        if (said.add(sink)) {
            LOG.warn("{} threw at a chunk: {}; the others go on (said once)", sink.getClass().getSimpleName(), thrown.toString());
        }
    }
}
