package dev.dpros.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The files that {@code --json} writes: maps, lists and records, names in snake_case. */
public final class JsonFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    private JsonFile() {}

    /** Writes any tree, atomically. @throws InputException if the file cannot be written */
    public static void write(Path file, Object tree) {
        try {
            Path target = file.toAbsolutePath();
            Path temporary = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
            JSON.writeValue(temporary.toFile(), tree);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Reads what {@link #write} wrote. @throws InputException if it cannot be read */
    public static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    /** A part of a tree as a record. @throws IllegalArgumentException if it is something else */
    public static <T> T as(JsonNode node, Class<T> type) {
        return JSON.convertValue(node, type);
    }
}
