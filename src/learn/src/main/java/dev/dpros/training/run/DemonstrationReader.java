package dev.dpros.training.run;

import dev.dpros.config.TrainConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.training.data.DatasetColumns;
import dev.dpros.training.data.EpisodeSplit;
import dev.dpros.training.data.Frames;
import dev.dpros.training.data.ReplayData;
import dev.dpros.training.frames.CacheFingerprint;
import dev.dpros.training.frames.CachePlan;
import dev.dpros.training.frames.FrameCache;
import dev.dpros.training.frames.PictureBlocks;
import dev.dpros.training.frames.PictureSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads the data sets of a training: vectors into memory, and pictures too if there are few of them; else these come from a cache
 * on disk. One thread.
 */
final class DemonstrationReader {
    private static final double GB = 1e9;
    private static final int NAME_BYTES = 8;

    private final TrainConfig config;
    private final Function<EpisodeDataset, List<FeatureSpec>> features;
    private final List<FeatureSpec> cameras;
    private final Map<String, DatasetColumns.Column> columns;
    private final int span;
    private final Path output;
    private final List<ReplayData> parts = new ArrayList<>();
    private FrameCache cache;

    /** A data set that is open. */
    private record Opened(Path path, Supplier<EpisodeDataset> open, EpisodeDataset dataset) {}

    /**
     * A reader.
     *
     * @param cameras those of the policy, in its order
     * @param features of a data set, what is read: the policy's inputs, then its action, or what these are made of
     * @param columns where they come from, by key
     * @param span steps of a window whose pictures are looked at
     * @param output folder of the training
     */
    DemonstrationReader(TrainConfig config, List<FeatureSpec> cameras, Function<EpisodeDataset, List<FeatureSpec>> features,
            Map<String, DatasetColumns.Column> columns, int span, Path output) {
        this.config = config;
        this.cameras = List.copyOf(cameras);
        this.features = features;
        this.columns = columns;
        this.span = span;
        this.output = output;
    }

    /** Reads all. @param open opens a data set, and the same one again as often as asked */
    void read(Function<Path, Supplier<EpisodeDataset>> open) {
        List<Opened> all = new ArrayList<>();
        try {
            long bytes = 0;
            List<int[]> ends = new ArrayList<>();
            for (Path path : config.datasets()) {
                Supplier<EpisodeDataset> source = open.apply(path);
                EpisodeDataset dataset = source.get();
                all.add(new Opened(path, source, dataset));
                int[] of = DatasetColumns.ends(dataset);
                ends.add(of);
                bytes += of[of.length - 1] * cameras.stream().mapToLong(Frames::bytes).sum();
            }
            if (bytes <= config.cache().memoryGb() * GB) {
                all.forEach(one -> parts.add(DatasetColumns.read(one.dataset(), features.apply(one.dataset()), columns)));
            } else {
                readCached(all, ends);
            }
        } finally {
            all.forEach(one -> one.dataset().close());
        }
    }

    private void readCached(List<Opened> all, List<int[]> ends) {
        List<PictureSource> sources = new ArrayList<>();
        List<EpisodeSplit> splits = new ArrayList<>();
        for (int p = 0; p < all.size(); p++) {
            EpisodeDataset dataset = all.get(p).dataset();
            int[] at = cameras.stream().mapToInt(camera -> DatasetColumns.camera(dataset, camera, columns)).toArray();
            sources.add(new PictureSource(all.get(p).path(), all.get(p).open(), at));
            splits.add(new EpisodeSplit(ends.get(p).length, config.validation().ratio(), config.validation().mostTrained(), config.seed()));
        }
        PictureBlocks blocks = new PictureBlocks(ends, cameras.stream().mapToInt(Frames::bytes).toArray());
        CachePlan plan = new CachePlan(blocks, (long) (config.cache().diskGb() * GB), span,
                (part, episode) -> splits.get(part).trained(episode), config.seed());
        List<ReplayData> read = all.stream().map(one -> DatasetColumns.read(one.dataset(),
                features.apply(one.dataset()).stream().filter(feature -> !cameras.contains(feature)).toList(), columns)).toList();
        byte[] fingerprint = CacheFingerprint.of(plan, sources, read);
        cache = new FrameCache(path(fingerprint), fingerprint, plan, sources, config.cache().threads());
        for (int p = 0; p < read.size(); p++) {
            Map<String, Frames> pictures = new LinkedHashMap<>();
            for (int c = 0; c < cameras.size(); c++) {
                pictures.put(cameras.get(c).key(), cache.frames(p, c));
            }
            ReplayData of = read.get(p);
            parts.add(new ReplayData(of.name(), features.apply(all.get(p).dataset()), of.ends(), of.vectors(), pictures));
        }
    }

    /** In the training's own folder, or one for each data set in a folder that several share. */
    private Path path(byte[] fingerprint) {
        return config.cache().folder() == null ? output.resolve("frames.cache")
                : config.cache().folder().resolve(HexFormat.of().formatHex(fingerprint, 0, NAME_BYTES) + ".frames");
    }

    /** One for each data set. */
    List<ReplayData> parts() {
        return parts;
    }

    /** Where the pictures come from; null if they are in memory. */
    FrameCache cache() {
        return cache;
    }
}
