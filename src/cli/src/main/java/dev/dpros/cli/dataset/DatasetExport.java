package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.EpisodeChoice;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.ShardOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.datasets.lerobot.LerobotExporter;
import dev.dpros.datasets.rosbag.BagExporter;
import dev.dpros.datasets.rosbag2.McapExporter;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.process.Archive;
import dev.dpros.process.ProductVersion;
import dev.dpros.shard.Shard;
import dev.dpros.shard.ShardWork;
import dev.dpros.transports.Transports;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset export}. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = {"Writes a dataset in a format that training code reads.",
            "  lerobot  LeRobotDataset v3.0: parquet, AV1 video, statistics with quantiles",
            "  zarr     diffusion_policy replay buffer: zarr v2, Blosc zstd",
            "  bag      one rosbag 2.0 per episode, messages as received",
            "  mcap     one folder per episode, MCAP (zstd) and metadata.yaml, for Foxglove and",
            "           'ros2 bag play': messages as received, ROS 1's converted to ROS 2",
            "Alignment to the grid happens here, from the stamps. The output appears only when it is whole.",
            "With --append episodes are added to a LeRobotDataset that is there; it changes only when they are whole.",
            "With --shard a part of the episodes is written; 'dpros merge OUTPUT' makes one data set of all parts."})
final class DatasetExport implements Callable<Integer> {
    /** What to write. */
    enum Format { LEROBOT, ZARR, BAG, MCAP }

    @Mixin
    private DatasetSource source;

    @Mixin
    private EpisodeChoice choice;

    @Option(names = "--format", required = true, paramLabel = "NAME", description = "One of ${COMPLETION-CANDIDATES}.")
    private Format format;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, required = true, paramLabel = "PATH",
            description = "Directory to make; for bag and mcap it may exist.")
    private Path output;

    @Option(names = "--append", description = "Append to the LeRobotDataset at --output, which an earlier export wrote; what it holds is not written again.")
    private boolean append;

    @Mixin
    private ShardOption shard = new ShardOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Archive.requireWhole("dataset export");
        boolean bags = format == Format.BAG || format == Format.MCAP;
        if (bags && choice.idle() == SelectedEpisodes.Idle.DROP) {
            throw InputException.of("--format " + format.name().toLowerCase(Locale.ROOT), "--idle",
                    "keep, or nothing: a bag holds every message as received", "drop", "~state in the bag tells who drove");
        }
        if (append && format != Format.LEROBOT) {
            throw InputException.of("--append", "--format", "lerobot", format.name().toLowerCase(Locale.ROOT), "make a data set of its own");
        }
        Shard part = shard.chosen(line -> Verbosity.tell(spec, line)).orElse(null);
        if (append && part != null) {
            throw InputException.of("--append", "--shard", "none", part.toString(), "append what 'dpros merge' made of the parts");
        }
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            if (bags) {
                try (JournalDataset all = source.openJournals(); SelectedEpisodes dataset = choice.whole(all, this::say)) {
                    bags(dataset, dataset.kept().stream().map(all.journals()::get).toList(), part, progress);
                }
            } else {
                try (SelectedEpisodes dataset = choice.of(source.open(choice.keepsIdle()), this::say)) {
                    grid(dataset, part, progress);
                }
            }
        }
        return 0;
    }

    private void grid(SelectedEpisodes dataset, Shard part, ConsoleProgress progress) {
        if (part == null) {
            grid(dataset, output, false, progress);
            written(output);
            return;
        }
        partly(dataset, part, dataset.episodes(), work -> grid(dataset.part(part.first(dataset.episodes()), part.end(dataset.episodes())),
                work.data(), true, progress));
    }

    private void grid(EpisodeDataset dataset, Path to, boolean part, ConsoleProgress progress) {
        if (format == Format.ZARR) {
            ZarrExporter.export(dataset, to, progress);
        } else if (append) {
            LerobotExporter.append(dataset, to, progress);
        } else if (part) {
            LerobotExporter.exportPart(dataset, to, progress);
        } else {
            LerobotExporter.export(dataset, to, progress);
        }
    }

    private void bags(SelectedEpisodes dataset, List<Path> journals, Shard part, ConsoleProgress progress) {
        if (part == null) {
            bags(journals, output, progress);
            written(output);
            return;
        }
        partly(dataset, part, journals.size(), work -> DatasetParts.folder(work, folder -> bags(part.of(journals), folder, progress)));
    }

    private void bags(List<Path> journals, Path to, ConsoleProgress progress) {
        if (format == Format.BAG) {
            BagExporter.export(journals, to, progress);
        } else {
            new McapExporter(Transports::toRos2, ProductVersion.text(), this::say).export(journals, to, progress);
        }
    }

    /** Writes a part alone: its data, then the file without which they are not there. */
    private void partly(SelectedEpisodes dataset, Shard part, int episodes, Consumer<ShardWork> export) {
        ShardOption.require(part, output, "--output", episodes);
        ShardWork work = ShardWork.begin(output, part, DatasetParts.export(format), DatasetParts.work(dataset, episodes)).orElse(null);
        if (work == null) {
            spec.commandLine().getOut().println(output + ": shard " + part + " is done already");
            return;
        }
        export.accept(work);
        written(work.finish(Map.of("episodes", part.end(episodes) - part.first(episodes))));
        spec.commandLine().getOut().println("when all parts are there: dpros merge " + output);
    }

    private void written(Path what) {
        spec.commandLine().getOut().println("written: " + what);
    }

    private void say(String line) {
        Verbosity.warn(spec, line);
    }
}
