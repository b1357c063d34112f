package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.FeatureStatistics;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Which episodes are in whole files, with their pixel counts, so that an interrupted export need not decode them again. */
final class ResumeLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<DatasetFeature> features;

    ResumeLog(Path file, List<DatasetFeature> features) {
        this.file = file;
        this.features = features;
    }

    void save(List<EpisodeRow> done) throws IOException {
        ArrayNode episodes = JSON.createArrayNode();
        for (EpisodeRow row : done) {
            ObjectNode node = episodes.addObject().put("file", row.file).put("from", row.fromFrame);
            ObjectNode pixels = node.putObject("pixels");
            for (int f = 0; f < features.size(); f++) {
                if (features.get(f).visual()) {
                    pixels.set(Integer.toString(f), JSON.valueToTree(row.statistics.get(f).histogram()));
                }
            }
        }
        PartialDirectory.write(file, JSON.writeValueAsBytes(episodes));
    }

    /** Fills in what is known; returns how many episodes are done. */
    int restore(List<EpisodeRow> rows) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        JsonNode episodes = JSON.readTree(Files.readAllBytes(file));
        for (int i = 0; i < episodes.size(); i++) {
            EpisodeRow row = rows.get(i);
            row.file = episodes.get(i).get("file").asInt();
            row.fromFrame = episodes.get(i).get("from").asLong();
            for (int f = 0; f < features.size(); f++) {
                if (features.get(f).visual()) {
                    FeatureStatistics statistics = row.statistics.get(f);
                    JsonNode pixels = episodes.get(i).get("pixels").get(Integer.toString(f));
                    statistics.restore(JSON.treeToValue(pixels, long[][].class), row.length);
                }
            }
        }
        return episodes.size();
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
