package dev.dpros.datasets.lerobot;

import dev.dpros.datasets.PathNames;
import java.nio.file.Path;

/** Where the files of a LeRobotDataset v3.0 lie: a thousand files to a chunk. */
final class LerobotPaths {
    static final int CHUNK_FILES = 1000;

    private LerobotPaths() {}

    static Path data(Path root, int file) {
        return root.resolve("data").resolve(name(file) + ".parquet");
    }

    static Path video(Path root, String key, int file) {
        return PathNames.inside(root.resolve("videos"), "camera", key).resolve(name(file) + ".mp4");
    }

    /** A list of episodes. */
    static Path list(Path root, int file) {
        return root.resolve("meta/episodes").resolve(name(file) + ".parquet");
    }

    /** The name under which a file is written before it is whole. */
    static Path partial(Path file) {
        return file.resolveSibling("partial-" + file.getFileName());
    }

    private static String name(int file) {
        return String.format("chunk-%03d/file-%03d", file / CHUNK_FILES, file % CHUNK_FILES);
    }
}
