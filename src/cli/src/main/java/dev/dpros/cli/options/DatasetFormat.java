package dev.dpros.cli.options;

import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.nio.file.Path;
import java.util.function.Function;

/** The formats of data sets that commands read, told by what lies in the directory. */
public enum DatasetFormat {
    /** diffusion_policy's replay buffer. */ ZARR,
    /** LeRobotDataset v3.0. */ LEROBOT,
    /** This program's own: a recording directory or a journal. */ RECORDING;

    /** What a path looks like; anything unknown is taken for a recording, which says what is wrong with it. */
    public static DatasetFormat of(Path path) {
        return ZarrDataset.is(path) ? ZARR : LerobotDataset.is(path) ? LEROBOT : RECORDING;
    }

    /**
     * Opens a data set of whatever format.
     *
     * @param fps frequency of a replay buffer that does not tell its own; null for the usual 10 Hz
     * @param recordings opens a recording
     * @throws dev.dpros.core.InputException if it is no data set
     */
    public static EpisodeDataset open(Path path, Double fps, Function<Path, EpisodeDataset> recordings) {
        return switch (of(path)) {
            case ZARR -> ZarrDataset.open(path, fps == null ? 10 : fps);
            case LEROBOT -> LerobotDataset.open(path);
            case RECORDING -> recordings.apply(path);
        };
    }
}
