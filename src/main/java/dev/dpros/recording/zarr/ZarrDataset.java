package dev.dpros.recording.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.recording.dataset.DatasetFeature;
import dev.dpros.recording.dataset.EpisodeDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * diffusion_policy's ReplayBuffer on disk: {@code data/*} with all episodes end to end, {@code meta/episode_ends} with
 * their cumulative ends. One thread.
 */
public final class ZarrDataset implements EpisodeDataset {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path root;
    private final List<DatasetFeature> features = new ArrayList<>();
    private final List<ZarrArray> arrays = new ArrayList<>();
    private final int[] ends;
    private final JsonNode about;
    private final double fps;

    private ZarrDataset(Path root, double fps) {
        this.root = root;
        about = attributes(root).path("dpros");
        this.fps = about.has("fps") ? about.path("fps").asDouble() : fps;
        ZarrArray endArray = ZarrArray.open(root.resolve("meta/episode_ends"));
        ends = new int[endArray.rows()];
        for (int i = 0; i < ends.length; i++) {
            long end = endArray.integer(i);
            if (end <= (i == 0 ? 0 : ends[i - 1]) || end > Integer.MAX_VALUE) {
                throw InputException.of(root + "/meta/episode_ends", "element " + i, "an increasing end",
                        Long.toString(end), "the file is damaged");
            }
            ends[i] = (int) end;
        }
        openArrays();
    }

    /**
     * Opens a replay buffer.
     *
     * @param fps its frequency, which the format does not tell; dpros's own exports do, and win
     * @throws InputException if it is none, or its arrays do not agree
     */
    public static ZarrDataset open(Path root, double fps) {
        if (!Files.isDirectory(root.resolve("data")) || !Files.isDirectory(root.resolve("meta/episode_ends"))) {
            throw InputException.of(root.toString(), "replay buffer", "a zarr directory with data/ and meta/episode_ends",
                    "none", "give the directory that ends in .zarr");
        }
        return new ZarrDataset(root, fps);
    }

    private void openArrays() {
        try (Stream<Path> entries = Files.list(root.resolve("data"))) {
            for (Path entry : entries.filter(e -> Files.exists(e.resolve(".zarray"))).sorted().toList()) {
                ZarrArray array = ZarrArray.open(entry);
                int steps = ends.length == 0 ? 0 : ends[ends.length - 1];
                if (array.rows() != steps) {
                    throw InputException.of(entry.toString(), "rows", steps + " (the last of meta/episode_ends)",
                            Integer.toString(array.rows()), "the replay buffer was not closed properly");
                }
                arrays.add(array);
                features.add(feature(entry.getFileName().toString(), array));
            }
        } catch (IOException e) {
            throw new InputException(root + "/data: cannot be read: " + e.getMessage(), e);
        }
    }

    private static DatasetFeature feature(String name, ZarrArray array) {
        List<Integer> shape = array.shape().subList(1, array.shape().size());
        boolean visual = array.type() == ZarrArray.Type.U1 && shape.size() == 3 && shape.get(2) == 3;
        JsonNode key = array.attributes().path("dpros_key");
        if (visual) {
            String usual = name.equals("img") ? "observation.image" : "observation.images." + name;
            return new DatasetFeature(key.asText(usual), FeatureSpec.Kind.VISUAL,
                    List.of(3, shape.get(0), shape.get(1)), List.of());
        }
        boolean action = name.equals("action");
        String usual = action ? name : "observation." + name;
        return new DatasetFeature(key.asText(usual), action ? FeatureSpec.Kind.ACTION : FeatureSpec.Kind.STATE,
                shape.isEmpty() ? List.of(1) : shape, List.of());
    }

    private static JsonNode attributes(Path root) {
        Path file = root.resolve(".zattrs");
        try {
            return Files.exists(file) ? JSON.readTree(Files.readAllBytes(file)) : JSON.createObjectNode();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public List<DatasetFeature> features() {
        return List.copyOf(features);
    }

    @Override
    public double fps() {
        return fps;
    }

    @Override
    public String robot() {
        return about.path("robot").asText("");
    }

    @Override
    public int episodes() {
        return ends.length;
    }

    @Override
    public Episode episode(int index) {
        int start = index == 0 ? 0 : ends[index - 1];
        return new Slice(index, start, ends[index] - start);
    }

    @Override
    public void close() {
        // chunks are opened as they are read
    }

    private final class Slice implements Episode {
        private final int index;
        private final int start;
        private final int length;

        Slice(int index, int start, int length) {
            this.index = index;
            this.start = start;
            this.length = length;
        }

        private JsonNode about() {
            return about.path("episodes").path(index);
        }

        @Override
        public String id() {
            String usual = root.getFileName() + "/" + index + "/" + length;
            return about().path("id").asText(
                    UUID.nameUUIDFromBytes(usual.getBytes(StandardCharsets.UTF_8)).toString());
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public String task() {
            return about().path("task").asText("");
        }

        @Override
        public Boolean success() {
            return about().path("success").isBoolean() ? about().path("success").asBoolean() : null;
        }

        @Override
        public boolean intervention(int step) {
            return false;
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            arrays.get(feature).row(start + step, out, offset);
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            arrays.get(feature).row(start + step, rgb);
        }

        @Override
        public void close() {
            // nothing is held open
        }
    }
}
