package dev.dpros.cli.dataset;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JoinedEpisodes;
import dev.dpros.datasets.PartialDirectory;
import dev.dpros.datasets.lerobot.LerobotJoiner;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.process.ProductVersion;
import dev.dpros.shard.ShardMerger;
import dev.dpros.shard.ShardPart;
import dev.dpros.shard.ShardSet;
import dev.dpros.shard.ShardWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes what one run of a {@code dpros dataset} command would have written of its parts. Stateless. */
public final class DatasetParts {
    /** Kind of an import's parts. */
    static final String IMPORT = "dataset import";
    /** Kind of a check's parts. */
    static final String VERIFY = "dataset verify";

    private DatasetParts() {}

    /** By kind of work. */
    public static Map<String, ShardMerger> mergers() {
        ShardMerger folders = (parts, target, out, progress) -> folders(parts, target);
        return Map.of(export(DatasetExport.Format.ZARR), (parts, target, out, progress) -> zarr(parts, target, progress),
                export(DatasetExport.Format.LEROBOT), (parts, target, out, progress) -> lerobot(parts, target, progress),
                export(DatasetExport.Format.BAG), folders, export(DatasetExport.Format.MCAP), folders, IMPORT, folders,
                VERIFY, VerifyReport::merge);
    }

    /** Kind of an export's parts. */
    static String export(DatasetExport.Format format) {
        return "dataset export " + format.name().toLowerCase(Locale.ROOT);
    }

    /** What the parts of a work on a data set have in common. @param units how many there are to share out */
    static Map<String, Object> work(EpisodeDataset dataset, int units) {
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("version", ProductVersion.number());
        work.put("data", fingerprint(dataset));
        work.put("units", units);
        return work;
    }

    /** Of its columns, how values are made, and of identifier, length, task and label of every episode. */
    static String fingerprint(EpisodeDataset dataset) {
        List<String> episodes = new ArrayList<>();
        for (int i = 0; i < dataset.episodes(); i++) {
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                episodes.add(episode.id() + "/" + episode.length() + "/" + episode.task() + "/" + episode.success());
            }
        }
        return PartialDirectory.fingerprint(dataset, episodes, dataset.robot() + dataset.reading());
    }

    /**
     * Makes a part's folder, which appears whole; what an interrupted one left of the same part is taken up again.
     *
     * @param fill is given the folder to write into
     */
    static void folder(ShardWork work, Consumer<Path> fill) {
        PartialDirectory partial = PartialDirectory.open(work.data(), work.identity());
        fill.accept(partial.directory());
        try {
            partial.commit();
        } catch (IOException e) {
            throw new InputException(work.data() + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static int zarr(ShardSet parts, Path target, Progress progress) {
        List<ZarrDataset> opened = new ArrayList<>();
        try {
            for (ShardPart part : parts.parts()) {
                opened.add(ZarrDataset.open(data(part), 1));
                requireEpisodes(part, opened.get(opened.size() - 1).episodes());
            }
            ZarrExporter.export(new JoinedEpisodes(opened), target, progress);
        } finally {
            opened.forEach(ZarrDataset::close);
        }
        return 0;
    }

    private static int lerobot(ShardSet parts, Path target, Progress progress) {
        LerobotJoiner.join(parts.parts().stream().map(DatasetParts::data).toList(), target, progress);
        return 0;
    }

    /** Parts that are folders, of which each has files or folders of its own: one for an episode. */
    private static int folders(ShardSet parts, Path target) {
        List<String> all = new ArrayList<>();
        for (ShardPart part : parts.parts()) {
            List<Path> entries = entries(data(part));
            requireEpisodes(part, entries.size());
            entries.forEach(entry -> all.add(entry.getFileName().toString()));
        }
        if (new HashSet<>(all).size() < all.size()) {
            throw InputException.of(target.toString(), "episodes", "each in one part", "one in two of them", "remove the parts and run all again");
        }
        PartialDirectory whole = PartialDirectory.open(target, parts.kind() + all);
        try {
            for (ShardPart part : parts.parts()) {
                for (Path entry : entries(data(part))) {
                    PartialDirectory.take(entry, whole.directory().resolve(entry.getFileName().toString()));
                }
            }
            whole.commit();
        } catch (IOException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage() + "; free space and merge again", e);
        }
        return 0;
    }

    private static Path data(ShardPart part) {
        if (!Files.isDirectory(part.data())) {
            throw InputException.of(part.file().toString(), "data", "the folder " + part.data(), "none",
                    "remove the file and run --shard " + part.shard() + " again");
        }
        return part.data();
    }

    /** What is visible in a folder. */
    private static List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireEpisodes(ShardPart part, int found) {
        int expected = part.result().path("episodes").asInt(-1);
        if (found != expected) {
            throw InputException.of(part.data().toString(), "episodes", expected + ", as " + part.file() + " says", String.valueOf(found),
                    "remove both and run --shard " + part.shard() + " again");
        }
    }
}
