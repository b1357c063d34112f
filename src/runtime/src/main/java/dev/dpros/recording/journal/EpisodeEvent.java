package dev.dpros.recording.journal;

/**
 * Something that happened during an episode. Immutable.
 *
 * @param kind what
 * @param rosNs when, stamp time, ns since the epoch
 * @param monotonicNs when, monotonic time of the recording machine
 * @param text detail: the task text, the reason of a stop; may be empty
 */
public record EpisodeEvent(Kind kind, long rosNs, long monotonicNs, String text) {
    /** Kinds of events; the order is the code on disk. */
    public enum Kind {
        /** Recording began. */ START,
        /** The operator ended it. */ STOP,
        /** The operator wants it dropped. */ DISCARD,
        /** Labelled a success. */ SUCCESS,
        /** Labelled a failure. */ FAILURE,
        /** A human took over from the policy. */ INTERVENTION_BEGIN,
        /** The policy has control again. */ INTERVENTION_END,
        /** The task text changed. */ TASK,
        /** A remark. */ NOTE,
        /** Stopped for lack of disk space. */ DISK_LOW,
        /** Stopped because the disk refused a write. */ WRITE_FAILED,
        /** The journal had no end and was recovered at the next start. */ RECOVERED;

        private static final Kind[] VALUES = values();

        /** The kind with this code, or null. */
        static Kind of(int code) {
            return code >= 0 && code < VALUES.length ? VALUES[code] : null;
        }
    }
}
