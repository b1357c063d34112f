package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Labels from {@code next.success}, which LeRobot's simulated data sets have at each step: an episode is a success if any of its
 * steps says so, as LeRobot's own evaluation counts. A table is read when it is first asked for. One thread.
 */
final class StepLabels {
    /** The column. */
    static final String COLUMN = "next.success";
    private static final List<String> SAID = List.of("next.reward", "next.done", COLUMN);

    private final Connection connection;
    private final Map<Path, Map<Integer, Boolean>> labels = new HashMap<>();

    StepLabels(Connection connection) {
        this.connection = connection;
    }

    /**
     * The label of an episode; null where no step says anything.
     *
     * @param file its table
     * @param episode its index
     * @throws InputException if the table cannot be read
     */
    Boolean of(Path file, int episode) {
        return labels.computeIfAbsent(file, this::read).get(episode);
    }

    /**
     * What an episode's steps say: {@code next.reward}, {@code next.done}, {@code next.success}, those that the table has and that are
     * numbers or truth values.
     *
     * @throws InputException if the table cannot be read, or has another number of steps
     */
    Map<String, float[]> steps(Path file, EpisodeEntry entry) {
        Map<String, float[]> steps = new LinkedHashMap<>();
        String table = "read_parquet(" + ParquetTable.literal(file.toString()) + ")";
        try {
            TableColumns columns = new TableColumns(connection, file.toString(), table);
            for (String name : SAID) {
                String type = columns.type(name);
                if (type != null && type.matches("(BOOLEAN|FLOAT|DOUBLE|U?(TINY|SMALL|BIG)?INT|U?INTEGER)(\\[1?])?")) {
                    String value = ParquetTable.quoted(name) + (type.endsWith("]") ? "[1]" : "");
                    steps.put(name, numbers("SELECT " + value + "::FLOAT FROM " + table + " WHERE episode_index = " + entry.index()
                            + " ORDER BY frame_index", file + ": episode " + entry.index(), entry.length()));
                }
            }
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
        return steps;
    }

    private float[] numbers(String query, String where, int length) throws SQLException {
        float[] numbers = new float[length];
        int step = 0;
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            for (; result.next(); step++) {
                if (step < length) {
                    float number = result.getFloat(1);
                    numbers[step] = result.wasNull() ? Float.NaN : number;
                }
            }
        }
        if (step != length) {
            throw InputException.of(where, "rows", Integer.toString(length), Integer.toString(step), "the dataset is damaged");
        }
        return numbers;
    }

    /** What is wrong with a table's column, or an empty text. @throws InputException if the table cannot be read */
    String fault(Path file) {
        try {
            String type = type(file);
            return type == null || condition(type) != null ? "" : file + ": '" + COLUMN + "': expected BOOLEAN, found " + type
                    + ": it labels no episode";
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }

    private Map<Integer, Boolean> read(Path file) {
        Map<Integer, Boolean> found = new HashMap<>();
        try {
            String type = type(file);
            String success = type == null ? null : condition(type);
            if (success == null) {
                return found;
            }
            String query = "SELECT episode_index, bool_or(" + success + ") FROM read_parquet(" + ParquetTable.literal(file.toString())
                    + ") GROUP BY episode_index";
            try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
                while (result.next()) {
                    found.put(result.getInt(1), (Boolean) result.getObject(2));
                }
            }
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
        return found;
    }

    private String type(Path file) throws SQLException {
        TableColumns columns = new TableColumns(connection, file.toString(), "read_parquet(" + ParquetTable.literal(file.toString()) + ")");
        columns.require("episode_index");
        return columns.type(COLUMN);
    }

    /** The column as a truth value in SQL: LeRobot's arrays of one value are plain, older ones lists. Null for other types. */
    private static String condition(String type) {
        String column = ParquetTable.quoted(COLUMN);
        return type.equals("BOOLEAN") ? column : type.matches("BOOLEAN\\[1?]") ? column + "[1]" : null;
    }

    private static InputException unreadable(Path file, SQLException e) {
        return new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
    }
}
