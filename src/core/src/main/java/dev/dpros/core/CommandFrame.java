package dev.dpros.core;

import java.util.List;

/**
 * What the control loop publishes each tick: the command now and the trajectory that follows from it, which ends at
 * rest so that every frame is safe to be the last one. A preallocated slot, written by the control thread and read by
 * {@link CommandSink#publish} within the call; never retained.
 */
public final class CommandFrame {
    private final List<String> names;
    private final int capacity;
    /** Stamp to which the points' times are relative, {@link Clock#rosNs()} time. */
    public long stampNs;
    /** t_obs of the chunk behind this frame, or 0 if none (hold). */
    public long observationStampNs;
    /** Identifier of the chunk behind this frame, or 0. */
    public long chunkId;
    /** For how long a subscriber that connects gets this frame at once, ns; 0: it waits for the next. */
    public long newcomersNs;
    /**
     * Number of the motion that this frame is part of: with the number of the frame before, it is what is left of the same motion;
     * with another, the motion has changed. Of steps it changes with the position commanded now.
     */
    public long motion;
    /** Number of valid points, at most {@link #capacity()}. */
    public int points;
    /** Time of each point after {@link #stampNs}, ns, strictly increasing. */
    public final long[] timeFromStartNs;
    /** {@code [capacity, A]} positions, robot units, configured joint order. */
    public final double[] positions;
    /** {@code [capacity, A]} velocities, units per second. */
    public final double[] velocities;

    /** Allocates a frame for the named joints (or action dimensions) and at most {@code capacity} points. */
    public CommandFrame(List<String> names, int capacity) {
        this.names = List.copyOf(names);
        this.capacity = capacity;
        timeFromStartNs = new long[capacity];
        positions = new double[capacity * names.size()];
        velocities = new double[capacity * names.size()];
    }

    /** Names of the action dimensions, in order. */
    public List<String> names() {
        return names;
    }

    /** Action dimension A. */
    public int dims() {
        return names.size();
    }

    /** Most points it can hold. */
    public int capacity() {
        return capacity;
    }
}
