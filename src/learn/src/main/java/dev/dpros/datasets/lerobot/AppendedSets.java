package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What was appended to a data set before, in {@code meta/appended.json}: so that a command that is run twice appends once. One thread. */
final class AppendedSets {
    private static final String FILE = "meta/appended.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path root;
    private final String fingerprint;

    /** @param fingerprint of the episodes that are to be appended */
    AppendedSets(Path root, String fingerprint) {
        this.root = root;
        this.fingerprint = fingerprint;
    }

    private static ArrayNode read(Path root) throws IOException {
        Path file = root.resolve(FILE);
        JsonNode known = Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createArrayNode();
        if (known instanceof ArrayNode array) {
            return array;
        }
        throw InputException.of(file.toString(), "file", "a list", known.getNodeType().toString(), "remove it");
    }

    /** @throws InputException if the same were appended before */
    void requireNew() throws IOException {
        for (JsonNode known : read(root)) {
            if (known.asText().equals(fingerprint)) {
                throw InputException.of(root.toString(), "episodes", "some that are not in it yet", "those that were appended already",
                        "nothing is to be done; to have them twice, remove " + FILE);
            }
        }
    }

    /** Adds them to the list of the whole. */
    void write(Path whole) throws IOException {
        PartialDirectory.write(whole.resolve(FILE), JSON.writeValueAsBytes(read(whole).add(fingerprint)));
    }
}
