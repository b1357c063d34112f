package dev.dpros.core;

/**
 * The two times of a robot controller. Deadlines use {@link #monotonicNs()}; stamps use {@link #rosNs()}.
 *
 * <p>Injected everywhere; read once per control tick and passed down. Any thread may call it; implementations neither
 * allocate nor block.
 */
public interface Clock {
    /** Monotonic time in nanoseconds from an arbitrary origin; never jumps. */
    long monotonicNs();

    /**
     * Stamp time in nanoseconds since the Unix epoch: the wall clock, or {@code /clock} when {@code /use_sim_time} is
     * set (0 until the first clock message).
     */
    long rosNs();

    /**
     * Stamp time of an instant of the monotonic clock near now. What happens at one instant needs both its times to belong
     * together: two readings one after the other differ by whatever interrupts the thread between them.
     *
     * @param monotonicNs a recent reading of {@link #monotonicNs()}
     */
    default long rosNs(long monotonicNs) {
        return rosNs() + (monotonicNs - monotonicNs());
    }
}
