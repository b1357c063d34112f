package dev.dpros.datasets;

/**
 * How the messages of one source came in an episode. Immutable.
 *
 * @param key name of the source
 * @param topic where they came from
 * @param messages how many
 * @param hz per second, between the first and the last; 0 for fewer than two
 * @param longestGapMs longest time between two of them, by their receipt
 * @param dropped how many were lost
 */
public record SourceRate(String key, String topic, int messages, double hz, double longestGapMs, long dropped) {
    static SourceRate of(JournalIndex.Track track) {
        double seconds = track.count() < 2 ? 0 : (track.receivedNs(track.count() - 1) - track.receivedNs(0)) / 1e9;
        return new SourceRate(track.info().key(), track.info().topic(), track.count(), seconds > 0 ? (track.count() - 1) / seconds : 0,
                track.largestGapNs() / 1e6, track.dropped());
    }
}
