package dev.dpros.recording;

import java.util.List;

/**
 * What an operator wants to see. Immutable; made on demand by any thread.
 *
 * @param state of the recorder
 * @param reason of the last change of state: the error in FAULT, the command otherwise
 * @param episode number of the running or last episode, -1 before the first
 * @param seconds length of the running or last episode
 * @param task current task text
 * @param intervention whether a human has taken over from the policy
 * @param silent sources of the running episode from which nothing has come though it should; empty if there is none
 * @param sources per source
 * @param bytes size of the running or last episode
 * @param diskFreeBytes usable space where the recordings lie
 * @param finished episodes finished since this recorder was opened, discarded ones not counted
 */
public record RecorderStatus(
        RecorderState state,
        String reason,
        int episode,
        double seconds,
        String task,
        boolean intervention,
        String silent,
        List<Source> sources,
        long bytes,
        long diskFreeBytes,
        int finished) {
    /** Copies the list. */
    public RecorderStatus {
        sources = List.copyOf(sources);
    }

    /**
     * Counts of one source.
     *
     * @param key its name
     * @param received messages since the recorder was opened
     * @param recorded messages in the running or last episode
     * @param dropped messages lost in the running or last episode
     * @param refused messages too large to take, since the recorder was opened
     */
    public record Source(String key, long received, long recorded, long dropped, long refused) {}

    /** Messages lost, summed over sources. */
    public long dropped() {
        return sources.stream().mapToLong(Source::dropped).sum();
    }
}
