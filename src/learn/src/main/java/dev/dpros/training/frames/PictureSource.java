package dev.dpros.training.frames;

import dev.dpros.datasets.EpisodeDataset;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where the pictures of a part come from.
 *
 * @param path of the data set
 * @param open opens it once more, for another thread, with the same episodes
 * @param columns its column for each camera
 */
public record PictureSource(Path path, Supplier<EpisodeDataset> open, int[] columns) {}
