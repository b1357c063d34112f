package dev.dpros.study;

import dev.dpros.control.ChunkStrategy;
import java.util.Locale;

/** How a robot is driven while inference takes time. */
public enum DelayStrategy {
    /** Naive and synchronous: the robot stands while the policy thinks, then executes the chunk from its first action. */
    SYNCHRONOUS(null),
    /** Naive and asynchronous: chunks are executed from their first action whenever they come, as if no time had passed. */
    UNSTAMPED(ChunkStrategy.REPLACE),
    /** {@link ChunkStrategy#REPLACE}. */
    REPLACE(ChunkStrategy.REPLACE),
    /** {@link ChunkStrategy#BLEND}. */
    BLEND(ChunkStrategy.BLEND),
    /** {@link ChunkStrategy#TEMPORAL_ENSEMBLE}. */
    TEMPORAL_ENSEMBLE(ChunkStrategy.TEMPORAL_ENSEMBLE),
    /** {@link ChunkStrategy#REAL_TIME_CHUNKING}. */
    REAL_TIME_CHUNKING(ChunkStrategy.REAL_TIME_CHUNKING),
    /** {@link ChunkStrategy#WARM_START}. */
    WARM_START(ChunkStrategy.WARM_START);

    private final ChunkStrategy join;

    DelayStrategy(ChunkStrategy join) {
        this.join = join;
    }

    /** How the control loop joins chunks; null for the robot that waits. */
    ChunkStrategy join() {
        return join;
    }

    /** The name in options and reports. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
