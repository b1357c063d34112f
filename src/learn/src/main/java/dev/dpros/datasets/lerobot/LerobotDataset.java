package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import dev.dpros.datasets.ContentSum;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.TextForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A LeRobotDataset v2.0, v2.1 or v3.0: tables in parquet, cameras as video or as pictures in the table. Columns of numbers and of truth
 * values become vectors of float32; texts are kept; depth is read as depth ({@link DepthVideo}). What the tables state twice is
 * compared ({@link #contradictions}). One thread.
 */
public final class LerobotDataset implements EpisodeDataset {
    private final Path root;
    private final JsonNode info;
    private final LerobotVersion version;
    private final LerobotColumns described;
    private final List<DatasetFeature> features;
    private final Map<String, Opened> videos = new HashMap<>();
    /** When the frames of each film are shown: found by reading it whole, so it is done once. */
    private final Map<Path, double[]> times = new HashMap<>();
    private final Connection connection;
    private final EpisodesTable table;
    private final DataTables data;
    private final StepLabels labels;

    private record Opened(Path path, VideoReader reader) {}

    private LerobotDataset(Path root) throws IOException, SQLException {
        this.root = root;
        info = new ObjectMapper().readTree(root.resolve("meta/info.json").toFile());
        version = LerobotVersion.of(root, info);
        if (!(info.path("fps").asDouble() > 0)) {
            throw InputException.of(root + "/meta/info.json", "fps", "a positive number", info.path("fps").toString(), "");
        }
        described = LerobotColumns.of(info.path("features"));
        features = described.features();
        connection = ParquetTable.connect(root);
        data = new DataTables(root, described, connection);
        labels = new StepLabels(connection);
        try {
            List<DatasetFeature> films = features.stream().filter(f -> f.visual() && !described.stored().contains(f.key())).toList();
            table = version == LerobotVersion.V2 ? new EpisodesTable(root, info, films) : new EpisodesTable(root, fps(), films, connection);
        } catch (IOException | SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Whether a directory looks like one. */
    public static boolean is(Path root) {
        return Files.isRegularFile(root.resolve("meta/info.json"));
    }

    /** Opens a directory. @throws InputException if it is none, or damaged */
    public static LerobotDataset open(Path root) {
        try {
            return new LerobotDataset(root);
        } catch (IOException | SQLException e) {
            throw new InputException(root + ": not a LeRobotDataset: " + ParquetTable.reason(e), e);
        }
    }

    private Path dataFile(EpisodeEntry entry) {
        return path("data_path", version.data(), entry.chunk(), entry.file(), "");
    }

    private Path videoFile(String camera, EpisodeClips.Clip clip) {
        return path("video_path", version.video(), clip.chunk(), clip.file(),
                camera);
    }

    private VideoReader video(DatasetFeature camera, EpisodeClips.Clip clip) {
        Path file = videoFile(camera.key(), clip);
        Opened opened = videos.get(camera.key());
        if (opened == null || !opened.path().equals(file)) {
            if (opened != null) {
                videos.remove(camera.key());
                opened.reader().close();
            }
            opened = new Opened(file, new VideoReader(file, camera.width(), camera.height(), camera.depth()));
            videos.put(camera.key(), opened);
        }
        return opened.reader();
    }

    private double[] times(DatasetFeature camera, EpisodeClips.Clip clip) {
        return times.computeIfAbsent(videoFile(camera.key(), clip), file -> video(camera, clip).times());
    }

    @Override
    public List<String> leftOut() {
        return described.leftOut();
    }

    @Override
    public List<String> contradictions() {
        table.entries().forEach(entry -> data.requireColumns(dataFile(entry)));
        LerobotFacts facts = new LerobotFacts(root, version, info, connection);
        for (EpisodeEntry entry : table.entries()) {
            facts.episode(entry.index(), entry.length(), entry.from(), entry.to(), entry.tasks(), dataFile(entry));
        }
        for (DatasetFeature camera : features) {
            EpisodeClips of = table.clips(camera.key());
            if (of != null) {
                for (int first : of.firstOfEachFile()) {
                    facts.add(of.contradiction(first, times(camera, of.clip(first)).length, videoFile(camera.key(), of.clip(first)).toString()));
                }
            }
        }
        return facts.contradictions();
    }

    @Override
    public List<String> faults() {
        List<String> faults = new ArrayList<>(new LerobotFaults(root, version, info.path("features"), connection).of(features,
                table.entries().stream().map(this::dataFile).distinct().toList(), table.labelType()));
        String statistics = version == LerobotVersion.V2 ? LerobotLines.statistics(root, info, table.entries()) : "";
        if (!statistics.isEmpty()) {
            faults.add(statistics);
        }
        return faults;
    }

    /** The tasks, by index. @throws InputException if they cannot be read, or an index is missing */
    List<String> tasks() {
        Map<Integer, String> tasks = LerobotTasks.read(root, version, connection);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            if (!tasks.containsKey(i)) {
                throw InputException.of(LerobotTasks.file(root, version).toString(), "task_index", "0 to " + (tasks.size() - 1),
                        "no " + i, "the dataset is damaged");
            }
            texts.add(tasks.get(i));
        }
        return texts;
    }

    /** Names of the columns of the list of episodes. */
    List<String> listColumns() {
        return table.columns();
    }

    /** Names and types of the columns of the last episode's table. */
    List<String> dataColumns() {
        Path file = dataFile(table.entries().get(episodes() - 1));
        try {
            return new TableColumns(connection, file.toString(), "read_parquet(" + ParquetTable.literal(file.toString()) + ")").types().entrySet()
                    .stream().map(column -> column.getKey() + " " + column.getValue()).toList();
        } catch (SQLException e) {
            throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
        }
    }

    private Path path(String template, String defaultTemplate, int chunk, int file, String key) {
        String path = info.path(template).asText(defaultTemplate)
                .replace("{chunk_index:03d}", String.format("%03d", chunk)).replace("{file_index:03d}", String.format("%03d", file))
                .replace("{episode_chunk:03d}", String.format("%03d", chunk)).replace("{episode_index:06d}", String.format("%06d", file))
                .replace("{video_key}", key);
        Path resolved = root.resolve(path).normalize();
        if (!resolved.startsWith(root.normalize())) {
            throw InputException.of(root + "/meta/info.json", template, "a path inside the dataset", path, "");
        }
        return resolved;
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public List<DatasetFeature> features() {
        return features;
    }

    @Override
    public List<String> texts() {
        return described.texts();
    }

    /** As the first episode's table has it; whatever holds one text a step is written as texts. */
    @Override
    public TextForm textForm(int column) {
        String key = texts().get(column);
        JsonNode of = info.path("features").path(key);
        String type = episodes() == 0 ? TextForm.PLAIN.type() : data.type(dataFile(table.entries().get(0)), key);
        return new TextForm(of.path("dtype").asText(), LerobotColumns.shape(of), TableColumns.nested(type) ? type : TextForm.PLAIN.type());
    }

    @Override
    public boolean truth(int feature) {
        return info.path("features").path(features.get(feature).key()).path("dtype").asText().equals("bool");
    }

    @Override
    public double fps() {
        return info.path("fps").asDouble();
    }

    @Override
    public String robot() {
        return info.path("robot_type").asText("").replace("null", "");
    }

    @Override
    public int episodes() {
        return table.entries().size();
    }

    @Override
    public Episode episode(int index) {
        return new Recorded(index);
    }

    @Override
    public void close() {
        videos.values().forEach(opened -> opened.reader().close());
        videos.clear();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new InputException(root + ": " + e.getMessage(), e);
        }
    }

    /** An episode; its rows are read when a vector is first asked for. */
    private final class Recorded implements Episode {
        private final int index;
        private final EpisodeEntry entry;
        private final Map<Integer, byte[][]> pictures = new HashMap<>();
        private float[][] vectors;
        private String[][] texts;

        Recorded(int index) {
            this.index = index;
            entry = table.entries().get(index);
        }

        @Override
        public String id() {
            return root.getFileName() + "-" + index + "-" + ContentSum.of(this, features);
        }

        @Override
        public int length() {
            return entry.length();
        }

        @Override
        public String task() {
            return entry.task();
        }

        @Override
        public Boolean success() {
            return entry.success() != null ? entry.success() : labels.of(dataFile(entry), entry.index());
        }

        @Override
        public Map<String, float[]> stepLabels() {
            return labels.steps(dataFile(entry), entry);
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            if (vectors == null) {
                vectors = data.vectors(dataFile(entry), index, entry);
            }
            int size = features.get(feature).size();
            System.arraycopy(vectors[feature], step * size, out, offset, size);
        }

        @Override
        public String text(int column, int step) {
            if (texts == null) {
                texts = data.texts(dataFile(entry), index, entry);
            }
            return texts[column][step];
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            DatasetFeature camera = features.get(feature);
            EpisodeClips clips = table.clips(camera.key());
            if (clips == null) {
                byte[][] encoded = pictures.computeIfAbsent(feature, f -> data.pictures(dataFile(entry), index, entry, camera.key()));
                String where = dataFile(entry) + ": episode " + index + ", step " + step;
                if (camera.depth() == null) {
                    StoredPictures.decode(encoded[step], camera, where, rgb);
                } else {
                    StoredPictures.decodeDepth(encoded[step], camera, info.path("features").path(camera.key()).path("info").path("depth_unit").asText(""),
                            where, rgb);
                }
                return;
            }
            VideoReader reader = video(camera, clips.clip(index));
            reader.read(clips.time(index, step, times(camera, clips.clip(index)), videoFile(camera.key(), clips.clip(index)).toString()), rgb);
        }

        @Override
        public void close() {
            vectors = null;
            texts = null;
            pictures.clear();
        }
    }
}
