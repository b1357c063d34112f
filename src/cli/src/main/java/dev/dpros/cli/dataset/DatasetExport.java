package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.EpisodeChoice;
import dev.dpros.cli.options.OutputTarget;
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
import dev.dpros.transports.Transports;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
            "Alignment to the grid happens here, from the stamps. The output appears only when it is whole."})
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
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            switch (format) {
                case BAG, MCAP -> {
                    try (JournalDataset all = source.openJournals(); SelectedEpisodes dataset = choice.whole(all, this::say)) {
                        bags(dataset.kept().stream().map(all.journals()::get).toList(), progress);
                    }
                }
                case ZARR -> {
                    try (EpisodeDataset dataset = choice.of(source.open(choice.keepsIdle()), this::say)) {
                        ZarrExporter.export(dataset, output, progress);
                    }
                }
                case LEROBOT -> {
                    try (EpisodeDataset dataset = choice.of(source.open(choice.keepsIdle()), this::say)) {
                        LerobotExporter.export(dataset, output, progress);
                    }
                }
            }
        }
        spec.commandLine().getOut().println("written: " + output);
        return 0;
    }

    private void bags(List<Path> journals, ConsoleProgress progress) {
        if (format == Format.BAG) {
            BagExporter.export(journals, output, progress);
        } else {
            new McapExporter(Transports::toRos2, ProductVersion.text(), this::say).export(journals, output, progress);
        }
    }

    private void say(String line) {
        Verbosity.warn(spec, line);
    }
}
