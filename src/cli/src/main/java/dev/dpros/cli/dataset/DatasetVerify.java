package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.ShardOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.process.ExitCode;
import dev.dpros.process.ProductVersion;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.shard.Shard;
import dev.dpros.shard.ShardWork;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset verify}: exit code 1 if anything is damaged. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = {"Checks every checksum and every count, that facts stated twice agree, and that every value and picture can be read.",
            "Exit code 1 if anything is damaged or unfinished.",
            "With --shard a part of the episodes is checked; 'dpros merge FILE' makes one finding of all parts' --json FILE."})
public final class DatasetVerify implements Callable<Integer> {
    @Mixin
    private DatasetSource source;

    @Option(names = "--recover", description = "First close journals that were cut off (kill, power loss, full disk).")
    private boolean recover;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "Write what was found to this file.")
    private Path json;

    @Mixin
    private ShardOption shard = new ShardOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Shard part = shard.chosen(line -> Verbosity.tell(spec, line)).orElse(null);
        if (part != null) {
            return partly(part);
        }
        PrintWriter out = spec.commandLine().getOut();
        VerifyReport report = new VerifyReport(out);
        if (source.recorded()) {
            if (recover) {
                try (EpisodeStore store = EpisodeStore.open(source.path())) {
                    store.recover().forEach(out::println);
                }
            }
            check(journals(), report);
        }
        readAll(report);
        return report.end(json);
    }

    /** Checks a part of the journals and of the episodes; the first part checks what concerns the data set as a whole. */
    private int partly(Shard part) {
        if (recover) {
            throw InputException.of("--recover", "recordings", "one process that changes them", "a part (--shard)",
                    "run 'dpros dataset verify --recover' once before");
        }
        List<Path> journals = source.recorded() ? journals() : List.of();
        try (EpisodeDataset dataset = source.open(); ConsoleProgress progress = new ConsoleProgress(spec)) {
            ShardOption.require(part, json, "--json", dataset.episodes());
            ShardWork work = ShardWork.begin(json, part, DatasetParts.VERIFY, Map.of("version", ProductVersion.number(),
                    "columns", dataset.features(), "fps", dataset.fps(), "units", dataset.episodes(),
                    "journals", journals.stream().map(journal -> journal.getFileName().toString()).toList())).orElse(null);
            if (work == null) {
                spec.commandLine().getOut().println(json + ": shard " + part + " is done already");
                return 0;
            }
            VerifyReport report = new VerifyReport(spec.commandLine().getOut());
            check(part.of(journals), report);
            if (part.index() == 0) {
                readTables(dataset, report);
            }
            readEpisodes(dataset, part.first(dataset.episodes()), part.end(dataset.episodes()), report, progress);
            spec.commandLine().getOut().println("written: " + work.finish(report.tree()) + "; when all parts are there: dpros merge " + json);
            return report.faults() == 0 ? 0 : ExitCode.FAILURE;
        }
    }

    private List<Path> journals() {
        Path path = source.path();
        return Files.isDirectory(path) ? EpisodeStore.episodes(path) : List.of(path);
    }

    private static void check(List<Path> journals, VerifyReport report) {
        for (Path journal : journals) {
            String fault = fault(journal);
            report.journal(journal.getFileName() + ": " + (fault.isEmpty() ? "ok" : fault), !fault.isEmpty());
        }
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

    /** Reads every value. */
    private void readAll(VerifyReport report) {
        try (EpisodeDataset dataset = source.open(); ConsoleProgress progress = new ConsoleProgress(spec)) {
            readTables(dataset, report);
            readEpisodes(dataset, 0, dataset.episodes(), report, progress);
        } catch (InputException e) { // such as a source without a single message: there is nothing to align
            OpenFiles.rethrow(e);
            report.whole(e.getMessage(), true);
        }
    }

    private static void readTables(EpisodeDataset dataset, VerifyReport report) {
        dataset.leftOut().forEach(line -> report.whole("not read: " + line, false));
        for (List<String> lines : List.of(dataset.faults(), dataset.contradictions())) {
            lines.forEach(line -> report.whole(line, true));
        }
    }

    private static void readEpisodes(EpisodeDataset dataset, int from, int to, VerifyReport report, ConsoleProgress progress) {
        progress.begin("verify", to - from);
        for (int i = from; i < to; i++) {
            String label = dataset.label(i);
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                String unfit = episode.unfit();
                if (unfit != null) {
                    report.episode(label + ": UNFIT: " + unfit + "; export and training leave it out", true);
                }
                SelectedEpisodes.readAll(dataset, episode);
                for (String note : episode.notes()) {
                    report.episode(label + ": " + note, false);
                }
                report.count(episode.damaged());
            } catch (InputException e) {
                OpenFiles.rethrow(e);
                report.episode(label + ": " + e.getMessage(), true);
            }
            progress.advance(1);
        }
    }
}
