package dev.dpros.control;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.ActionChunk;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.Watchdog;
import org.jspecify.annotations.Nullable;

/** Checks each chunk and joins the good ones to the queue. Control thread; allocates nothing. */
final class ChunkIntake {
    private final ControlConfig config;
    private final TrajectoryBuffer buffer;
    private final Watchdog watchdog;
    private final LoopStatistics statistics;
    private final ChunkScheduler scheduler;
    private final double[] before;
    private final double[] after;
    private @Nullable ActionChunk current;

    ChunkIntake(ControlConfig config, TrajectoryBuffer buffer, Watchdog watchdog, LoopStatistics statistics) {
        this.config = config;
        this.buffer = buffer;
        this.watchdog = watchdog;
        this.statistics = statistics;
        scheduler = ChunkScheduler.of(config);
        before = new double[2 * config.dims()];
        after = new double[2 * config.dims()];
    }

    /** The chunk being executed, or null. */
    @Nullable ActionChunk current() {
        return current;
    }

    /** How many actions of the chunk being executed have begun. */
    int executedSteps(long rosNowNs) {
        if (current == null) {
            return 0;
        }
        long begun = Math.floorDiv(rosNowNs - current.firstStampNs(), current.stepNs()) + 1;
        return (int) Math.max(0, Math.min(current.steps(), begun));
    }

    void reset() {
        current = null;
        scheduler.reset();
    }

    /** Joins a chunk; returns false if it was refused (and counted). */
    boolean take(ActionChunk chunk, long rosNowNs, boolean wanted) {
        statistics.add(Counter.CHUNKS_RECEIVED, 1);
        Counter refusal = refusal(chunk, rosNowNs, wanted);
        if (refusal != null) {
            statistics.add(refusal, 1);
            return false;
        }
        int first = scheduler.firstUsable(chunk, rosNowNs);
        boolean measured = first < chunk.steps() && chunk.stampNs(first) <= buffer.lastStampNs()
                && buffer.size() > 1;
        long joinNs = measured ? chunk.stampNs(first) : 0;
        if (measured) {
            look(joinNs, before);
        }
        int expired = scheduler.merge(chunk, buffer, rosNowNs);
        if (measured) {
            look(joinNs, after);
            recordJoin();
        }
        statistics.add(Counter.ACTIONS_EXPIRED, expired);
        statistics.add(Counter.CHUNKS_OVER_BUDGET, expired == chunk.steps() ? 1 : 0);
        statistics.add(Counter.CHUNKS_TAKEN, 1);
        current = chunk;
        return true;
    }

    private @Nullable Counter refusal(ActionChunk chunk, long rosNowNs, boolean wanted) {
        if (!wanted) {
            return Counter.CHUNKS_UNWANTED;
        }
        if (chunk.dims() != config.dims() || chunk.steps() > config.chunkSteps()) {
            return Counter.CHUNKS_MALFORMED;
        }
        if (!finite(chunk)) {
            watchdog.raise(SafetyEvent.NON_FINITE_ACTION, Watchdog.NO_SOURCE);
            return Counter.CHUNKS_NON_FINITE;
        }
        long ageNs = rosNowNs - chunk.observationStampNs();
        boolean outdated = ageNs > config.timing().maxChunkAgeNs() || ageNs < -config.timing().stampJumpNs()
                || current != null && chunk.observationStampNs() < current.observationStampNs();
        return outdated ? Counter.CHUNKS_OUTDATED : null;
    }

    private static boolean finite(ActionChunk chunk) {
        for (int i = 0; i < chunk.steps(); i++) {
            for (int d = 0; d < chunk.dims(); d++) {
                if (!Double.isFinite(chunk.action(i, d))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Position at the join and mean velocity over the step before it, on straight lines. */
    private void look(long joinNs, double[] out) {
        int dims = config.dims();
        for (int d = 0; d < dims; d++) {
            out[d] = buffer.linear(joinNs, d);
            out[dims + d] = (out[d] - buffer.linear(joinNs - config.policyStepNs(), d)) * config.policyRateHz();
        }
    }

    private void recordJoin() {
        double jump = 0;
        double velocityJump = 0;
        for (int d = 0; d < config.dims(); d++) {
            jump = Math.max(jump, Math.abs(after[d] - before[d]));
            velocityJump = Math.max(velocityJump, Math.abs(after[config.dims() + d] - before[config.dims() + d]));
        }
        statistics.join(jump, velocityJump);
    }
}
