package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * One parquet file in the making: rows gathered in an in-memory DuckDB table then copied out with
 * snappy and list columns. One thread.
 */
final class ParquetTable implements AutoCloseable {
    private final DuckDBConnection connection;
    private final List<String> select = new ArrayList<>();
    private final DuckDBAppender appender;

    /**
     * A column.
     *
     * @param name its name in the file
     * @param type DuckDB type of one value: FLOAT, BIGINT; of a nested one, JSON is appended, or an empty text for none
     * @param width values of a list column; 0 for a plain one
     */
    record Column(String name, String type, int width) {
        private String stored() {
            return TableColumns.nested(type) ? "VARCHAR" : width == 0 ? type : type + "[" + width + "]";
        }

        private String written() {
            return width == 0 ? type : type + "[]";
        }

        /** Name and type in the file, as DuckDB describes them. */
        String described() {
            return name + " " + written();
        }
    }

    /** Opens a table. */
    ParquetTable(List<Column> columns) {
        try {
            connection = connect("parquet");
            List<String> stored = new ArrayList<>();
            for (Column column : columns) {
                String name = "c" + stored.size();
                stored.add(name + " " + column.stored());
                String value = TableColumns.nested(column.type()) ? "nullif(" + name + ", '')::JSON" : name;
                select.add(value + "::" + column.written() + " AS " + quoted(column.name()));
            }
            execute("SET threads = 1");
            execute("CREATE TABLE t (" + String.join(", ", stored) + ")");
            appender = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "t");
        } catch (SQLException e) {
            throw new InputException("parquet: the table cannot be made: " + e.getMessage(), e);
        }
    }

    /** A database in memory for these files: DuckDB ends the process where it may open none. */
    static DuckDBConnection connect(Object what) throws SQLException {
        OpenFiles.requireSome(what.toString());
        return (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
    }

    /** The next row's values are appended to this, in order, between beginRow and endRow. */
    DuckDBAppender rows() {
        return appender;
    }

    /** Writes the file. @throws InputException if it cannot be written */
    void write(Path file) {
        try {
            appender.close();
            execute("COPY (SELECT " + String.join(", ", select) + " FROM t) TO '" + file.toString().replace("'", "''")
                    + "' (FORMAT parquet, CODEC snappy)");
        } catch (SQLException e) {
            throw unwritten(file, e);
        }
    }

    /** Writes the result of a query without a table. */
    static void write(String query, String options, Path file) {
        try (DuckDBConnection connection = connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file.toString().replace("'", "''")
                    + "' (FORMAT parquet, CODEC snappy" + options + ")");
        } catch (SQLException e) {
            throw unwritten(file, e);
        }
    }

    /** Rows told in SQL, some at a time, as one file: all at once would take time that grows much faster than their number. One thread. */
    static final class Rows implements AutoCloseable {
        private final Path file;
        private final DuckDBConnection connection;

        /** @param query of any rows, with the names and types of the columns */
        Rows(Path file, String query) {
            this.file = file;
            try {
                connection = connect(file);
            } catch (SQLException e) {
                throw unwritten(file, e);
            }
            execute("CREATE TABLE t AS " + query + " LIMIT 0");
        }

        /** Adds rows, each its values with commas between them. @throws InputException if they cannot be made */
        void add(List<String> rows) {
            execute("INSERT INTO t VALUES (" + String.join("), (", rows) + ")");
        }

        /** Writes the file. @throws InputException if it cannot be written */
        void write() {
            execute("COPY t TO " + literal(file.toString()) + " (FORMAT parquet, CODEC snappy)");
        }

        private void execute(String sql) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw unwritten(file, e);
            }
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                throw unwritten(file, e);
            }
        }
    }

    private static InputException unwritten(Path file, SQLException e) {
        return new InputException(file + ": cannot be written: " + e.getMessage(), e);
    }

    /** What went wrong, in one line. DuckDB says of some faults first that a query was closed, and then in a line {@code Error:} why. */
    static String reason(Exception thrown) {
        List<String> lines = String.valueOf(thrown.getMessage()).lines().map(String::strip).toList();
        return lines.stream().filter(line -> line.startsWith("Error: ")).map(line -> line.substring(7)).findFirst()
                .orElse(lines.isEmpty() ? "" : lines.get(0));
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new InputException("parquet: " + e.getMessage(), e);
        }
    }
}
