package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A LeRobotDataset v3.0: tables in parquet, cameras as video or as pictures in the table. Columns of numbers and of truth
 * values become vectors of float32; depth and texts are left out, and named. What the tables state twice is compared
 * ({@link #contradictions}). One thread.
 */
public final class LerobotDataset implements EpisodeDataset {
    private static final String VERSION = "v3";
    private static final int MAX_EPISODES = 10_000_000;
    private static final List<String> EPISODE_COLUMNS = List.of("episode_index", "length", "dataset_from_index", "dataset_to_index",
            "data/chunk_index", "data/file_index", "tasks");
    private static final List<String> CLIP_COLUMNS = List.of("chunk_index", "file_index", "from_timestamp");

    private final Path root;
    private final JsonNode info;
    private final List<DatasetFeature> features;
    private final List<Row> rows = new ArrayList<>();
    private final LerobotColumns described;
    private final Map<String, EpisodeClips> clips = new HashMap<>();
    private final Map<String, Opened> videos = new HashMap<>();
    private final Set<Path> checked = new HashSet<>();
    private final Connection connection;
    private String labelType;

    /**
     * One line of meta/episodes.
     *
     * @param from index of its first row in the whole dataset
     * @param to index after its last
     */
    private record Row(int index, int length, long from, long to, int chunk, int file, List<String> tasks, Boolean success) {
        String task() {
            return tasks.isEmpty() ? "" : tasks.get(0);
        }
    }

    private record Opened(Path path, VideoReader reader) {}

    private LerobotDataset(Path root) throws IOException, SQLException {
        this.root = root;
        info = new ObjectMapper().readTree(root.resolve("meta/info.json").toFile());
        String version = info.path("codebase_version").asText();
        if (!version.startsWith(VERSION)) {
            throw InputException.of(root + "/meta/info.json", "codebase_version", "v3.0", version.isEmpty() ? "none" : version,
                    "convert it with LeRobot's own converter");
        }
        if (!(info.path("fps").asDouble() > 0)) {
            throw InputException.of(root + "/meta/info.json", "fps", "a positive number", info.path("fps").toString(), "");
        }
        described = LerobotColumns.of(info.path("features"));
        features = described.features();
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try {
            readEpisodes();
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
            throw new InputException(root + ": not a LeRobotDataset v3.0: " + ParquetTable.reason(e), e);
        }
    }

    private void readEpisodes() throws IOException, SQLException {
        StringBuilder query = new StringBuilder("SELECT episode_index, length, dataset_from_index, dataset_to_index, "
                + "\"data/chunk_index\", \"data/file_index\", tasks");
        List<DatasetFeature> cameras = features.stream().filter(f -> f.visual() && !described.stored().contains(f.key())).toList();
        for (DatasetFeature camera : cameras) {
            for (String column : CLIP_COLUMNS) {
                query.append(", ").append(ParquetTable.quoted("videos/" + camera.key() + "/" + column));
            }
        }
        String files = "read_parquet([" + String.join(", ", episodeFiles()) + "], union_by_name = true)"; // labels may have come later
        TableColumns columns = new TableColumns(connection, root + "/meta/episodes", files);
        columns.require(EPISODE_COLUMNS);
        cameras.forEach(camera -> CLIP_COLUMNS.forEach(column -> requireClip(columns, camera.key(), column)));
        labelType = labelType(files);
        query.append("BOOLEAN".equals(labelType) ? ", success" : ", NULL::BOOLEAN").append(" FROM ").append(files).append(" ORDER BY episode_index");
        Map<String, List<EpisodeClips.Clip>> found = new HashMap<>();
        cameras.forEach(camera -> found.put(camera.key(), new ArrayList<>()));
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query.toString())) {
            while (result.next()) {
                int length = result.getInt(2);
                if (length < 1 || rows.size() >= MAX_EPISODES) {
                    throw InputException.of(root + "/meta/episodes", "episode " + rows.size() + ", length", "1 or more",
                            String.valueOf(length), "the dataset is damaged");
                }
                for (int c = 0; c < cameras.size(); c++) {
                    found.get(cameras.get(c).key()).add(new EpisodeClips.Clip(result.getInt(8 + 3 * c), result.getInt(9 + 3 * c),
                            result.getDouble(10 + 3 * c)));
                }
                rows.add(new Row(result.getInt(1), length, result.getLong(3), result.getLong(4), result.getInt(5), result.getInt(6),
                        texts(result.getObject(7)), (Boolean) result.getObject(8 + 3 * cameras.size())));
            }
        }
        int[] lengths = rows.stream().mapToInt(Row::length).toArray();
        found.forEach((key, list) -> clips.put(key, new EpisodeClips(key, fps(), list, lengths)));
    }

    /** Not left to DuckDB, which takes a folder that it cannot open for an empty one. */
    private List<String> episodeFiles() throws IOException {
        Path folder = root.resolve("meta/episodes");
        try (Stream<Path> files = Files.find(folder, 2, (file, is) -> file.toString().endsWith(".parquet"))) {
            List<String> found = files.sorted().map(file -> ParquetTable.literal(file.toString())).toList();
            if (found.isEmpty()) {
                throw InputException.of(folder.toString(), "episodes", "chunk-000/file-000.parquet and so on", "none", "the dataset is damaged");
            }
            return found;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Path dataFile(Row row) {
        return path("data_path", "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet", row.chunk(), row.file(), "");
    }

    private Path videoFile(String camera, EpisodeClips.Clip clip) {
        return path("video_path", "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4", clip.chunk(), clip.file(),
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
            opened = new Opened(file, new VideoReader(file, camera.width(), camera.height()));
            videos.put(camera.key(), opened);
        }
        return opened.reader();
    }

    @Override
    public List<String> leftOut() {
        return described.leftOut();
    }

    @Override
    public List<String> contradictions() {
        rows.forEach(row -> requireColumns(dataFile(row)));
        LerobotFacts facts = new LerobotFacts(root, info, connection);
        for (Row row : rows) {
            facts.episode(row.index(), row.length(), row.from(), row.to(), row.tasks(), dataFile(row));
        }
        for (DatasetFeature camera : features) {
            EpisodeClips of = clips.get(camera.key());
            if (of != null) {
                for (int first : of.firstOfEachFile()) {
                    VideoReader reader = video(camera, of.clip(first));
                    facts.add(of.contradiction(first, reader.times().length, videoFile(camera.key(), of.clip(first)).toString()));
                }
            }
        }
        return facts.contradictions();
    }

    private static void requireClip(TableColumns columns, String camera, String column) {
        String name = "videos/" + camera + "/" + column;
        if (!columns.has(name)) {
            throw InputException.of(columns.where(), "columns", "'" + name + "', as meta/info.json says that '" + camera + "' is a video",
                    "no column of this name", "pictures in the table have dtype image");
        }
    }

    /** @throws InputException if a table has not the columns that meta/info.json describes */
    private void requireColumns(Path file) {
        if (!checked.contains(file)) {
            try {
                new TableColumns(connection, file.toString(), "read_parquet(" + ParquetTable.literal(file.toString()) + ")")
                        .require(described);
                checked.add(file);
            } catch (SQLException e) {
                throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
            }
        }
    }

    @Override
    public List<String> faults() {
        return new LerobotFaults(root, info.path("features"), connection).of(features,
                rows.stream().map(this::dataFile).distinct().toList(), labelType);
    }

    private static List<String> texts(Object list) throws SQLException {
        List<String> texts = new ArrayList<>();
        for (Object text : list instanceof Array array ? (Object[]) array.getArray() : new Object[0]) {
            texts.add(String.valueOf(text));
        }
        return List.copyOf(texts);
    }

    /** Type of the episodes' column {@code success}, which this program writes as BOOLEAN; null if there is none. */
    private String labelType(String files) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM " + files)) {
            String type = null;
            while (columns.next()) {
                type = columns.getString(1).equals("success") ? columns.getString(2) : type;
            }
            return type;
        }
    }

    private Path path(String template, String defaultTemplate, int chunk, int file, String key) {
        String path = info.path(template).asText(defaultTemplate)
                .replace("{chunk_index:03d}", String.format("%03d", chunk)).replace("{file_index:03d}", String.format("%03d", file))
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
    public double fps() {
        return info.path("fps").asDouble();
    }

    @Override
    public String robot() {
        return info.path("robot_type").asText("").replace("null", "");
    }

    @Override
    public int episodes() {
        return rows.size();
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

    /** An episode; its table is read when a vector is first asked for. */
    private final class Recorded implements Episode {
        private final int index;
        private final Row row;
        private float[][] columns;
        private final Map<Integer, byte[][]> pictures = new HashMap<>();

        Recorded(int index) {
            this.index = index;
            this.row = rows.get(index);
        }

        @Override
        public String id() {
            return root.getFileName() + "-" + index;
        }

        @Override
        public int length() {
            return row.length();
        }

        @Override
        public String task() {
            return row.task();
        }

        @Override
        public Boolean success() {
            return row.success();
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            if (columns == null) {
                columns = readTable();
            }
            int size = features.get(feature).size();
            System.arraycopy(columns[feature], step * size, out, offset, size);
        }

        private float[][] readTable() {
            requireRows();
            List<Integer> vectors = new ArrayList<>();
            List<String> names = new ArrayList<>();
            float[][] values = new float[features.size()][];
            for (int f = 0; f < features.size(); f++) {
                if (!features.get(f).visual()) {
                    vectors.add(f);
                    names.add(ParquetTable.quoted(features.get(f).key()));
                    values[f] = new float[Math.multiplyExact(row.length(), features.get(f).size())];
                }
            }
            Path file = dataFile(row);
            if (names.isEmpty()) {
                return values;
            }
            requireColumns(file);
            String query = "SELECT " + String.join(", ", names) + " FROM read_parquet(" + ParquetTable.literal(file.toString())
                    + ") WHERE episode_index = " + row.index() + " ORDER BY frame_index";
            int step = 0;
            try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
                for (; result.next(); step++) {
                    for (int v = 0; step < row.length() && v < vectors.size(); v++) {
                        copy(result.getObject(v + 1), features.get(vectors.get(v)), values[vectors.get(v)], step);
                    }
                }
            } catch (SQLException e) {
                throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
            }
            if (step != row.length()) {
                throw InputException.of(file.toString(), "episode " + index, row.length() + " rows", String.valueOf(step),
                        "the dataset is damaged");
            }
            return values;
        }

        /** That the table has as many rows as the episode is long, before memory is taken for them. */
        private void requireRows() {
            Path file = dataFile(row);
            String query = "SELECT count(*) FROM read_parquet(" + ParquetTable.literal(file.toString()) + ") WHERE episode_index = " + row.index();
            try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
                result.next();
                if (result.getLong(1) != row.length()) {
                    throw InputException.of(file.toString(), "episode " + index, row.length() + " rows", result.getString(1),
                            "the dataset is damaged");
                }
            } catch (SQLException e) {
                throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
            }
        }

        private void copy(Object value, DatasetFeature feature, float[] out, int step) throws SQLException {
            Object[] numbers = value instanceof Array array ? (Object[]) array.getArray() : new Object[] {value};
            if (numbers.length != feature.size()) {
                throw InputException.of(root.toString(), "'" + feature.key() + "', episode " + index + ", step " + step,
                        feature.size() + " values", String.valueOf(numbers.length), "");
            }
            for (int i = 0; i < numbers.length; i++) {
                if (numbers[i] instanceof Boolean flag) {
                    out[step * numbers.length + i] = flag ? 1 : 0;
                    continue;
                }
                if (!(numbers[i] instanceof Number number)) {
                    throw InputException.of(root.toString(), "'" + feature.key() + "', episode " + index + ", step " + step, "numbers",
                            String.valueOf(numbers[i]), "");
                }
                out[step * numbers.length + i] = number.floatValue();
            }
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            DatasetFeature camera = features.get(feature);
            if (described.stored().contains(camera.key())) {
                requireColumns(dataFile(row));
                if (!pictures.containsKey(feature)) {
                    requireRows();
                }
                byte[][] encoded = pictures.computeIfAbsent(feature, f -> StoredPictures.read(connection, dataFile(row), camera.key(),
                        row.index(), row.length()));
                StoredPictures.decode(encoded[step], camera, dataFile(row) + ": episode " + index + ", step " + step, rgb);
                return;
            }
            EpisodeClips of = clips.get(camera.key());
            VideoReader reader = video(camera, of.clip(index));
            reader.read(of.time(index, step, reader.times(), videoFile(camera.key(), of.clip(index)).toString()), rgb);
        }

        @Override
        public void close() {
            columns = null;
            pictures.clear();
        }
    }
}
