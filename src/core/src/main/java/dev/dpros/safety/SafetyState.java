package dev.dpros.safety;

/** Who drives the robot. The rows and columns are in docs/watchdog.md. */
public enum SafetyState {
    /** The policy drives. */
    NOMINAL,
    /** Something is missing or late: the tail of the current horizon drives, and no doubtful chunk is taken in. */
    DEGRADED,
    /** Decelerates within limits and holds; leaves by itself when the cause is gone. */
    HOLD,
    /** As hold, but latched until {@link SafetyEvent#RESET}. */
    FAULT
}
