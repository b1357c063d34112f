package dev.dpros.control;

/** What one tick did: a preallocated slot, filled by the control thread and valid within {@link TickListener#ticked}. */
public final class TickReport {
    /** Stamp time of the tick, ns. */
    public long rosNs;
    /** Monotonic time of the tick, ns. */
    public long monotonicNs;
    /** How late the tick began, ns. */
    public long latenessNs;
    /** Chunk in execution, 0 if none. */
    public long chunkId;
    /** Stamp of its newest observation, 0 if none. */
    public long observationStampNs;
    /** Waypoints that lie in the future. */
    public int actionsLeft;
    /** Bits of {@link dev.dpros.safety.SafetyStatus}. */
    public int status;
    /** {@code [A]} position commanded now, robot units; the last one if none was sent, zeros before the first. */
    public final double[] command;
    /** {@code [A]} measured position, robot units. */
    public final double[] measured;
    /** Whether {@link #measured} is known. */
    public boolean measuredKnown;

    TickReport(int dims) {
        command = new double[dims];
        measured = new double[dims];
    }
}
