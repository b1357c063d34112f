package dev.dpros.control;

import dev.dpros.core.ActionChunk;

/**
 * Joins a new chunk to the waypoints being executed. Owned by the control thread; allocates nothing when merging.
 *
 * <p>Common to all strategies (real-stanford/diffusion_policy, eval_real_robot.py): actions stamped at or before now plus
 * the execution margin are expired; from the first usable one on, the new waypoints take the place of the old; if none
 * is usable, the last action is scheduled on the next slot of the chunk's grid.
 */
public abstract class ChunkScheduler {
    final int dims;
    private final long marginNs;
    private final long spacingNs;
    private long nowNs;

    ChunkScheduler(ControlConfig config) {
        dims = config.dims();
        marginNs = config.timing().executionMarginNs();
        spacingNs = config.interpolation() == Interpolation.ZERO_ORDER_HOLD ? 0 : config.policyStepNs() / 2;
    }

    /** The scheduler that a configuration asks for. */
    public static ChunkScheduler of(ControlConfig config) {
        return switch (config.join().strategy()) {
            case BLEND -> new BlendScheduler(config);
            case TEMPORAL_ENSEMBLE -> new EnsembleScheduler(config);
            case REPLACE, REAL_TIME_CHUNKING, WARM_START -> new ReplaceScheduler(config);
        };
    }

    /**
     * Merges a chunk.
     *
     * @param nowNs stamp time
     * @return how many of its actions had expired; if all had (over budget), {@link ActionChunk#steps()}
     */
    public final int merge(ActionChunk chunk, TrajectoryBuffer buffer, long nowNs) {
        int first = firstUsable(chunk, nowNs);
        this.nowNs = nowNs;
        if (first >= chunk.steps()) {
            overBudget(chunk, buffer, nowNs);
            return chunk.steps();
        }
        join(chunk, first, buffer);
        return first;
    }

    /** Forgets earlier chunks, after a hold or a jump of time. */
    public void reset() {}

    /** Index of the first action that has not expired; {@link ActionChunk#steps()} or more if all have. */
    public final int firstUsable(ActionChunk chunk, long nowNs) {
        long passed = Math.floorDiv(nowNs + marginNs - chunk.firstStampNs(), chunk.stepNs());
        return (int) Math.max(0, Math.min(chunk.steps(), passed + 1));
    }

    abstract void join(ActionChunk chunk, int first, TrajectoryBuffer buffer);

    /**
     * Removes the old waypoints that the chunk replaces from action {@code first} on; under interpolation also those
     * still to come that are less than half a step before it, which would make for a jolt between the two grids.
     */
    final void makeRoom(ActionChunk chunk, int first, TrajectoryBuffer buffer) {
        buffer.truncateFrom(chunk.stampNs(first));
        buffer.truncateFrom(Math.max(nowNs + 1, chunk.stampNs(first) - spacingNs));
    }

    private static void overBudget(ActionChunk chunk, TrajectoryBuffer buffer, long nowNs) {
        long slots = -Math.floorDiv(chunk.firstStampNs() - nowNs, chunk.stepNs());
        long atNs = chunk.stampNs(0) + slots * chunk.stepNs();
        buffer.truncateFrom(atNs);
        buffer.append(chunk, chunk.steps() - 1, atNs);
    }
}
