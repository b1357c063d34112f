package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what a LeRobotDataset states more than once: lengths with rows, indices with lengths, timestamps with the rate,
 * totals with sums. One use; one thread.
 */
final class LerobotFacts {
    /** LeRobot's tolerance_s. */
    private static final double TOLERANCE_S = 1e-4;
    private static final int MOST = 100;

    /** What the list of episodes says of one. */
    private record Said(int index, int length, long from, long to, List<String> tasks, Path file) {}

    private final Path root;
    private final LerobotVersion version;
    private final JsonNode info;
    private final Connection connection;
    private final Map<Integer, Said> episodes = new LinkedHashMap<>();
    private final List<String> contradictions = new ArrayList<>();

    LerobotFacts(Path root, LerobotVersion version, JsonNode info, Connection connection) {
        this.root = root;
        this.version = version;
        this.info = info;
        this.connection = connection;
    }

    /** Adds what the list of episodes says of one. */
    void episode(int index, int length, long from, long to, List<String> tasks, Path file) {
        if (episodes.put(index, new Said(index, length, from, to, tasks, file)) != null) {
            add(root + "/" + version.episodes() + ": episode " + index + ": expected once, found again");
        }
    }

    /** Adds a contradiction, unless it is empty. */
    void add(String line) {
        if (!line.isEmpty() && contradictions.size() < MOST) {
            contradictions.add(line);
        }
    }

    /** Compares. @throws InputException if a table cannot be read */
    List<String> contradictions() {
        totals();
        long next = 0;
        for (Said said : episodes.values()) {
            String where = root + "/" + version.episodes() + ": episode " + said.index;
            differ(where + ": dataset_to_index - dataset_from_index", said.length + ", its length", said.to - said.from, said.length);
            differ(where + ": dataset_from_index", next + ", where the episode before ends", said.from, next);
            next = said.to;
        }
        Map<Integer, String> tasks = LerobotTasks.read(root, version, connection);
        if (info.has("total_tasks") && !tasks.isEmpty()) {
            differ(root + "/meta/info.json: total_tasks", tasks.size() + ", the rows of " + version.tasks(),
                    info.path("total_tasks").asLong(), tasks.size());
        }
        for (Path file : episodes.values().stream().map(Said::file).distinct().toList()) {
            rows(file);
            if (!tasks.isEmpty()) {
                tasks(file, tasks);
            }
        }
        return List.copyOf(contradictions);
    }

    private void totals() {
        String where = root + "/meta/info.json: ";
        long frames = episodes.values().stream().mapToLong(Said::length).sum();
        if (info.has("total_episodes")) {
            differ(where + "total_episodes", episodes.size() + ", the rows of " + version.episodes(), info.path("total_episodes").asLong(),
                    episodes.size());
        }
        if (info.has("total_frames")) {
            differ(where + "total_frames", frames + ", the sum of the lengths", info.path("total_frames").asLong(), frames);
        }
    }

    private void rows(Path file) {
        String query = "SELECT episode_index, count(*), min(frame_index), max(frame_index), min(\"index\"), max(\"index\"), "
                + "max(coalesce(abs(\"timestamp\" - frame_index / " + info.path("fps").asDouble() + "), 'nan'::DOUBLE)), "
                + "count(DISTINCT frame_index), count(DISTINCT \"index\") FROM read_parquet("
                + ParquetTable.literal(file.toString()) + ") GROUP BY episode_index ORDER BY episode_index";
        Map<Integer, Said> missing = new LinkedHashMap<>(episodes);
        missing.values().removeIf(said -> !said.file.equals(file));
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            while (result.next()) {
                Said said = missing.remove(result.getInt(1));
                String where = file + ": episode " + result.getInt(1);
                String from = version == LerobotVersion.V2 ? ", the steps before" : ", dataset_from_index";
                String to = version == LerobotVersion.V2 ? ", with the steps before, less one" : ", dataset_to_index less one";
                if (said == null) {
                    add(where + ": expected none, by " + version.episodes() + ", found " + result.getLong(2) + " rows");
                    continue;
                }
                differ(where + ": rows", said.length + ", its length in " + version.episodes(), result.getLong(2), said.length);
                differ(where + ": frame_index of the first row", "0", result.getLong(3), 0);
                differ(where + ": frame_index of the last row", said.length - 1 + ", its length less one", result.getLong(4), said.length - 1L);
                differ(where + ": index of the first row", said.from + from, result.getLong(5), said.from);
                differ(where + ": index of the last row", said.to - 1 + to, result.getLong(6), said.to - 1);
                differ(where + ": frame_index", said.length + " different ones", result.getLong(8), said.length);
                differ(where + ": index", said.length + " different ones", result.getLong(9), said.length);
                double off = result.getDouble(7);
                if (!(off <= TOLERANCE_S)) {
                    add(where + ": timestamp: expected frame_index / fps within " + TOLERANCE_S + " s, found " + off + " s off");
                }
            }
        } catch (SQLException e) {
            throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
        }
        missing.values().forEach(said -> add(file + ": episode " + said.index + ": expected " + said.length + " rows, found none"));
    }

    /** Compares the rows' task_index with the tasks that meta/episodes says. */
    private void tasks(Path file, Map<Integer, String> tasks) {
        String query = "SELECT DISTINCT episode_index, task_index FROM read_parquet(" + ParquetTable.literal(file.toString())
                + ") ORDER BY episode_index, task_index";
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            while (result.next()) {
                Said said = episodes.get(result.getInt(1));
                String task = tasks.get(result.getInt(2));
                String where = file + ": episode " + result.getInt(1) + ": task_index: expected ";
                if (task == null) {
                    add(where + "one of " + version.tasks() + ", found " + result.getString(2));
                } else if (said != null && !said.tasks.isEmpty() && !said.tasks.contains(task)) {
                    add(where + "'" + said.tasks.get(0) + "', its task in " + version.episodes() + ", found " + result.getInt(2) + ", '" + task + "'");
                }
            }
        } catch (SQLException e) {
            throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
        }
    }

    private void differ(String where, String expected, long found, long wanted) {
        if (found != wanted) {
            add(where + ": expected " + expected + ", found " + found);
        }
    }
}
