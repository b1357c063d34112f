package dev.dpros.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.util.Map;

/**
 * Layers of configuration, each overriding the one below key by key: packaged defaults, the YAML file, ROS parameters.
 *
 * @param merged all layers as one tree
 * @param file the file's layer, for lines in messages; may be null
 * @param parameters the ROS parameters' layer, for their names in messages
 * @param parameterLabel what stands before such a name
 */
record ConfigTree(ObjectNode merged, YamlTree file, ObjectNode parameters, String parameterLabel) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Merges the layers; {@code file} may be null. */
    static ConfigTree of(YamlTree defaults, YamlTree file, Map<String, Object> parameters) {
        ObjectNode merged = defaults.root().deepCopy();
        if (file != null) {
            merge(merged, file.root());
        }
        ObjectNode overrides = JSON.valueToTree(parameters);
        merge(merged, overrides);
        return new ConfigTree(merged, file, overrides, "parameter ~");
    }

    /** Refuses keys without a value, such as {@code action:} alone. @throws InputException naming file, line and key */
    ConfigTree withoutEmptyKeys() {
        refuseEmpty("", merged);
        return this;
    }

    private void refuseEmpty(String path, JsonNode node) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String at = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            if (field.getValue().isNull()) {
                throw InputException.of(locate(at), "value", "something after the colon", "nothing",
                        "take the key out for its default");
            }
            refuseEmpty(at, field.getValue());
        }
    }

    /** The same, for overrides that came otherwise. */
    ConfigTree labelled(String label) {
        return new ConfigTree(merged, file, parameters, label);
    }

    private static void merge(ObjectNode base, ObjectNode over) {
        for (Map.Entry<String, JsonNode> field : over.properties()) {
            JsonNode below = base.get(field.getKey());
            if (below instanceof ObjectNode lower && field.getValue() instanceof ObjectNode upper) {
                merge(lower, upper);
            } else {
                base.set(field.getKey(), field.getValue().deepCopy());
            }
        }
    }

    /** Where a dotted key was set: {@code file:line: key}, {@code parameter ~a/b}, or the key alone for a default. */
    String locate(String dottedPath) {
        if (at(parameters, dottedPath) != null) {
            return parameterLabel + dottedPath.replace('.', '/');
        }
        if (file == null) {
            return dottedPath;
        }
        String where = file.locate(dottedPath);
        return dottedPath.isEmpty() ? where : where + ": " + dottedPath;
    }

    /** The merged value at a dotted key, or null. */
    JsonNode value(String dottedPath) {
        return at(merged, dottedPath);
    }

    private static JsonNode at(JsonNode root, String dottedPath) {
        JsonNode node = root;
        for (String part : dottedPath.split("\\.")) {
            if (node == null) {
                return null;
            }
            node = node.isArray() && part.matches("\\d+") ? node.get(Integer.parseInt(part)) : node.get(part);
        }
        return node;
    }
}
