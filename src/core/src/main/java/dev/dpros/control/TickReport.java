package dev.dpros.control;

import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;

/** What one tick did: a preallocated slot, filled by the control thread and valid within {@link TickListener#ticked}. */
public final class TickReport {
    /** What the tick took from other threads. */
    public final TickInputs inputs;
    /** Ticks so far, this one included. */
    public long tick;
    /** Control periods skipped so far. */
    public long missedTicks;
    /** How late the tick began, ns. */
    public long latenessNs;
    /** Chunk in execution, 0 if none. */
    public long chunkId;
    /** Stamp of its newest observation, 0 if none. */
    public long observationStampNs;
    /** Waypoints that lie in the future. */
    public int actionsLeft;
    /** Whether a human drove in the policy's place. */
    public boolean human;
    /** Whether a frame was sent. */
    public boolean commanding;
    /** Dimension in which the robot was moved from a position that was repeated, or -1; the silence has this reason. */
    public int leftDim = -1;
    /** By how much, robot units. */
    public double leftBy;
    /** Bits of {@link dev.dpros.safety.SafetyStatus}. */
    public int status;
    /** {@code [A]} position commanded now, robot units; the last one if none was sent, zeros before the first. */
    public final double[] command;
    /** Safety state after the tick. */
    @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
    public SafetyState state;
    /** What led to it. */
    @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
    public SafetyEvent reason;
    /** Index of the source that the reason is about, or {@link Watchdog#NO_SOURCE}. */
    public int reasonSource;
    /** The action's dimension that the reason is about, or {@link Watchdog#NO_JOINT}. */
    public int reasonJoint = Watchdog.NO_JOINT;
    /** What was found then, in the event's unit ({@link Watchdog#value}); NaN if there is nothing to say. */
    public double reasonValue = Double.NaN;
    /** What would have been allowed, in the same unit. */
    public double reasonLimit = Double.NaN;
    /** What became of its request for a chunk. */
    public RequestOutcome request = RequestOutcome.NONE;

    /** Of ticks with these inputs. */
    public TickReport(TickInputs inputs) {
        this.inputs = inputs;
        command = new double[inputs.measured.length];
    }
}
