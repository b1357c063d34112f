package dev.dpros.cli.options;

import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.hdf5.Hdf5Dataset;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.nio.file.Path;
import java.util.function.Function;

/** The formats of data sets that commands read, told by the file, or by what lies in the directory. */
public enum DatasetFormat {
    /** diffusion_policy's replay buffer. */ ZARR,
    /** LeRobotDataset v2.0, v2.1 or v3.0. */ LEROBOT,
    /** HDF5: robomimic's or ALOHA's. */ HDF5,
    /** This program's own: a recording directory or a journal. */ RECORDING;

    /** What a path looks like; anything unknown is taken for a recording, which says what is wrong with it. */
    public static DatasetFormat of(Path path) {
        return ZarrDataset.is(path) ? ZARR : LerobotDataset.is(path) ? LEROBOT : Hdf5Dataset.is(path) ? HDF5 : RECORDING;
    }

    /**
     * Opens a data set of whatever format.
     *
     * @param fps frequency of a data set that does not tell its own; null for the format's usual one (replay buffers 10 Hz)
     * @param recordings opens a recording
     * @throws dev.dpros.core.InputException if it is no data set
     */
    public static EpisodeDataset open(Path path, Double fps, Function<Path, EpisodeDataset> recordings) {
        return switch (of(path)) {
            case ZARR -> ZarrDataset.open(path, fps == null ? 10 : fps);
            case LEROBOT -> LerobotDataset.open(path);
            case HDF5 -> Hdf5Dataset.open(path, fps);
            case RECORDING -> recordings.apply(path);
        };
    }
}
