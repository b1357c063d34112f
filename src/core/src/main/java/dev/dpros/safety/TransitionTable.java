package dev.dpros.safety;

import static dev.dpros.safety.SafetyState.DEGRADED;
import static dev.dpros.safety.SafetyState.FAULT;
import static dev.dpros.safety.SafetyState.HOLD;
import static dev.dpros.safety.SafetyState.NOMINAL;

import org.jspecify.annotations.Nullable;

/**
 * The safety state machine as data: (state, event) to state. {@code null} marks an illegal pair: the watchdog stays
 * where it is and counts it. docs/watchdog.md shows the same table; a test compares the two. Immutable; any thread.
 */
public final class TransitionTable {
    private static final @Nullable SafetyState NONE = null;
    private static final SafetyState[][] NEXT = new SafetyState[SafetyEvent.count()][];

    static {
        //                             in NOMINAL  DEGRADED  HOLD      FAULT
        row(SafetyEvent.STARTED,           NONE,     NONE,     HOLD,     NONE);
        row(SafetyEvent.RESET,             NONE,     NONE,     NONE,     HOLD);
        row(SafetyEvent.OPERATOR_STOP,     HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.ENABLE_LOST,       HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.EMERGENCY_STOP,    FAULT,    FAULT,    FAULT,    FAULT);
        row(SafetyEvent.CHUNK_LATE,        DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.CHUNK_EXHAUSTED,   HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.CAMERA_STALE,      DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.CAMERA_FROZEN,     DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.CAMERA_BLANK,      DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.JOINT_STATE_STALE, HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.STAMPS_JUMP,       HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.SAMPLER_CRASHED,   DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.SAMPLER_HUNG,      DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.NON_FINITE_ACTION, DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.LIMIT_VIOLATED,    FAULT,    FAULT,    FAULT,    FAULT);
        row(SafetyEvent.TICK_OVERRUN,      DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.LOOP_FAILED,       FAULT,    FAULT,    FAULT,    FAULT);
        row(SafetyEvent.HOLD_CLEARED,      NONE,     NONE,     DEGRADED, NONE);
        row(SafetyEvent.CLEARED,           NONE,     NOMINAL,  NOMINAL,  NONE);
        row(SafetyEvent.NOT_STARTED,       HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.STAMPS_OFFSET,     DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.NO_OBSERVATION,    DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.CHUNK_ABANDONED,   DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.DEVICE_LOST,       FAULT,    FAULT,    FAULT,    FAULT);
        row(SafetyEvent.CONTROL_LOOP_DIED, FAULT,    FAULT,    FAULT,    FAULT);
        row(SafetyEvent.TRACKING_ERROR,    DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.TRACKING_LOST,     HOLD,     HOLD,     HOLD,     FAULT);
        row(SafetyEvent.CONSTANT_INPUT,    DEGRADED, DEGRADED, HOLD,     FAULT);
        row(SafetyEvent.OUTPUT_LOST,       HOLD,     HOLD,     HOLD,     FAULT);
    }

    private TransitionTable() {}

    /** The state that follows, or null if the event is illegal in this state. */
    public static @Nullable SafetyState next(SafetyState state, SafetyEvent event) {
        return NEXT[event.ordinal()][state.ordinal()];
    }

    private static void row(SafetyEvent event, @Nullable SafetyState... next) {
        NEXT[event.ordinal()] = next;
    }
}
