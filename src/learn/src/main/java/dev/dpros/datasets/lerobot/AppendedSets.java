package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Of which episodes a data set was made, in {@code meta/appended.json}: so that a command that is run twice, or with a recording that has
 * grown meanwhile, has no episode in it twice. One thread.
 */
final class AppendedSets {
    private static final String FILE = "meta/appended.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path root;
    private final List<String> ids;

    /** @param ids identifiers of the episodes that are to be added */
    AppendedSets(Path root, List<String> ids) {
        this.root = root;
        this.ids = ids;
    }

    private static ArrayNode read(Path root) throws IOException {
        Path file = root.resolve(FILE);
        JsonNode known = Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createArrayNode();
        if (known instanceof ArrayNode array) {
            return array;
        }
        throw InputException.of(file.toString(), "file", "a list", known.getNodeType().toString(), "remove it");
    }

    /** @throws InputException if some of them were added before */
    void requireNew() throws IOException {
        Set<String> known = new HashSet<>();
        read(root).forEach(id -> known.add(id.asText()));
        List<String> again = ids.stream().filter(known::contains).toList();
        if (!again.isEmpty()) {
            throw InputException.of(root.toString(), "episodes", "some that are not in it yet", again.size() == ids.size()
                    ? "those that were appended already" : again.size() + " of " + ids.size() + " that are in it already, the first " + again.get(0),
                    (again.size() == ids.size() ? "nothing is to be done" : "append the others alone") + "; to have them twice, remove " + FILE);
        }
    }

    /** Adds them to the list of the whole. */
    void write(Path whole) throws IOException {
        ArrayNode all = read(whole);
        ids.forEach(all::add);
        PartialDirectory.write(whole.resolve(FILE), JSON.writeValueAsBytes(all));
    }
}
