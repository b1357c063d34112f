package dev.dpros.control;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.HealthSnapshot;
import dev.dpros.core.SamplingFailure;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a tick takes from other threads, read once at its beginning. What the tick does follows from this and
 * from the ticks before, so that a recorded run can be run again. A preallocated slot; control thread.
 */
public final class TickInputs {
    /** Stamp time, ns. */
    public long rosNs;
    /** Monotonic time, ns. */
    public long monotonicNs;
    /** Control periods skipped since the tick before. */
    public long missed;
    /** What operators ask for: bits of {@link dev.dpros.safety.Watchdog#takeRequests}. */
    public int operatorRequests;
    /** Whether an inference runs. */
    public boolean samplerBusy;
    /** Monotonic time at which it began, or {@link Long#MIN_VALUE}. */
    public long samplerSinceNs;
    /** Inferences that have ended without a chunk. */
    public long failures;
    /** What kind the last of them was; null if none. */
    public @Nullable SamplingFailure failure;
    /** The chunk that has come, or null. */
    public @Nullable ActionChunk chunk;
    /** Whether {@link #measured} is known, of one output at least. */
    public boolean measuredKnown;
    /** {@code [A]} measured position, robot units; NaN in the dimensions of an output of which it is not known. */
    public final double[] measured;
    /** Whether a human is driving: a teleoperation command came lately. */
    public boolean teleopKnown;
    /** {@code [A]} where the human wants the robot, robot units. */
    public final double[] teleop;
    /** Outputs whose commands no longer arrive, a bit each. */
    public int lostOutputs;
    /** Whether the dead-man switch is held; true where there is none. */
    public boolean enabled = true;
    /** The sources. */
    public final HealthSnapshot health;

    /** Room for an action of {@code dims} and so many sources. */
    public TickInputs(int dims, int sources) {
        measured = new double[dims];
        teleop = new double[dims];
        health = new HealthSnapshot(sources);
    }
}
