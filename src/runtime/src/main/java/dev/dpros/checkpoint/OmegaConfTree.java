package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.PickleValues.Instance;
import dev.dpros.checkpoint.PickleValues.Tuple;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An unpickled OmegaConf configuration (or a plain dictionary) as JSON. Interpolations {@code ${a.b}} of the whole value are
 * followed; others stay text. Bounded in depth and size.
 */
final class OmegaConfTree {
    private static final int DEEPEST = 48;
    private static final int MOST_NODES = 100_000;
    private static final int MOST_REFERENCES = 16;
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][\\w.]*)}");

    private final JsonNodeFactory json = JsonNodeFactory.instance;
    private int nodes;

    private OmegaConfTree() {}

    /** @throws PickleFormatException if it is too deep or too large, or holds something that is no configuration */
    static JsonNode toJson(Object config) {
        JsonNode root = new OmegaConfTree().convert(config, 0);
        return resolved(root, root, 0);
    }

    private JsonNode convert(Object value, int depth) {
        if (depth > DEEPEST || ++nodes > MOST_NODES) {
            throw new PickleFormatException("has a configuration that is nested too deeply or too large");
        }
        if (value instanceof Instance instance) {
            boolean container = instance.type.endsWith("Config");
            return convert(instance.attribute(container ? "_content" : "_val"), depth + 1);
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = json.objectNode();
            map.forEach((key, item) -> object.set(String.valueOf(key), convert(item, depth + 1)));
            return object;
        }
        if (value instanceof Tuple tuple) {
            return array(tuple.items(), depth);
        }
        if (value instanceof List<?> list) {
            return array(list, depth);
        }
        return scalar(value);
    }

    private JsonNode array(List<?> items, int depth) {
        var array = json.arrayNode();
        items.forEach(item -> array.add(convert(item, depth + 1)));
        return array;
    }

    private JsonNode scalar(Object value) {
        if (value instanceof Long number) {
            return number == number.intValue() ? json.numberNode(number.intValue()) : json.numberNode(number);
        }
        if (value instanceof Double number) {
            return json.numberNode(number);
        }
        if (value instanceof Boolean flag) {
            return json.booleanNode(flag);
        }
        return value instanceof String text ? json.textNode(text) : json.nullNode();
    }

    private static JsonNode resolved(JsonNode root, JsonNode node, int depth) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> object.replace(name, resolved(root, object.get(name), depth)));
        }
        JsonNode target = node;
        for (int i = 0; i < MOST_REFERENCES && target.isTextual(); i++) {
            Matcher reference = REFERENCE.matcher(target.textValue());
            if (!reference.matches()) {
                break;
            }
            JsonNode next = root.at("/" + reference.group(1).replace('.', '/'));
            if (next.isMissingNode()) {
                break;
            }
            target = next;
        }
        return target;
    }
}
