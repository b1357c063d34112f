package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.DatasetFormat;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.EditedEpisodes;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.EpisodeEdits;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.JournalEditor;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.PartialDirectory;
import dev.dpros.datasets.lerobot.LerobotExporter;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.process.Archive;
import dev.dpros.recording.EpisodeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset edit}: a new data set beside the old one. */
@Command(name = "edit", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Writes a data set of the same format without, or with other, parts, labels and tasks; the old one stays as it is.",
            "EPISODES: a place as 'dataset view --episode' counts (3), or first and last (3..5). Times are seconds from an episode's first step."},
        footer = {"", "Example: dpros dataset edit rec -o rec2 --drop 0,7..9 --trim 2:1.5..12"})
final class DatasetEdit implements Callable<Integer> {
    private static final double MOST_S = 1e6;

    @Mixin
    private DatasetSource source;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, required = true, paramLabel = "PATH",
            description = "Directory to make.")
    private Path output;

    @Option(names = "--drop", split = ",", paramLabel = "EPISODES", description = "Leave these out.")
    private List<String> drops = List.of();

    @Option(names = "--trim", paramLabel = "EPISODES:FROM..TO", description = "Keep what lies between these times alone (2:1.5..12, 2:1.5.. to the end).")
    private List<String> trims = List.of();

    @Option(names = "--split", paramLabel = "EPISODES:TIME", description = "Make two of each, the second from this time on; repeatable.")
    private List<String> splits = List.of();

    @Option(names = "--label", paramLabel = "EPISODES=LABEL", description = "Label them success, failure or none.")
    private List<String> labels = List.of();

    @Option(names = "--set-task", paramLabel = "EPISODES=TEXT", description = "Give them this task.")
    private List<String> tasks = List.of();

    @Option(names = "--rename-task", paramLabel = "OLD=NEW", description = "Give all episodes of a task another; merges it with one that is there.")
    private List<String> renames = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Archive.requireWhole("dataset edit");
        EpisodeEdits edits = edits();
        DatasetFormat format = DatasetFormat.of(source.path());
        int episodes = switch (format) {
            case HDF5 -> throw InputException.of(source.path().toString(), "format", "a recording, a replay buffer or a LeRobotDataset", "HDF5",
                    "'dpros dataset import' makes a recording of it");
            case RECORDING -> recording(edits);
            case ZARR, LEROBOT -> aligned(edits, format);
        };
        spec.commandLine().getOut().println("written: " + output + ", " + episodes + " episodes");
        return 0;
    }

    private int recording(EpisodeEdits edits) {
        Path path = source.path();
        List<Path> journals = Files.isDirectory(path) ? EpisodeStore.episodes(path) : List.of(path);
        Map<Path, Long> firstSteps = firstSteps();
        ToLongFunction<JournalIndex> begins = index -> firstSteps.getOrDefault(index.path(), index.header().createdRosNs());
        List<EpisodeEdits.Piece> pieces = edits.plan(JournalEditor.facts(journals, begins));
        List<String> ids = journals.stream().map(journal -> JournalIndex.of(journal).header().uuid()).toList();
        PartialDirectory partial = PartialDirectory.open(output, "edit " + ids + pieces + firstSteps.values());
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            JournalEditor.write(journals, pieces, begins, partial.directory(), progress);
            partial.commit();
        } catch (IOException e) {
            throw new InputException(output + ": cannot be written: " + e.getMessage(), e);
        }
        return pieces.size();
    }

    /** When the step is that the page and exports count from, of each journal that can be aligned; the others begin when they were made. */
    private Map<Path, Long> firstSteps() {
        Map<Path, Long> begins = new TreeMap<>();
        try (JournalDataset dataset = source.openJournals()) {
            for (int i = 0; i < dataset.episodes(); i++) {
                if (dataset.unfit(i).isEmpty()) {
                    begins.put(dataset.journals().get(i), dataset.beginNs(i));
                }
            }
        } catch (InputException e) {
            OpenFiles.rethrow(e); // what is damaged is said by whoever copies it; without an alignment there are no steps
        }
        return begins;
    }

    private int aligned(EpisodeEdits edits, DatasetFormat format) {
        try (EpisodeDataset dataset = source.open(); ConsoleProgress progress = new ConsoleProgress(spec)) {
            List<EpisodeEdits.Piece> pieces = edits.plan(EditedEpisodes.facts(dataset));
            EditedEpisodes edited = new EditedEpisodes(dataset, pieces);
            for (List<String> lines : List.of(dataset.leftOut(), dataset.faults())) {
                lines.forEach(line -> Verbosity.warn(spec, line));
            }
            if (format == DatasetFormat.ZARR) {
                ZarrExporter.export(edited, output, progress);
            } else {
                LerobotExporter.export(edited, output, progress);
            }
            return pieces.size();
        }
    }

    private EpisodeEdits edits() {
        EpisodeEdits edits = new EpisodeEdits();
        drops.forEach(text -> each("--drop", text, edits::drop));
        trims.forEach(text -> pair("--trim", text, ":", (episode, times) -> {
            String[] bounds = times.split("\\.\\.", -1);
            double from = bounds[0].isBlank() ? 0 : seconds("--trim", text, bounds[0]);
            double to = bounds.length < 2 || bounds[1].isBlank() ? MOST_S : seconds("--trim", text, bounds[1]);
            if (bounds.length != 2 || from >= to) {
                throw malformed("--trim", text);
            }
            edits.trim(episode, from, to);
        }));
        splits.forEach(text -> pair("--split", text, ":", (episode, time) -> edits.split(episode, seconds("--split", text, time))));
        labels.forEach(text -> pair("--label", text, "=", (episode, label) -> edits.label(episode, label(text, label))));
        tasks.forEach(text -> pair("--set-task", text, "=", edits::task));
        for (String text : renames) {
            int at = text.indexOf('=');
            if (at < 0) {
                throw malformed("--rename-task", text);
            }
            edits.rename(text.substring(0, at), text.substring(at + 1));
        }
        return edits;
    }

    private static Boolean label(String text, String label) {
        Map<String, Boolean> known = Map.of("success", true, "failure", false);
        if (!known.containsKey(label) && !label.equals("none")) {
            throw malformed("--label", text);
        }
        return known.get(label);
    }

    private static void pair(String option, String text, String separator, BiConsumer<Integer, String> edit) {
        int at = text.indexOf(separator);
        if (at < 0) {
            throw malformed(option, text);
        }
        each(option, text.substring(0, at), episode -> edit.accept(episode, text.substring(at + 1)));
    }

    private static void each(String option, String text, IntConsumer edit) {
        String[] ends = text.split("\\.\\.", -1);
        try {
            int first = Integer.parseInt(ends[0].strip());
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1].strip());
            if (ends.length <= 2 && first >= 0 && last >= first && last - first < 1_000_000) {
                IntStream.rangeClosed(first, last).forEach(edit);
                return;
            }
        } catch (NumberFormatException e) {
            // reported below, as any other malformed text
        }
        throw malformed(option, text);
    }

    private static double seconds(String option, String text, String time) {
        try {
            double seconds = Double.parseDouble(time.strip());
            if (seconds >= 0 && seconds <= MOST_S) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // reported below, as any other malformed text
        }
        throw malformed(option, text);
    }

    private static InputException malformed(String option, String text) {
        String form = switch (option) {
            case "--drop" -> "EPISODE or FIRST..LAST";
            case "--trim" -> "EPISODES:FROM..TO in seconds, such as 2:1.5..12";
            case "--split" -> "EPISODES:SECONDS, such as 4:6.5";
            case "--label" -> "EPISODES=success, failure or none, such as 3..5=failure";
            case "--set-task" -> "EPISODES=TEXT";
            default -> "OLD=NEW";
        };
        return InputException.of(option, "edit", form, "'" + text + "'", "");
    }
}
