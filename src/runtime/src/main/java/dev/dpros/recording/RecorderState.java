package dev.dpros.recording;

/**
 * States of an {@link EpisodeRecorder}. Only the {@code recorder} thread changes them, by this table; a pair that is
 * not listed is refused with a message and changes nothing.
 *
 * <pre>
 * state      event          -> state       what happens
 * IDLE       START          -> RECORDING   a new journal with the next free number
 * IDLE       LABEL          -> IDLE        success or failure is appended to the last episode
 * IDLE       DISCARD        -> IDLE        the last episode moves to discarded/, its number is free again
 * IDLE       CLOSE          -> CLOSED
 * RECORDING  STOP           -> IDLE        queue drained, end record, fsync
 * RECORDING  LABEL          -> IDLE        as STOP, with the label
 * RECORDING  DISCARD        -> IDLE        as STOP, then the journal moves to discarded/
 * RECORDING  DISK_LOW       -> DISK_FULL   as STOP, with a DISK_LOW event: the guard left room for the end record
 * RECORDING  WRITE_FAILED   -> FAULT       the journal is cut to its last valid record and marked as recovered
 * RECORDING  CLOSE          -> CLOSED      as STOP
 * DISK_FULL  SPACE_FREED    -> IDLE
 * DISK_FULL  LABEL          -> DISK_FULL   as in IDLE
 * DISK_FULL  DISCARD        -> DISK_FULL   as in IDLE
 * DISK_FULL  CLOSE          -> CLOSED
 * FAULT      START          -> RECORDING   tries again
 * FAULT      LABEL          -> FAULT       as in IDLE
 * FAULT      DISCARD        -> FAULT       as in IDLE
 * FAULT      CLOSE          -> CLOSED
 * </pre>
 */
public enum RecorderState {
    /** Nothing is recorded; messages are counted and let go. */ IDLE,
    /** An episode is being written. */ RECORDING,
    /** Less disk is left than the guard asks for. */ DISK_FULL,
    /** The disk refused a write. */ FAULT,
    /** Closed for good. */ CLOSED;

    /** What can happen to a recorder. */
    public enum Event {
        /** Start an episode. */ START,
        /** End it. */ STOP,
        /** Label it a success or a failure, ending it if it runs. */ LABEL,
        /** Drop it. */ DISCARD,
        /** The disk guard struck. */ DISK_LOW,
        /** Enough disk is free again. */ SPACE_FREED,
        /** A write failed. */ WRITE_FAILED,
        /** Close the recorder. */ CLOSE
    }

    /** The state after an event, or null if the event is not allowed here. */
    public RecorderState after(Event event) {
        if (this == CLOSED) {
            return null;
        }
        return switch (event) {
            case CLOSE -> CLOSED;
            case START -> this == IDLE || this == FAULT ? RECORDING : null;
            case STOP -> this == RECORDING ? IDLE : null;
            case LABEL, DISCARD -> this == RECORDING ? IDLE : this;
            case DISK_LOW -> this == RECORDING ? DISK_FULL : null;
            case WRITE_FAILED -> this == RECORDING ? FAULT : null;
            case SPACE_FREED -> this == DISK_FULL ? IDLE : null;
        };
    }
}
