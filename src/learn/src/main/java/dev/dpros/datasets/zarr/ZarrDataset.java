package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
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
 * their cumulative ends; of a real robot, {@code videos/} beside it. One thread.
 */
public final class ZarrDataset implements EpisodeDataset {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What the recorder on real robots calls its replay buffer; the films of its cameras lie beside it. */
    private static final String REAL_ROBOT = "replay_buffer.zarr";

    private final Path root;
    private final List<DatasetFeature> features = new ArrayList<>();
    private final List<ZarrArray> arrays = new ArrayList<>();
    private final List<ZarrPictures> pictures = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Slice> slices = new ArrayList<>();
    private final JsonNode about;
    private final double fps;
    private final EpisodeFilms films;
    private int episodeEnds;

    private ZarrDataset(Path root, double fps) {
        this.root = root;
        about = attributes(root).path("dpros");
        this.fps = about.has("fps") ? about.path("fps").asDouble() : fps;
        openArrays(readEnds());
        films = films();
    }

    private String timestampPath() {
        return root + "/data/timestamp";
    }

    /** The column of timestamps, read now; null if there is none. */
    private TimestampColumn timestamps() {
        List<Stretch> episodes = slices.stream().map(slice -> new Stretch(slice.start, slice.start + slice.length)).toList();
        return arrays.stream().filter(array -> array.name().equals("timestamp") && array.rowSize() == 1).findFirst()
                .map(array -> new TimestampColumn(timestampPath(), array, episodes)).orElse(null);
    }

    /** The films beside it, or null. */
    private EpisodeFilms films() {
        Path folder = root.toAbsolutePath().resolveSibling("videos");
        if (!Files.isDirectory(folder)) {
            return null;
        }
        if (!root.toAbsolutePath().endsWith(REAL_ROBOT)) { // films of which buffer, if there are several
            leftOut.add(folder + ": pictures of a real robot's recorder (videos/EPISODE/CAMERA.mp4) are read beside a " + REAL_ROBOT + " alone");
            return null;
        }
        TimestampColumn timestamps = timestamps();
        EpisodeFilms found = new EpisodeFilms(folder, timestamps == null ? 1 / fps : timestamps.stepSeconds(1 / fps));
        for (DatasetFeature camera : found.features()) {
            if (features.stream().anyMatch(feature -> feature.key().equals(camera.key()))) {
                throw InputException.of(root + "/data", "pictures", "those of " + folder, "'" + camera.key() + "' in data/ too",
                        "take one of the two away");
            }
        }
        features.addAll(found.features());
        leftOut.addAll(found.leftOut());
        return found;
    }

    /** The slices; returns where the last ends. */
    private int readEnds() {
        ZarrArray ends = ZarrArray.open(root.resolve("meta/episode_ends"));
        episodeEnds = ends.rows();
        long before = 0;
        int empty = 0;
        for (int i = 0; i < ends.rows(); i++) {
            long end = ends.integer(i);
            if (end < before || end > Integer.MAX_VALUE) {
                throw InputException.of(root + "/meta/episode_ends", "element " + i, "an end at or after " + before,
                        Long.toString(end), "the file is damaged");
            }
            if (end == before) {
                empty++;
            } else {
                slices.add(new Slice(i, (int) before, (int) (end - before)));
            }
            before = end;
        }
        if (empty > 0) {
            faults.add(root + "/meta/episode_ends: " + empty + (empty == 1 ? " episode" : " episodes")
                    + " without a step, left out");
        }
        return (int) before;
    }

    /** Whether a directory looks like one, of whatever format. */
    public static boolean is(Path root) {
        return Stream.of("meta/episode_ends", ".zgroup", "zarr.json", REAL_ROBOT).anyMatch(name -> Files.exists(root.resolve(name)));
    }

    /**
     * Opens a replay buffer, or the folder in which a real robot's recorder left one.
     *
     * @param fps its frequency, which the format does not tell; dpros's own exports do, and win
     * @throws InputException if it is none, or its arrays do not agree
     */
    public static ZarrDataset open(Path path, double fps) {
        Path root = Files.isDirectory(path.resolve(REAL_ROBOT)) ? path.resolve(REAL_ROBOT) : path;
        if (Files.exists(root.resolve("zarr.json")) || Files.exists(root.resolve("meta/episode_ends/zarr.json"))) {
            throw InputException.of(root.toString(), "zarr_format", "2", "3 (zarr.json)", "write it with zarr_format=2");
        }
        if (!Files.isDirectory(root.resolve("data")) || !Files.isDirectory(root.resolve("meta/episode_ends"))) {
            throw InputException.of(root.toString(), "replay buffer", "a zarr directory with data/ and meta/episode_ends",
                    "none", "give the directory that ends in .zarr");
        }
        return new ZarrDataset(root, fps);
    }

    private void openArrays(int steps) {
        try (Stream<Path> entries = Files.list(root.resolve("data"))) {
            for (Path entry : entries.filter(Files::isDirectory).sorted().toList()) {
                if (Files.exists(entry.resolve("zarr.json"))) {
                    leftOut.add(entry + ": zarr format 3; write it with zarr_format=2");
                } else if (Files.exists(entry.resolve(".zgroup"))) {
                    leftOut.add(entry + ": a group; columns lie directly in data/");
                } else {
                    open(entry, steps);
                }
            }
        } catch (IOException e) {
            throw new InputException(root + "/data: cannot be read: " + e.getMessage(), e);
        }
    }

    /** Opens a column; one that cannot be read is left out. */
    private void open(Path entry, int steps) {
        ZarrArray array;
        ZarrPictures picture;
        try {
            array = ZarrArray.open(entry);
            picture = array.rows() == steps ? ZarrPictures.of(array) : null;
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            (e.getCause() instanceof IOException ? faults : leftOut).add(e.getMessage()); // damaged, or of a kind that is not read
            return;
        }
        if (array.rows() != steps) {
            throw InputException.of(entry.toString(), "rows", steps + " (the last of meta/episode_ends)",
                    Integer.toString(array.rows()), "the replay buffer was not closed properly");
        }
        arrays.add(array);
        pictures.add(picture);
        features.add(feature(entry.getFileName().toString(), array, picture));
    }

    private static DatasetFeature feature(String name, ZarrArray array, ZarrPictures picture) {
        List<Integer> shape = array.shape().subList(1, array.shape().size());
        JsonNode key = array.attributes().path("dpros_key");
        if (picture != null) {
            String usual = name.equals("img") ? "observation.image" : "observation.images." + name;
            return new DatasetFeature(key.asText(usual), FeatureSpec.Kind.VISUAL, List.of(3, picture.height(), picture.width()),
                    List.of());
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
    public String storedName(int feature) {
        return feature < arrays.size() ? arrays.get(feature).name() : films.name(feature - arrays.size());
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
        return slices.size();
    }

    @Override
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    @Override
    public List<String> faults() {
        List<String> lines = new ArrayList<>(faults);
        arrays.stream().map(ZarrArray::missing).filter(line -> !line.isEmpty()).forEach(lines::add);
        TimestampColumn timestamps = timestamps();
        String steps = timestamps == null ? "" : timestamps.fault(timestampPath(), fps);
        if (!steps.isEmpty()) {
            lines.add(steps);
        }
        return lines;
    }

    @Override
    public List<String> contradictions() {
        int told = about.path("episodes").size();
        int held = episodeEnds;
        return !about.has("episodes") || told == held ? List.of() : List.of(root + "/.zattrs: dpros.episodes: expected " + held
                + ", the elements of meta/episode_ends, found " + told);
    }

    @Override
    public Episode episode(int index) {
        return slices.get(index);
    }

    @Override
    public void close() {
        if (films != null) { // chunks are opened as they are read
            films.close();
        }
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
            String usual = (films == null ? root : root.toAbsolutePath().getParent()).getFileName() + "/" + index + "/" + length;
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
        public String unfit() {
            return films == null ? null : films.missing(index);
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            arrays.get(feature).row(start + step, out, offset);
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            if (feature < arrays.size()) {
                pictures.get(feature).row(start + step, rgb);
            } else {
                films.frame(feature - arrays.size(), index, step, rgb);
            }
        }

        @Override
        public void close() {
            // nothing is held open
        }
    }
}
