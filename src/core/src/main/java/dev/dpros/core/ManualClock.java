package dev.dpros.core;

/**
 * A clock that its owner advances: for tests, for simulated time and for the replay of traces. One thread writes, any
 * thread reads; allocates nothing.
 */
public final class ManualClock implements Clock {
    private volatile long monotonicNs;
    private volatile long rosNs;

    /** A clock at the given stamp time, monotonic time 0. */
    public ManualClock(long rosNs) {
        this.rosNs = rosNs;
    }

    @Override
    public long monotonicNs() {
        return monotonicNs;
    }

    @Override
    public long rosNs() {
        return rosNs;
    }

    @Override
    public long rosNs(long monotonicNs) {
        return rosNs + (monotonicNs - this.monotonicNs);
    }

    /** Advances both times. */
    public void advanceNs(long deltaNs) {
        monotonicNs += deltaNs;
        rosNs += deltaNs;
    }

    /** Lets the stamp time alone jump, as NTP or a restarted bag does. */
    public void jumpRosNs(long deltaNs) {
        rosNs += deltaNs;
    }
}
