package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.ContentSum;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.array.ChunkedArray;
import dev.dpros.datasets.array.PictureArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * diffusion_policy's ReplayBuffer on disk: {@code data/*} with all episodes end to end, {@code meta/episode_ends} with
 * their cumulative ends; of a real robot, {@code videos/} beside it. Or a zip archive of one, as UMI has it. One thread.
 */
public final class ZarrDataset implements EpisodeDataset {
    /** What the recorder on real robots calls its replay buffer; the films of its cameras lie beside it. */
    private static final String REAL_ROBOT = "replay_buffer.zarr";

    private final Path source;
    private final Path root;
    private final FileSystem archive;
    private final List<DatasetFeature> features = new ArrayList<>();
    private final List<ZarrArray> arrays = new ArrayList<>();
    private final List<PictureArray> pictures = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Slice> slices = new ArrayList<>();
    private final JsonNode about;
    private final double fps;
    private final EpisodeFilms films;
    private int episodeEnds;

    /** @param archive the zip file that it lies in, to be closed with it; null for a directory */
    private ZarrDataset(Path source, Path root, FileSystem archive, double fps) {
        this.source = source;
        this.root = root;
        this.archive = archive;
        about = ZarrFiles.json(root.resolve(".zattrs")).path("dpros");
        this.fps = about.has("fps") ? about.path("fps").asDouble() : fps;
        openArrays(readEnds());
        films = films();
    }

    private String where(String inside) {
        return ZarrFiles.name(root.resolve(inside));
    }

    private String timestampPath() {
        return where("data/timestamp");
    }

    /** The column of timestamps, read now; null if there is none. */
    private TimestampColumn timestamps() {
        List<Stretch> episodes = slices.stream().map(slice -> new Stretch(slice.start, slice.start + slice.length)).toList();
        return arrays.stream().filter(array -> array.name().equals("timestamp") && array.rows().rowSize() == 1).findFirst()
                .map(array -> new TimestampColumn(timestampPath(), array.rows(), episodes)).orElse(null);
    }

    /** The films beside it, or null. */
    private EpisodeFilms films() {
        Path folder = source.toAbsolutePath().resolveSibling("videos");
        if (archive != null || !Files.isDirectory(folder)) {
            return null;
        }
        if (!source.toAbsolutePath().endsWith(REAL_ROBOT)) { // films of which buffer, if there are several
            leftOut.add(folder + ": pictures of a real robot's recorder (videos/EPISODE/CAMERA.mp4) are read beside a " + REAL_ROBOT + " alone");
            return null;
        }
        TimestampColumn timestamps = timestamps();
        EpisodeFilms found = new EpisodeFilms(folder, timestamps == null ? 1 / fps : timestamps.stepSeconds(1 / fps));
        for (DatasetFeature camera : found.features()) {
            if (features.stream().anyMatch(feature -> feature.key().equals(camera.key()))) {
                throw InputException.of(where("data"), "pictures", "those of " + folder, "'" + camera.key() + "' in data/ too",
                        "take one of the two away");
            }
        }
        features.addAll(found.features());
        leftOut.addAll(found.leftOut());
        return found;
    }

    /** The slices; returns where the last ends. */
    private int readEnds() {
        ChunkedArray ends = ZarrArray.open(root.resolve("meta/episode_ends")).rows();
        episodeEnds = ends.rows();
        long before = 0;
        int empty = 0;
        for (int i = 0; i < ends.rows(); i++) {
            long end = ends.integer(i);
            if (end < before || end > Integer.MAX_VALUE) {
                throw InputException.of(where("meta/episode_ends"), "element " + i, "an end at or after " + before,
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
            faults.add(where("meta/episode_ends") + ": " + empty + (empty == 1 ? " episode" : " episodes")
                    + " without a step, left out");
        }
        return (int) before;
    }

    /** Whether a directory or an archive looks like one, of whatever format. */
    public static boolean is(Path root) {
        return ZarrFiles.zipped(root) || Stream.of("meta/episode_ends", ".zgroup", "zarr.json", REAL_ROBOT).anyMatch(name -> Files.exists(root.resolve(name)));
    }

    /**
     * Opens a replay buffer, its zip archive, or the folder in which a real robot's recorder left one.
     *
     * @param fps its frequency, which the format does not tell; dpros's own exports do, and win
     * @throws InputException if it is none, or its arrays do not agree
     */
    public static ZarrDataset open(Path path, double fps) {
        if (!ZarrFiles.zipped(path)) {
            Path root = Files.isDirectory(path.resolve(REAL_ROBOT)) ? path.resolve(REAL_ROBOT) : path;
            return open(root, root, null, fps);
        }
        FileSystem archive = ZarrFiles.archive(path);
        try {
            return open(path, archive.getPath("/"), archive, fps);
        } catch (RuntimeException e) {
            close(path, archive);
            throw e;
        }
    }

    private static ZarrDataset open(Path source, Path root, FileSystem archive, double fps) {
        if (Files.exists(root.resolve("zarr.json")) || Files.exists(root.resolve("meta/episode_ends/zarr.json"))) {
            throw InputException.of(source.toString(), "zarr_format", "2", "3 (zarr.json)", "write it with zarr_format=2");
        }
        if (!Files.isDirectory(root.resolve("data")) || !Files.isDirectory(root.resolve("meta/episode_ends"))) {
            throw InputException.of(source.toString(), "replay buffer", "a zarr directory with data/ and meta/episode_ends",
                    "none", "give the directory that ends in .zarr, or the archive that ends in .zarr.zip");
        }
        return new ZarrDataset(source, root, archive, fps);
    }

    private static void close(Path source, FileSystem archive) {
        try {
            archive.close();
        } catch (IOException e) {
            throw new InputException(source + ": cannot be closed: " + e.getMessage(), e);
        }
    }

    private void openArrays(int steps) {
        try (Stream<Path> entries = Files.list(root.resolve("data"))) {
            for (Path entry : entries.filter(Files::isDirectory).sorted().toList()) {
                if (Files.exists(entry.resolve("zarr.json"))) {
                    leftOut.add(ZarrFiles.name(entry) + ": zarr format 3; write it with zarr_format=2");
                } else if (Files.exists(entry.resolve(".zgroup"))) {
                    leftOut.add(ZarrFiles.name(entry) + ": a group; columns lie directly in data/");
                } else {
                    open(entry, steps);
                }
            }
        } catch (IOException e) {
            throw new InputException(where("data") + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Opens a column; one that cannot be read is left out. */
    private void open(Path entry, int steps) {
        ZarrArray array;
        PictureArray picture;
        try {
            array = ZarrArray.open(entry);
            picture = array.rows().rows() == steps ? PictureArray.of(array.rows()) : null;
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            (e.getCause() instanceof IOException ? faults : leftOut).add(e.getMessage()); // damaged, or of a kind that is not read
            return;
        }
        if (array.rows().rows() != steps) {
            throw InputException.of(ZarrFiles.name(entry), "rows", steps + " (the last of meta/episode_ends)",
                    Integer.toString(array.rows().rows()), "the replay buffer was not closed properly");
        }
        arrays.add(array);
        pictures.add(picture);
        features.add(feature(entry.getFileName().toString(), array, picture));
    }

    private static DatasetFeature feature(String name, ZarrArray array, PictureArray picture) {
        List<Integer> shape = array.rows().shape().subList(1, array.rows().shape().size());
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

    @Override
    public String name() {
        return source.toString();
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
        return !about.has("episodes") || told == held ? List.of() : List.of(where(".zattrs") + ": dpros.episodes: expected " + held
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
        if (archive != null) {
            close(source, archive);
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
            if (about().has("id")) {
                return about().path("id").asText();
            }
            String usual = (films == null ? source : source.toAbsolutePath().getParent()).getFileName() + "/" + index + "/" + length + "/"
                    + ContentSum.of(this, features);
            return UUID.nameUUIDFromBytes(usual.getBytes(StandardCharsets.UTF_8)).toString();
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
            arrays.get(feature).rows().row(start + step, out, offset);
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
