package dev.dpros.shard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.process.JsonFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a finished part says of itself, in a file of its own that appears whole, last of all: a part without it is not there.
 * Immutable.
 *
 * @param file where it is
 * @param shard which part
 * @param kind of work
 * @param work all that the parts of one work have in common: configuration, policy, seeds
 * @param result what came of it
 */
public record ShardPart(Path file, Shard shard, String kind, JsonNode work, JsonNode result) {
    /** Reads one. @throws InputException if it is none */
    static ShardPart read(Path file) {
        JsonNode tree = JsonFile.read(file);
        JsonNode shard = tree.path("shard");
        JsonNode kind = tree.path("kind");
        if (!shard.isTextual() || !kind.isTextual() || !tree.path("work").isObject() || !tree.path("result").isObject()) {
            throw InputException.of(file.toString(), "part", "what a command with --shard wrote (shard, kind, work, result)", "something else",
                    "");
        }
        return new ShardPart(file, Shard.of(file.toString(), shard.textValue()), kind.textValue(), tree.get("work"), tree.get("result"));
    }

    /** Writes the file, atomically. @throws InputException if it cannot be written */
    void write() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("shard", shard.toString());
        tree.put("kind", kind);
        tree.put("work", work);
        tree.put("result", result);
        JsonFile.write(file, tree);
    }

    /** The data beside the file, of parts that have any. */
    public Path data() {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name + ".data");
    }

    /** What in this part's work is not as in another's: {@code FIELD: expected E as in FILE, found F}; empty if all is. */
    String difference(ShardPart other) {
        if (!kind.equals(other.kind)) {
            return "kind: expected '" + other.kind + "' as in " + other.file + ", found '" + kind + "'";
        }
        if (shard.count() != other.shard.count()) {
            return "parts: expected " + other.shard.count() + " as in " + other.file + ", found " + shard.count();
        }
        return difference("", work, other.work, other.file);
    }

    private static String difference(String at, JsonNode found, JsonNode expected, Path other) {
        if (found.equals(expected)) {
            return "";
        }
        if (found.isObject() && expected.isObject()) {
            for (String name : names(found, expected)) {
                String inner = difference(at.isEmpty() ? name : at + "." + name, found.path(name), expected.path(name), other);
                if (!inner.isEmpty()) {
                    return inner;
                }
            }
        }
        return at + ": expected " + shown(expected) + " as in " + other + ", found " + shown(found);
    }

    private static Set<String> names(JsonNode one, JsonNode other) {
        Set<String> names = new LinkedHashSet<>();
        other.fieldNames().forEachRemaining(names::add);
        one.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }
}
