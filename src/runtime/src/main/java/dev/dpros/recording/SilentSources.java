package dev.dpros.recording;

import dev.dpros.recording.journal.SourceInfo.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * From which sources nothing has come that an episode cannot do without: an observation, or what is sent while somebody drives.
 * One per episode, confined to the recorder's thread.
 */
final class SilentSources {
    /** How long a source may need for its first message, s. */
    private static final double PATIENCE_S = 2;

    private final List<RecordingSource> sources;
    private final RunningEpisode episode;
    private double drivenFromS = Double.NaN;

    SilentSources(List<RecordingSource> sources, RunningEpisode episode) {
        this.sources = sources;
        this.episode = episode;
    }

    /**
     * The sources, as {@code /topic (key)}, separated by commas; empty if there is none.
     *
     * @param driving whether policy or human drive, as far as the recorder was told
     */
    String now(long nowNs, boolean driving) {
        double seconds = episode.seconds(nowNs);
        if (Double.isNaN(drivenFromS) && (driving || commanded())) {
            drivenFromS = seconds;
        }
        List<String> silent = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            double sinceS = switch (sources.get(i).role()) {
                case OBSERVATION -> seconds;
                case SENT_ACTION -> seconds - drivenFromS; // no number before anybody drives
                default -> 0;
            };
            if (episode.recorded(i) == 0 && sinceS >= PATIENCE_S) {
                silent.add(sources.get(i).topic() + " (" + sources.get(i).key() + ")");
            }
        }
        return String.join(", ", silent);
    }

    private boolean commanded() {
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).role() == Role.COMMANDED_ACTION && episode.recorded(i) > 0) {
                return true;
            }
        }
        return false;
    }
}
