package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What of a LeRobotDataset's description is not so, though the rest can be read: names that are not one for each value, columns
 * of another type, tasks and labels that cannot be read. One use; one thread.
 */
final class LerobotFaults {
    private final Path root;
    private final LerobotVersion version;
    private final JsonNode described;
    private final Connection connection;
    private final List<String> faults = new ArrayList<>();

    /** @param described the object {@code features} of meta/info.json */
    LerobotFaults(Path root, LerobotVersion version, JsonNode described, Connection connection) {
        this.root = root;
        this.version = version;
        this.described = described;
        this.connection = connection;
    }

    /** Looks. @param labelType DuckDB type of the episodes' column {@code success}, or null if there is none */
    List<String> of(List<DatasetFeature> features, List<Path> tables, String labelType) {
        if (!Files.exists(LerobotTasks.file(root, version))) {
            faults.add(LerobotTasks.file(root, version) + ": expected the table of tasks, found none");
        }
        if (labelType != null && !labelType.equals("BOOLEAN")) {
            faults.add(root + "/meta/episodes: success: expected BOOLEAN, found " + labelType + ": no episode counts as labelled");
        }
        List<DatasetFeature> vectors = features.stream().filter(feature -> !feature.visual()).toList();
        vectors.forEach(this::names);
        StepLabels labels = new StepLabels(connection);
        for (Path table : tables) {
            if (Files.exists(table)) { // else it is said where it is read
                types(table, vectors);
                String fault = labels.fault(table);
                if (!fault.isEmpty()) {
                    faults.add(fault);
                }
            }
        }
        return List.copyOf(faults);
    }

    private void names(DatasetFeature feature) {
        int names = LerobotColumns.names(described.path(feature.key())).size();
        if (names > 0 && names != feature.size()) {
            faults.add(root + "/meta/info.json: '" + feature.key() + "': names: expected " + feature.size() + ", its shape, found " + names);
        }
    }

    private void types(Path table, List<DatasetFeature> vectors) {
        Map<String, String> found = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM read_parquet(" + ParquetTable.literal(table.toString()) + ")")) {
            while (columns.next()) {
                found.put(columns.getString(1), columns.getString(2));
            }
        } catch (SQLException e) {
            throw new InputException(table + ": cannot be read: " + ParquetTable.reason(e), e);
        }
        for (DatasetFeature vector : vectors) {
            String said = described.path(vector.key()).path("dtype").asText();
            String type = found.get(vector.key());
            if (type != null && !kind(said).equals(kind(type))) {
                faults.add(table + ": '" + vector.key() + "': dtype: expected " + said + ", by meta/info.json, found " + type);
            }
        }
    }

    /** What sort of value a dtype or a DuckDB type is. */
    private static String kind(String type) {
        String name = type.toLowerCase(Locale.ROOT).replaceAll("[\\[(].*", "");
        return name.startsWith("bool") ? "bool" : name.contains("int") ? "int"
                : name.startsWith("float") || name.equals("double") || name.equals("decimal") ? "float" : name;
    }
}
