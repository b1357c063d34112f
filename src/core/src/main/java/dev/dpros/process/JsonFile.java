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

    /**
     * Writes any tree, atomically: whoever reads the file sees the whole old one or the whole new one.
     *
     * @throws InputException if the file cannot be written
     */
    public static void write(Path file, Object tree) {
        try {
            Path target = file.toAbsolutePath();
            byte[] content = JSON.writeValueAsBytes(tree);
            Path temporary = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            try {
                Files.write(temporary, content);
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
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

    /** Any tree as {@link #read} gives it back. @throws IllegalArgumentException if it cannot be written */
    public static JsonNode tree(Object tree) {
        try {
            return JSON.readTree(JSON.writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** A part of a tree as a record. @throws IllegalArgumentException if it is something else */
    public static <T> T as(JsonNode node, Class<T> type) {
        return JSON.convertValue(node, type);
    }
}
