package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.process.ExitCode;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.journal.EpisodeEnd;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset verify}: exit code 1 if anything is damaged. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = {"Checks every checksum and every count, that facts stated twice agree, and that every value and picture can be read.",
            "Exit code 1 if anything is damaged or unfinished."})
public final class DatasetVerify implements Callable<Integer> {
    @Mixin
    private DatasetSource source;

    @Option(names = "--recover", description = "First close journals that were cut off (kill, power loss, full disk).")
    private boolean recover;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        int damaged = 0;
        if (source.recorded()) {
            if (recover) {
                try (EpisodeStore store = EpisodeStore.open(source.path())) {
                    store.recover().forEach(out::println);
                }
            }
            Path path = source.path();
            for (Path journal : Files.isDirectory(path) ? EpisodeStore.episodes(path) : List.of(path)) {
                String fault = fault(journal);
                out.println(journal.getFileName() + ": " + (fault.isEmpty() ? "ok" : fault));
                damaged += fault.isEmpty() ? 0 : 1;
            }
        }
        int unreadable = readAll(out);
        out.println(damaged + unreadable == 0 ? "clean" : damaged + unreadable + " faults");
        return damaged + unreadable == 0 ? 0 : ExitCode.FAILURE;
    }

    /** What is wrong with a journal, or empty. */
    public static String fault(Path journal) {
        JournalIndex index;
        try {
            index = JournalIndex.of(journal);
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            return e.getMessage();
        }
        if (!index.scan().damage().isEmpty()) {
            return "DAMAGED: " + index.scan().damage();
        }
        if (index.end() == null) {
            return "UNFINISHED: run verify --recover";
        }
        for (EpisodeEnd.SourceCounts counts : index.end().sources()) {
            long found = index.tracks().stream().filter(track -> track.info().id() == counts.id())
                    .mapToLong(JournalIndex.Track::count).sum();
            if (found != counts.messages()) {
                return "DAMAGED: source " + counts.id() + " has " + found + " messages, its end record says "
                        + counts.messages();
            }
        }
        return "";
    }

    /** Reads every value; returns how many episodes failed. */
    private int readAll(PrintWriter out) {
        int failed = 0;
        try (EpisodeDataset dataset = source.open(); ConsoleProgress progress = new ConsoleProgress(spec)) {
            dataset.leftOut().forEach(line -> out.println("not read: " + line));
            for (List<String> lines : List.of(dataset.faults(), dataset.contradictions())) {
                lines.forEach(out::println);
                failed += lines.size();
            }
            progress.begin("verify", dataset.episodes());
            for (int i = 0; i < dataset.episodes(); i++) {
                try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                    String unfit = episode.unfit();
                    if (unfit != null) {
                        out.println(dataset.label(i) + ": UNFIT: " + unfit + "; export and training leave it out");
                        failed++;
                    }
                    SelectedEpisodes.readAll(dataset, episode);
                    for (String note : episode.notes()) {
                        out.println(dataset.label(i) + ": " + note);
                    }
                    failed += episode.damaged() ? 1 : 0;
                } catch (InputException e) {
                    OpenFiles.rethrow(e);
                    out.println(dataset.label(i) + ": " + e.getMessage());
                    failed++;
                }
                progress.advance(1);
            }
        } catch (InputException e) { // such as a source without a single message: there is nothing to align
            OpenFiles.rethrow(e);
            out.println(e.getMessage());
            failed++;
        }
        return failed;
    }
}
