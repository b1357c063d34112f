package dev.dpros.cli.options;

import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Which episodes of a data set are used: a mixin. */
public final class EpisodeChoice {
    /** Labels to ask for. */
    enum Only { SUCCESS, FAILURE }

    @Option(names = "--only", paramLabel = "LABEL", description = "Only episodes with this label: ${COMPLETION-CANDIDATES}.")
    private Only only;

    @Option(names = "--mask", paramLabel = "NAME", description = "Only episodes in this list of the data set (robomimic's filter keys: train, valid, ...).")
    private String mask;

    @Option(names = "--skip-bad", description = "Leave out episodes that cannot be read instead of giving up; reads everything once more.")
    private boolean skipBad;

    @Option(names = "--idle", paramLabel = "drop|keep", description = "Steps at which neither policy nor human drove, as the recorded ~state says: "
            + "drop leaves them out and makes two episodes where they last longer than --max-gap, keep leaves them in (default drop).")
    private SelectedEpisodes.Idle idle;

    /** Whether idle steps are to be kept. */
    public boolean keepsIdle() {
        return idle == SelectedEpisodes.Idle.KEEP;
    }

    /** What was asked for, or null. */
    public SelectedEpisodes.Idle idle() {
        return idle;
    }

    /** The whole episodes only: formats without steps. @throws InputException if nothing is left */
    public SelectedEpisodes whole(EpisodeDataset dataset, Consumer<String> say) {
        return select(dataset, SelectedEpisodes.Idle.KEEP, say);
    }

    /** Leaves out what is not wanted. @throws InputException if nothing is left */
    public SelectedEpisodes of(EpisodeDataset dataset, Consumer<String> say) {
        return select(dataset, idle == null ? SelectedEpisodes.Idle.DROP : idle, say);
    }

    private SelectedEpisodes select(EpisodeDataset dataset, SelectedEpisodes.Idle steps, Consumer<String> say) {
        SelectedEpisodes.Label label = only == null ? SelectedEpisodes.Label.ALL : SelectedEpisodes.Label.valueOf(only.name());
        try {
            return SelectedEpisodes.of(dataset, new SelectedEpisodes.Choice(label, skipBad, steps, mask), say);
        } catch (InputException e) {
            dataset.close();
            throw e;
        }
    }
}
