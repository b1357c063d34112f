package dev.dpros.app;

import dev.dpros.core.InputException;
import dev.dpros.recording.dataset.EpisodeDataset;
import dev.dpros.recording.dataset.SelectedEpisodes;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Which episodes of a data set are used: a mixin. */
final class EpisodeChoice {
    /** Labels to ask for. */
    enum Only { SUCCESS, FAILURE }

    @Option(names = "--only", paramLabel = "LABEL", description = "Only episodes with this label: ${COMPLETION-CANDIDATES}.")
    private Only only;

    @Option(names = "--skip-bad", description = "Leave out episodes that cannot be read instead of giving up; reads everything once more.")
    private boolean skipBad;

    /** Leaves out what is not wanted. @throws InputException if nothing is left */
    SelectedEpisodes of(EpisodeDataset dataset, Consumer<String> say) {
        SelectedEpisodes.Label label = only == null ? SelectedEpisodes.Label.ALL : SelectedEpisodes.Label.valueOf(only.name());
        try {
            return SelectedEpisodes.of(dataset, new SelectedEpisodes.Choice(label, skipBad), say);
        } catch (InputException e) {
            dataset.close();
            throw e;
        }
    }
}
