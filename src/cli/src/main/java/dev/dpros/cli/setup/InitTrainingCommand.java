package dev.dpros.cli.setup;

import dev.dpros.cli.options.DatasetFormat;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.StampOptions;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.process.Archive;
import dev.dpros.training.setup.DatasetFacts;
import dev.dpros.training.setup.TrainingSetup;
import dev.dpros.transports.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros init-training}: a first training of one's own data. */
@Command(
        name = "init-training",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Write policies and training settings that fit a data set (sizes, resize, crop, normalisation, horizon from its "
                + "rate): quick.yaml for a short run on a processor, full.yaml for one of days.",
        footer = {"", "Example: dpros init-training datasets/mine -o training",
            "Then:    dpros train --config training/quick.yaml --output runs/quick"})
public final class InitTrainingCommand implements Callable<Integer> {
    private static final SelectedEpisodes.Choice EVERYTHING = new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, false);

    @Parameters(index = "0", paramLabel = "DATASET", description = "a recording, a LeRobotDataset, a replay buffer (*.zarr, *.zarr.zip) or HDF5")
    private Path dataset;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, paramLabel = "DIR", defaultValue = "training",
            description = "folder to write into (default: ${DEFAULT-VALUE})")
    private Path output;

    @Option(names = "--fps", converter = Numbers.Positive.class, paramLabel = "HZ", description = "rate of a replay buffer that does not tell its own "
            + "(default 10)")
    private Double fps;

    @Option(names = "--inputs", split = ",", paramLabel = "KEY", description = "columns that the policy sees, such as observation.state,"
            + "observation.images.front (default: pictures and states)")
    private List<String> inputs = List.of();

    @Option(names = "--overwrite", description = "replace files that are there")
    private boolean overwrite;

    @Mixin
    private StampOptions stamps;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Archive.requireWhole("init-training");
        List<String> there = TrainingSetup.files().stream().filter(name -> Files.exists(output.resolve(name))).toList();
        if (!there.isEmpty() && !overwrite) {
            throw InputException.of("--output", output.toString(), "a folder without " + String.join(", ", TrainingSetup.files()),
                    String.join(", ", there), "choose another folder, or say --overwrite");
        }
        if (!Files.exists(dataset)) {
            throw InputException.of("DATASET", dataset.toString(), "a recording, a LeRobotDataset, an HDF5 file or a *.zarr", "nothing", "check the path");
        }
        try (EpisodeDataset usable = SelectedEpisodes.of(DatasetFormat.open(dataset, fps, recording -> JournalDataset.open(recording, null,
                new RosMessageReaders(Transports::recorded), stamps.bounds())), EVERYTHING, line -> Verbosity.warn(spec, line))) {
            TrainingSetup setup = new TrainingSetup(DatasetFacts.of(usable, inputs), dataset);
            setup.write(output);
            setup.summary().forEach(line -> Verbosity.tell(spec, line));
        }
        Verbosity.tell(spec, (there.isEmpty() ? "wrote " : "replaced ") + String.join(", ", TrainingSetup.files()) + " in " + output
                + "; next: dpros train --config " + output.resolve("quick.yaml") + " --output runs/quick");
        return 0;
    }
}
