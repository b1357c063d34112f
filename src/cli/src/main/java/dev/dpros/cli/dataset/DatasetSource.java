package dev.dpros.cli.dataset;

import dev.dpros.cli.options.DatasetFormat;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.StampOptions;
import dev.dpros.config.ConfigReader;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.node.record.RecordingPlan;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.transports.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The dataset that a {@code dpros dataset} command reads: a mixin. */
final class DatasetSource {
    @Parameters(index = "0", paramLabel = "DATASET",
            description = "A recording directory, a journal (episode_*.dpj), a diffusion_policy replay buffer (*.zarr, *.zarr.zip), a "
                    + "LeRobotDataset, or HDF5: robomimic's file, ALOHA's episode_N.hdf5 or the folder with them.")
    private Path path;

    @Option(names = "--config", paramLabel = "FILE",
            description = "Align by this robot configuration instead of by what the recording says.")
    private Path config;

    @Option(names = "--fps", converter = Numbers.Positive.class, paramLabel = "HZ",
            description = "Frequency of the grid; for data sets that do not tell theirs (default: replay buffers 10, robomimic 20, ALOHA 50).")
    private Double fps;

    @Mixin
    private StampOptions stamps;

    /** Where it is. @throws InputException if nothing is there */
    Path path() {
        if (!Files.exists(path)) {
            throw InputException.of(path.toString(), "dataset", "a recording directory, a journal, a *.zarr directory, a LeRobotDataset or an HDF5 file",
                    "nothing", "check the path");
        }
        return path;
    }

    /** Whether it is a recording, made of journals. */
    boolean recorded() {
        return DatasetFormat.of(path()) == DatasetFormat.RECORDING;
    }

    /** Opens it. @throws dev.dpros.core.InputException if it is no dataset */
    EpisodeDataset open() {
        return open(false);
    }

    /** As {@link #open()}; @param markIdle whether a recording's steps at which nobody drove are marked in a column */
    EpisodeDataset open(boolean markIdle) {
        return DatasetFormat.open(path(), fps, recording -> openJournals(markIdle));
    }

    JournalDataset openJournals() {
        return openJournals(false);
    }

    private JournalDataset openJournals(boolean markIdle) {
        JournalDataset.Terms terms = new JournalDataset.Terms(stamps.bounds(), markIdle);
        DatasetLayout layout = config == null ? null
                : RecordingPlan.of(ConfigReader.read(config).config()).layout();
        JournalDataset dataset = JournalDataset.open(path, layout, new RosMessageReaders(Transports::recorded), terms);
        return fps == null || fps == dataset.fps() ? dataset
                : JournalDataset.open(path, dataset.layout().atFps(fps), new RosMessageReaders(Transports::recorded), terms);
    }
}
