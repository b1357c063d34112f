package dev.dpros.control;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the control loop has counted. The control thread writes, any thread reads; writing is a plain ordered store.
 */
public final class LoopStatistics {
    /** Counters. */
    public enum Counter {
        /** Ticks run. */ TICKS,
        /** Control periods skipped because a tick came too late. */ MISSED_TICKS,
        /** Frames published. */ FRAMES,
        /** Frames in which the safety filter changed something. */ FRAMES_LIMITED,
        /** Frames that the final check kept back. */ FRAMES_REFUSED,
        /** Inferences asked for. */ REQUESTS,
        /** Requests not taken since an inference still ran. */ REQUESTS_BUSY,
        /** Chunks that came. */ CHUNKS_RECEIVED,
        /** Chunks joined. */ CHUNKS_TAKEN,
        /** Chunks all of whose actions had expired; the last action was used. */ CHUNKS_OVER_BUDGET,
        /** Chunks refused: NaN or infinite. */ CHUNKS_NON_FINITE,
        /** Chunks refused: observation too old, or from the future. */ CHUNKS_OUTDATED,
        /** Chunks refused: wrong dimension or too long. */ CHUNKS_MALFORMED,
        /** Chunks refused: stopped, in fault, or a source cannot be believed. */ CHUNKS_UNWANTED,
        /** Actions that had expired when their chunk came. */ ACTIONS_EXPIRED,
        /** Chunks later than their deadline. */ DEADLINES_MISSED,
        /** Inferences that failed. */ INFERENCE_FAILURES,
        /** Jumps of stamp time. */ STAMP_JUMPS,
        /** Ticks that threw. */ TICK_FAILURES,
        /** Listeners and latency probes that threw. */ PROBE_FAILURES,
        /** Inferences that gave no chunk without having failed: nothing to sample from yet, or given up as configured. */
        INFERENCES_WITHOUT_CHUNK
    }

    /** Values; maxima and sums since the start unless said otherwise. */
    public enum Value {
        /** Greatest jump of a command coordinate at a chunk join, robot units. */ JOIN_JUMP_MAX,
        /** Sum over joins of the same. */ JOIN_JUMP_SUM,
        /** Greatest jump of a command coordinate's velocity at a join, units/s. */ JOIN_VELOCITY_JUMP_MAX,
        /** Sum over joins of the same. */ JOIN_VELOCITY_JUMP_SUM,
        /** Greatest jump of a command coordinate's velocity at the last join, units/s. */ JOIN_VELOCITY_JUMP,
        /** Number of joins measured: both chunks reached the joint. */ JOINS,
        /** Age of the executed chunk's observation at the last tick, ns. */ CHUNK_AGE_NS,
        /** Its greatest value. */ CHUNK_AGE_MAX_NS,
        /** Waypoints left at the last tick. */ QUEUE
    }

    private final AtomicLongArray counters = new AtomicLongArray(Counter.values().length);
    private final AtomicLongArray values = new AtomicLongArray(Value.values().length);

    /** A counter. Any thread. */
    public long get(Counter counter) {
        return counters.get(counter.ordinal());
    }

    /** A value. Any thread. */
    public double get(Value value) {
        return Double.longBitsToDouble(values.get(value.ordinal()));
    }

    /** Mean jump of a command coordinate over the joins, robot units; 0 before the first. */
    public double meanJoinJump() {
        double joins = get(Value.JOINS);
        return joins == 0 ? 0 : get(Value.JOIN_JUMP_SUM) / joins;
    }

    void add(Counter counter, long more) {
        counters.lazySet(counter.ordinal(), counters.get(counter.ordinal()) + more);
    }

    void set(Value value, double to) {
        values.lazySet(value.ordinal(), Double.doubleToRawLongBits(to));
    }

    void raise(Value value, double to) {
        if (to > get(value)) {
            set(value, to);
        }
    }

    void join(double jump, double velocityJump) {
        raise(Value.JOIN_JUMP_MAX, jump);
        set(Value.JOIN_JUMP_SUM, get(Value.JOIN_JUMP_SUM) + jump);
        set(Value.JOIN_VELOCITY_JUMP, velocityJump);
        raise(Value.JOIN_VELOCITY_JUMP_MAX, velocityJump);
        set(Value.JOIN_VELOCITY_JUMP_SUM, get(Value.JOIN_VELOCITY_JUMP_SUM) + velocityJump);
        set(Value.JOINS, get(Value.JOINS) + 1);
    }
}
