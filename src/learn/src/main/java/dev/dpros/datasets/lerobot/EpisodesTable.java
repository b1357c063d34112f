package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the list of episodes says: where each episode's rows and pictures lie, its length, tasks and label. Immutable once read. */
final class EpisodesTable {
    private static final int MAX_EPISODES = 10_000_000;
    private static final List<String> COLUMNS = List.of("episode_index", "length", "dataset_from_index", "dataset_to_index",
            "data/chunk_index", "data/file_index", "tasks");
    private static final List<String> CLIP_COLUMNS = List.of("chunk_index", "file_index", "from_timestamp");

    private final Path root;
    private final double fps;
    private final List<EpisodeEntry> entries = new ArrayList<>();
    private final Map<String, EpisodeClips> clips = new HashMap<>();
    private final String labelType;
    private final List<String> columns;

    /**
     * Reads the table.
     *
     * @param cameras those whose pictures are videos
     * @throws InputException if it is damaged
     */
    EpisodesTable(Path root, double fps, List<DatasetFeature> cameras, Connection connection) throws IOException, SQLException {
        this.root = root;
        this.fps = fps;
        String table = "read_parquet([" + String.join(", ", files()) + "], union_by_name = true)"; // labels may have come later
        TableColumns columns = new TableColumns(connection, root + "/meta/episodes", table);
        columns.require(COLUMNS);
        cameras.forEach(camera -> CLIP_COLUMNS.forEach(column -> requireClip(columns, camera.key(), column)));
        labelType = columns.type("success");
        this.columns = List.copyOf(columns.types().keySet());
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query(cameras, table))) {
            read(result, cameras);
        }
    }

    private String query(List<DatasetFeature> cameras, String table) {
        StringBuilder query = new StringBuilder("SELECT episode_index, length, dataset_from_index, dataset_to_index, "
                + "\"data/chunk_index\", \"data/file_index\", tasks");
        for (DatasetFeature camera : cameras) {
            for (String column : CLIP_COLUMNS) {
                query.append(", ").append(ParquetTable.quoted("videos/" + camera.key() + "/" + column));
            }
        }
        query.append("BOOLEAN".equals(labelType) ? ", success" : ", NULL::BOOLEAN");
        return query.append(" FROM ").append(table).append(" ORDER BY episode_index").toString();
    }

    private void read(ResultSet result, List<DatasetFeature> cameras) throws SQLException {
        Map<String, List<EpisodeClips.Clip>> found = new HashMap<>();
        cameras.forEach(camera -> found.put(camera.key(), new ArrayList<>()));
        while (result.next()) {
            int length = result.getInt(2);
            if (length < 1 || entries.size() >= MAX_EPISODES) {
                throw InputException.of(root + "/meta/episodes", "episode " + entries.size() + ", length", "1 or more",
                        String.valueOf(length), "the dataset is damaged");
            }
            for (int c = 0; c < cameras.size(); c++) {
                found.get(cameras.get(c).key()).add(new EpisodeClips.Clip(result.getInt(8 + 3 * c), result.getInt(9 + 3 * c),
                        result.getDouble(10 + 3 * c)));
            }
            entries.add(new EpisodeEntry(result.getInt(1), length, result.getLong(3), result.getLong(4), result.getInt(5),
                    result.getInt(6), texts(result.getObject(7)), (Boolean) result.getObject(8 + 3 * cameras.size())));
        }
        int[] lengths = entries.stream().mapToInt(EpisodeEntry::length).toArray();
        found.forEach((key, list) -> clips.put(key, new EpisodeClips(key, fps, list, lengths)));
    }

    /**
     * What the lines of v2.0 and v2.1 say: a file for each episode.
     *
     * @param cameras those whose pictures are videos
     */
    EpisodesTable(Path root, JsonNode info, List<DatasetFeature> cameras) {
        this.root = root;
        fps = info.path("fps").asDouble();
        labelType = null;
        columns = List.of();
        entries.addAll(LerobotLines.episodes(root, info));
        int[] lengths = entries.stream().mapToInt(EpisodeEntry::length).toArray();
        List<EpisodeClips.Clip> own = entries.stream().map(entry -> new EpisodeClips.Clip(entry.chunk(), entry.file(), 0)).toList();
        cameras.forEach(camera -> clips.put(camera.key(), new EpisodeClips(camera.key(), fps, own, lengths)));
    }

    /** Not left to DuckDB, which takes a folder that it cannot open for an empty one. */
    private List<String> files() throws IOException {
        Path folder = root.resolve("meta/episodes");
        try (Stream<Path> files = Files.find(folder, 2, (file, is) -> file.toString().endsWith(".parquet"), FileVisitOption.FOLLOW_LINKS)) {
            List<String> found = files.sorted().map(file -> ParquetTable.literal(file.toString())).toList();
            if (found.isEmpty()) {
                throw InputException.of(folder.toString(), "episodes", "chunk-000/file-000.parquet and so on", "none", "the dataset is damaged");
            }
            return found;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void requireClip(TableColumns columns, String camera, String column) {
        String name = "videos/" + camera + "/" + column;
        if (!columns.has(name)) {
            throw InputException.of(columns.where(), "columns", "'" + name + "', as meta/info.json says that '" + camera + "' is a video",
                    "no column of this name", "pictures in the table have dtype image");
        }
    }

    private static List<String> texts(Object list) throws SQLException {
        List<String> texts = new ArrayList<>();
        for (Object text : list instanceof Array array ? (Object[]) array.getArray() : new Object[0]) {
            texts.add(String.valueOf(text));
        }
        return List.copyOf(texts);
    }

    /** The episodes, in order. */
    List<EpisodeEntry> entries() {
        return entries;
    }

    /** The clips of a camera whose pictures are videos; null for any other column. */
    EpisodeClips clips(String camera) {
        return clips.get(camera);
    }

    /** Names of its columns, in order; none before v3.0. */
    List<String> columns() {
        return columns;
    }

    /** Type of the column {@code success}, which this program writes as BOOLEAN; null if there is none. */
    String labelType() {
        return labelType;
    }
}
