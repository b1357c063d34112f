package dev.dpros.cli.dataset;

import dev.dpros.core.InputException;
import dev.dpros.recording.EpisodeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros dataset discard}: takes episodes out of a recording without deleting them. */
@Command(name = "discard", mixinStandardHelpOptions = true,
        description = "Moves episodes of a recording to its discarded/ directory. Move a file back to undo it.",
        footer = {"", "Example: dpros dataset discard ~/recordings/episode_000003.dpj"})
final class DatasetDiscard implements Callable<Integer> {
    @Parameters(paramLabel = "EPISODE", arity = "1..*", description = "Journals: episode_*.dpj files in a recording directory.")
    private List<Path> journals;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        for (Path journal : journals) {
            if (!Files.isRegularFile(journal) || EpisodeStore.number(journal) < 0) {
                throw InputException.of(journal.toString(), "episode", "a journal (episode_*.dpj)",
                        Files.exists(journal) ? "something else" : "nothing", "'dpros dataset info' lists them");
            }
        }
        for (Path journal : journals) {
            try (EpisodeStore store = EpisodeStore.open(journal.toAbsolutePath().getParent())) {
                spec.commandLine().getOut().println(journal + " -> " + store.discard(journal));
            }
        }
        return 0;
    }
}
