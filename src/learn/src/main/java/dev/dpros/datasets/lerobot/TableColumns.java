package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The columns that parquet files really have, held against what meta/info.json says of them. Immutable. */
final class TableColumns {
    private static final List<String> INDICES = List.of("episode_index", "frame_index", "index", "timestamp");
    private static final Pattern NUMBERS =
            Pattern.compile("(FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)(\\[\\d*])?");
    private static final Pattern PICTURES = Pattern.compile("STRUCT\\(.*\\bbytes\"? BLOB\\b.*\\)");

    private final String where;
    private final Map<String, String> types = new LinkedHashMap<>();

    /**
     * Reads names and types.
     *
     * @param where the file or files, for messages
     * @param table as DuckDB's FROM takes it
     */
    TableColumns(Connection connection, String where, String table) throws SQLException {
        this.where = where;
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
            while (columns.next()) {
                types.put(columns.getString(1), columns.getString(2));
            }
        }
    }

    /** The file or files. */
    String where() {
        return where;
    }

    /** Whether there is such a column. */
    boolean has(String column) {
        return types.containsKey(column);
    }

    /** Names and types, in order. */
    Map<String, String> types() {
        return Collections.unmodifiableMap(types);
    }

    /** DuckDB's type of a column, or null if there is none. */
    String type(String column) {
        return types.get(column);
    }

    /** Whether a value of a DuckDB type is made of several: a list, rows of fields. */
    static boolean nested(String type) {
        return type.endsWith("]") || type.startsWith("STRUCT(") || type.startsWith("MAP(");
    }

    /** @throws InputException if it is not there, in one line */
    void require(String column) {
        require(List.of(column));
    }

    /** @throws InputException if one is not there, in one line */
    void require(List<String> columns) {
        for (String column : columns) {
            if (!types.containsKey(column)) {
                throw InputException.of(where, "columns", "'" + column + "'", "no column of this name", "the dataset is damaged");
            }
        }
    }

    /** @throws InputException if a column of the table is missing or of another type than described, in one line */
    void require(LerobotColumns described) {
        require(INDICES);
        for (DatasetFeature feature : described.features()) {
            boolean stored = described.stored().contains(feature.key());
            if (feature.visual() && !stored) {
                continue;
            }
            String type = types.get(feature.key());
            if (type == null || !(stored ? PICTURES : NUMBERS).matcher(type).matches()) {
                throw InputException.of(where, "column '" + feature.key() + "'",
                        stored ? "pictures (bytes, path), as meta/info.json says with dtype image" : "numbers, as meta/info.json says",
                        type == null ? "no such column" : type, "correct the feature in meta/info.json or take it out");
            }
        }
    }
}
