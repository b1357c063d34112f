package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.PartialDirectory;
import dev.dpros.datasets.PathNames;
import dev.dpros.datasets.array.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes diffusion_policy's replay buffer: zarr v2, Blosc zstd-5 with bitshuffle. Resumable chunk by chunk; the target
 * appears only when whole. One thread.
 */
public final class ZarrExporter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] GROUP = "{\"zarr_format\": 2}".getBytes(StandardCharsets.UTF_8);

    private ZarrExporter() {}

    /** Exports a dataset. @throws InputException if the target exists, a column is depth, an episode is damaged or the disk is full */
    public static void export(EpisodeDataset dataset, Path target, Progress progress) {
        dataset.features().stream().filter(feature -> feature.depth() != null).findFirst().ifPresent(depth -> {
            throw InputException.of(dataset.name(), "'" + depth.key() + "'", "colours or numbers, for a replay buffer", "depth", "export to lerobot");
        });
        List<Long> ends = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        ObjectNode about = JSON.createObjectNode().put("fps", dataset.fps()).put("robot", dataset.robot());
        survey(dataset, progress, ends, ids, about.putArray("episodes"));
        PartialDirectory partial =
                PartialDirectory.open(target, PartialDirectory.fingerprint(dataset, ids, "zarr" + ends + dataset.reading()));
        try {
            Path root = partial.directory();
            for (String group : List.of("", "data/", "meta/")) {
                PartialDirectory.write(root.resolve(group + ".zgroup"), GROUP);
            }
            ObjectNode attributes = JSON.createObjectNode();
            attributes.set("dpros", about);
            PartialDirectory.write(root.resolve(".zattrs"), JSON.writeValueAsBytes(attributes));
            writeEnds(root.resolve("meta/episode_ends"), ends);
            writeData(dataset, root.resolve("data"), Math.toIntExact(ends.get(ends.size() - 1)), progress);
            partial.commit();
        } catch (IOException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage()
                    + "; free space and run the same command again, it continues", e);
        }
    }

    private static void survey(EpisodeDataset dataset, Progress progress, List<Long> ends, List<String> ids,
            ArrayNode about) {
        progress.begin("survey", dataset.episodes());
        long end = 0;
        for (int i = 0; i < dataset.episodes(); i++) {
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                end += episode.length();
                ends.add(end);
                ids.add(episode.id());
                about.addObject().put("id", episode.id()).put("task", episode.task()).put("success", episode.success());
            }
            progress.advance(1);
        }
    }

    private static void writeEnds(Path directory, List<Long> ends) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 * ends.size()).order(ByteOrder.LITTLE_ENDIAN);
        ends.forEach(bytes::putLong);
        PartialDirectory.write(directory.resolve(".zarray"),
                ZarrArray.metadata(ElementType.of("<i8"), List.of(ends.size()), ends.size(), ZarrCodec.NONE));
        PartialDirectory.write(directory.resolve("0"), bytes.array());
    }

    private static void writeData(EpisodeDataset dataset, Path data, int rows, Progress progress)
            throws IOException {
        List<ZarrColumn> columns = new ArrayList<>();
        for (DatasetFeature feature : dataset.features()) {
            columns.add(new ZarrColumn(PathNames.inside(data, "column", feature.shortName()), feature, rows));
        }
        progress.begin("zarr", rows);
        for (int i = 0; i < dataset.episodes(); i++) {
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                for (int step = 0; step < episode.length(); step++) {
                    for (int c = 0; c < columns.size(); c++) {
                        columns.get(c).append(episode, c, step);
                    }
                    progress.advance(1);
                }
            }
        }
    }
}
