package dev.dpros.control;

/**
 * How the control thread waits and what it asks of the operating system.
 *
 * @param spinNs how long before each deadline it stops sleeping and spins, at least
 * @param mostSpinNs the same at most, where it is woken late; never more than an eighth of the period
 * @param priority SCHED_FIFO priority, 0 to stay with the normal scheduler
 * @param core processor core to stay on, -1 for any
 * @param lockMemory whether to lock the process's memory (mlockall)
 */
public record PacerConfig(long spinNs, long mostSpinNs, int priority, int core, boolean lockMemory) {
    /** Spins for 50 us, up to 1 ms where it is woken late, SCHED_FIFO 80, any core, memory locked. */
    public static final PacerConfig REAL_TIME = new PacerConfig(50_000, 1_000_000, 80, -1, true);
    /** The same with the normal scheduler. */
    public static final PacerConfig NORMAL = new PacerConfig(50_000, 1_000_000, 0, -1, false);

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public PacerConfig {
        ControlConfig.require(spinNs >= 0 && spinNs <= 10_000_000, "spin_us", spinNs / 1e3, "0 to 10000");
        ControlConfig.require(mostSpinNs >= spinNs && mostSpinNs <= 10_000_000, "most_spin_us", mostSpinNs / 1e3, "spin_us to 10000");
        ControlConfig.require(priority >= 0 && priority <= 98, "realtime_priority", priority, "0 to 98");
        ControlConfig.require(core >= -1 && core < 1024, "core", core, "-1 to 1023");
    }
}
