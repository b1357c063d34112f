package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** The table of tasks: {@code task_index} and, as pandas writes an index, a column of texts of any name; before v3.0, lines. Stateless. */
final class LerobotTasks {
    private LerobotTasks() {}

    static Path file(Path root, LerobotVersion version) {
        return root.resolve(version.tasks());
    }

    /** Text by index; empty if there is no such file. @throws InputException if it cannot be read */
    static Map<Integer, String> read(Path root, LerobotVersion version, Connection connection) {
        Path file = file(root, version);
        if (version == LerobotVersion.V2) {
            return LerobotLines.tasks(file);
        }
        Map<Integer, String> tasks = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return tasks;
        }
        String table = "read_parquet(" + ParquetTable.literal(file.toString()) + ")";
        try (Statement statement = connection.createStatement()) {
            String text = null;
            try (ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
                while (columns.next()) {
                    text = columns.getString(2).equals("VARCHAR") ? columns.getString(1) : text;
                }
            }
            if (text == null) {
                throw InputException.of(file.toString(), "columns", "task_index and a text", "no text", "the dataset is damaged");
            }
            try (ResultSet rows = statement.executeQuery("SELECT task_index, " + ParquetTable.quoted(text) + " FROM " + table)) {
                while (rows.next()) {
                    tasks.put(rows.getInt(1), String.valueOf(rows.getString(2)));
                }
            }
        } catch (SQLException e) {
            throw new InputException(file + ": cannot be read: " + ParquetTable.reason(e), e);
        }
        return tasks;
    }
}
