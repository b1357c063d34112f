package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.recording.EpisodeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros dataset merge}. */
@Command(name = "merge", mixinStandardHelpOptions = true,
        description = "Copies the finished episodes of several recording directories into one, each episode once.")
final class DatasetMerge implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Recording directories.")
    private List<Path> inputs;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, required = true, paramLabel = "DIR",
            description = "Recording directory to add to; made if need be.")
    private Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        inputs.forEach(EpisodeStore::episodes); // before anything is made
        int copied = 0;
        int known = 0;
        try (EpisodeStore store = EpisodeStore.open(output); ConsoleProgress progress = new ConsoleProgress(spec)) {
            Set<String> ids = new HashSet<>();
            EpisodeStore.episodes(output).forEach(journal -> index(journal).ifPresent(index -> ids.add(index.header().uuid())));
            for (Path input : inputs) {
                List<Path> journals = EpisodeStore.episodes(input);
                progress.begin("merge " + input.getFileName(), journals.size());
                for (Path journal : journals) {
                    boolean fresh = index(journal).filter(index -> index.scan().clean() && ids.add(index.header().uuid())).isPresent();
                    if (fresh) {
                        copy(journal, EpisodeStore.path(output, store.nextNumber()));
                    }
                    copied += fresh ? 1 : 0;
                    known += fresh ? 0 : 1;
                    progress.advance(1);
                }
            }
        }
        spec.commandLine().getOut().println(copied + " episodes copied, " + known
                + " left out (there already, unfinished or damaged)");
        return 0;
    }

    /** Empty if it cannot be read. */
    private Optional<JournalIndex> index(Path journal) {
        try {
            return Optional.of(JournalIndex.of(journal));
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            Verbosity.warn(spec, e.getMessage());
            return Optional.empty();
        }
    }

    private static void copy(Path from, Path to) {
        Path partial = to.resolveSibling("." + to.getFileName() + ".partial");
        try {
            Files.copy(from, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new InputException(to + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
