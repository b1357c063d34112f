package dev.dpros.recording.journal;

import java.util.List;

/**
 * Last record of a finished journal. Immutable.
 *
 * @param reason which event ended it
 * @param recovered whether the journal was cut off and closed by recovery
 * @param sources counts per source, in order of their id
 */
public record EpisodeEnd(EpisodeEvent.Kind reason, boolean recovered, List<SourceCounts> sources) {
    /** Copies the list. */
    public EpisodeEnd {
        sources = List.copyOf(sources);
    }

    /**
     * Counts of one source.
     *
     * @param id the source
     * @param messages messages in the journal
     * @param dropped messages that came but found the queue full
     */
    public record SourceCounts(int id, long messages, long dropped) {}
}
