package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The parquet files under data/: an episode's vectors, read at once, and its pictures where they lie in the table. One thread. */
final class DataTables {
    private final Path root;
    private final LerobotColumns described;
    private final Connection connection;
    private final Set<Path> checked = new HashSet<>();

    DataTables(Path root, LerobotColumns described, Connection connection) {
        this.root = root;
        this.described = described;
        this.connection = connection;
    }

    /** @throws InputException if a table has not the columns that meta/info.json describes */
    void requireColumns(Path file) {
        if (!checked.contains(file)) {
            try {
                new TableColumns(connection, file.toString(), "read_parquet(" + ParquetTable.literal(file.toString()) + ")")
                        .require(described);
                checked.add(file);
            } catch (SQLException e) {
                throw unreadable(file, e);
            }
        }
    }

    private static InputException unreadable(Path file, SQLException e) {
        return new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
    }

    /** That the table has as many rows as the episode is long, before memory is taken for them. */
    private void requireRows(Path file, int episode, EpisodeEntry entry) {
        String query = "SELECT count(*) FROM read_parquet(" + ParquetTable.literal(file.toString()) + ") WHERE episode_index = " + entry.index();
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            result.next();
            if (result.getLong(1) != entry.length()) {
                throw InputException.of(file.toString(), "episode " + episode, entry.length() + " rows", result.getString(1),
                        "the dataset is damaged");
            }
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }

    /** An episode's vectors: for each feature {@code [length, size]}, null for pictures. @param episode its place, for messages */
    float[][] vectors(Path file, int episode, EpisodeEntry entry) {
        requireRows(file, episode, entry);
        List<Integer> vectors = new ArrayList<>();
        List<String> names = new ArrayList<>();
        float[][] values = new float[described.features().size()][];
        for (int f = 0; f < values.length; f++) {
            DatasetFeature feature = described.features().get(f);
            if (!feature.visual()) {
                vectors.add(f);
                names.add(ParquetTable.quoted(feature.key()));
                values[f] = new float[Math.multiplyExact(entry.length(), feature.size())];
            }
        }
        if (names.isEmpty()) {
            return values;
        }
        requireColumns(file);
        String query = "SELECT " + String.join(", ", names) + " FROM read_parquet(" + ParquetTable.literal(file.toString())
                + ") WHERE episode_index = " + entry.index() + " ORDER BY frame_index";
        int step = 0;
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            for (; result.next(); step++) {
                for (int v = 0; step < entry.length() && v < vectors.size(); v++) {
                    DatasetFeature feature = described.features().get(vectors.get(v));
                    copy(result.getObject(v + 1), feature, values[vectors.get(v)], "episode " + episode, step);
                }
            }
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
        if (step != entry.length()) {
            throw InputException.of(file.toString(), "episode " + episode, entry.length() + " rows", String.valueOf(step),
                    "the dataset is damaged");
        }
        return values;
    }

    private void copy(Object value, DatasetFeature feature, float[] out, String episode, int step) throws SQLException {
        Object[] numbers = value instanceof Array array ? (Object[]) array.getArray() : new Object[] {value};
        if (numbers.length != feature.size()) {
            throw InputException.of(root.toString(), "'" + feature.key() + "', " + episode + ", step " + step,
                    feature.size() + " values", String.valueOf(numbers.length), "");
        }
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] instanceof Boolean flag) {
                out[step * numbers.length + i] = flag ? 1 : 0;
                continue;
            }
            if (!(numbers[i] instanceof Number number)) {
                throw InputException.of(root.toString(), "'" + feature.key() + "', " + episode + ", step " + step, "numbers",
                        String.valueOf(numbers[i]), "");
            }
            out[step * numbers.length + i] = number.floatValue();
        }
    }

    /** SQL's type of a column of texts. */
    String type(Path file, String column) {
        try {
            TableColumns columns = new TableColumns(connection, file.toString(), "read_parquet(" + ParquetTable.literal(file.toString()) + ")");
            columns.require(column);
            return columns.type(column);
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * An episode's texts: for each of their columns one a step, JSON if it is not a plain text, empty where the table has none.
     *
     * @param episode its place, for messages
     */
    String[][] texts(Path file, int episode, EpisodeEntry entry) {
        requireRows(file, episode, entry);
        String table = "read_parquet(" + ParquetTable.literal(file.toString()) + ")";
        List<String> keys = described.texts();
        String[][] texts = new String[keys.size()][entry.length()];
        try (Statement statement = connection.createStatement()) {
            TableColumns columns = new TableColumns(connection, file.toString(), table);
            columns.require(keys);
            String names = keys.stream().map(key -> (TableColumns.nested(columns.type(key))
                    ? "to_json(" + ParquetTable.quoted(key) + ")" : ParquetTable.quoted(key)) + "::VARCHAR").collect(Collectors.joining(", "));
            try (ResultSet result = statement.executeQuery("SELECT " + names + " FROM " + table + " WHERE episode_index = " + entry.index()
                    + " ORDER BY frame_index")) {
                for (int step = 0; step < entry.length() && result.next(); step++) {
                    for (int column = 0; column < texts.length; column++) {
                        String text = result.getString(column + 1);
                        texts[column][step] = text == null ? "" : text;
                    }
                }
            }
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
        return texts;
    }

    /** An episode's pictures as they lie in the table, encoded, one a step. @param episode its place, for messages */
    byte[][] pictures(Path file, int episode, EpisodeEntry entry, String camera) {
        requireColumns(file);
        requireRows(file, episode, entry);
        return StoredPictures.read(connection, file, camera, entry.index(), entry.length());
    }
}
