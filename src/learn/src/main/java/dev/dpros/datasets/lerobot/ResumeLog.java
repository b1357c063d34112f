package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which episodes are in whole files, with their pixel counts, so that neither an interrupted export nor one that is made of parts
 * need decode them again.
 */
final class ResumeLog {
    private static final String NAME = ".resume.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<DatasetFeature> features;
    private final int firstFile;

    /** @param root of the export */
    ResumeLog(Path root, List<DatasetFeature> features) {
        this(root, features, 0);
    }

    /** @param firstFile number of the first file that is written */
    ResumeLog(Path root, List<DatasetFeature> features, int firstFile) {
        file = root.resolve(NAME);
        this.features = features;
        this.firstFile = firstFile;
    }

    /** Whether there is one: whatever lies there is in the making, or a part. */
    static boolean isIn(Path root) {
        return Files.exists(root.resolve(NAME));
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

    /** Fills in what is known; returns how many episodes are done. @throws InputException if it is not of these episodes */
    int restore(List<EpisodeRow> rows) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        JsonNode episodes = JSON.readTree(Files.readAllBytes(file));
        require(episodes.size() <= rows.size(), rows.size() + " episodes at most", episodes.size() + " episodes");
        for (int i = 0; i < episodes.size(); i++) {
            EpisodeRow row = rows.get(i);
            row.file = episodes.get(i).path("file").asInt(-1);
            row.fromFrame = episodes.get(i).path("from").asLong(-1);
            require(row.file >= firstFile && row.file <= firstFile + i && row.fromFrame >= 0, "where episode " + i + " lies", episodes.get(i).path("file")
                    + ", " + episodes.get(i).path("from"));
            for (int f = 0; f < features.size(); f++) {
                if (features.get(f).visual()) {
                    JsonNode pixels = episodes.get(i).path("pixels").path(Integer.toString(f));
                    require(pixels.size() == row.statistics.get(f).dims(), "pixel counts of episode " + i, pixels.size() + " channels");
                    row.statistics.get(f).restore(JSON.treeToValue(pixels, long[][].class), row.length);
                }
            }
        }
        return episodes.size();
    }

    private void require(boolean holds, String expected, String found) {
        if (!holds) {
            throw InputException.of(file.toString(), "episodes", expected, found, "remove " + file.getParent() + " and export again");
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
