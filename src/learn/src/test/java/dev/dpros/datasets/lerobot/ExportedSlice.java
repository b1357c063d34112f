package dev.dpros.datasets.lerobot;

import dev.dpros.core.Progress;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Three public episodes as a LeRobotDataset, exported once for a class of tests that each spoil a copy. */
final class ExportedSlice {
    private final Path original;

    /** Exports into a folder that is not there yet; a limit that puts each episode into files of its own. */
    ExportedSlice(Path original) {
        this.original = original;
        try (EpisodeDataset slice = ZarrDataset.open(Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr"), 10)) {
            LerobotExporter.export(slice, original, Progress.NONE, 500);
        }
    }

    /** A copy to spoil. */
    void copy(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(original.relativize(file).toString()));
            }
        }
    }
}
