package dev.dpros.control;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.SamplingFailure;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where the sampler leaves chunks for the control loop: one reference, the newest wins. The sampler's thread writes, the
 * control thread takes; neither waits for the other.
 */
public final class ChunkInbox implements ChunkSink {
    private final AtomicReference<ActionChunk> newest = new AtomicReference<>();
    private final AtomicLong superseded = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile String lastFailure = "";
    private volatile @Nullable SamplingFailure lastKind;

    @Override
    public void accept(ActionChunk chunk) {
        if (newest.getAndSet(chunk) != null) {
            superseded.incrementAndGet();
        }
    }

    @Override
    public void failed(long requestId, SamplingFailure kind, String reason, @Nullable Throwable cause) {
        lastFailure = reason;
        lastKind = kind;
        failures.incrementAndGet();
    }

    /** The newest chunk not yet taken, or null. Control thread. */
    @Nullable ActionChunk take() {
        return newest.get() == null ? null : newest.getAndSet(null);
    }

    /** Inferences that ended without a chunk. Any thread. */
    public long failures() {
        return failures.get();
    }

    /** What kind the last of them was; null if none. Any thread. */
    public @Nullable SamplingFailure lastKind() {
        return lastKind;
    }

    /** Why the last of them did, in words; empty if none. Any thread. */
    public String lastFailure() {
        return lastFailure;
    }

    /** Chunks replaced by a newer one before the loop looked. Any thread. */
    public long superseded() {
        return superseded.get();
    }
}
