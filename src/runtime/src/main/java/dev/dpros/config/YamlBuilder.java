package dev.dpros.config;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * Builds the tree of one YAML document: aliases are copies of what their anchor names, merge keys ({@code <<}) give what a
 * mapping does not have itself, a key given twice is refused. Bounded in depth and in what aliases may multiply. One use.
 */
final class YamlBuilder {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int DEEPEST = 48;
    private static final int MOST_VALUES = 100_000;
    private static final String MERGE = "<<";

    private final String source;
    private final Map<String, JsonNode> anchors = new HashMap<>();
    private final Map<String, Integer> lines;
    private Map<Integer, String> scalarAnchors;
    private YAMLParser parser;
    private int scalars;
    private int values;

    /**
     * A builder.
     *
     * @param source file name for messages
     * @param lines gets the line of each dotted key path
     */
    YamlBuilder(String source, Map<String, Integer> lines) {
        this.source = source;
        this.lines = lines;
    }

    /** The document, or null if there is nothing in it. @throws InputException in one line with the place */
    JsonNode build(String text) throws IOException {
        scalarAnchors = scalarAnchors(text);
        try (YAMLParser opened = (YAMLParser) YAML.createParser(text)) {
            parser = opened;
            if (parser.nextToken() == null) {
                return null;
            }
            JsonNode root = value("", 0);
            for (JsonToken more = parser.nextToken(); more != null; more = parser.nextToken()) {
                if (more != JsonToken.VALUE_NULL && !(more == JsonToken.VALUE_STRING && parser.getText().isEmpty())) {
                    throw wrong("one document", "a second one");
                }
            }
            return root;
        }
    }

    /** Anchors of scalars, which the parser keeps to itself, by the scalar's number in the document. */
    private static Map<Integer, String> scalarAnchors(String text) {
        Map<Integer, String> found = new HashMap<>();
        try {
            int number = 0;
            for (Event event : new Yaml().parse(new StringReader(text))) {
                if (event instanceof ScalarEvent scalar) {
                    if (scalar.getAnchor() != null) {
                        found.put(number, scalar.getAnchor());
                    }
                    number++;
                }
            }
        } catch (YAMLException e) {
            return found; // the parser says where it is no YAML
        }
        return found;
    }

    /** The value that begins at the present token. */
    private JsonNode value(String path, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw wrong("at most " + DEEPEST + " levels", "more");
        }
        if (parser.isCurrentAlias()) {
            return alias(parser.getText());
        }
        count(1);
        String anchor = parser.currentToken().isScalarValue() ? scalarAnchors.get(scalars++) : parser.getObjectId();
        JsonNode node = switch (parser.currentToken()) {
            case START_OBJECT -> mapping(path, depth);
            case START_ARRAY -> sequence(path, depth);
            default -> parser.readValueAsTree();
        };
        if (anchor != null) {
            anchors.put(anchor, node);
        }
        return node;
    }

    private JsonNode alias(String name) {
        JsonNode node = anchors.get(name);
        if (node == null) {
            throw wrong("an anchor &" + name + " before its alias, and not around it", "none");
        }
        count(size(node));
        return node.deepCopy();
    }

    /** How many values a node has, itself included; aliases in it are copies by now. */
    private static int size(JsonNode node) {
        int size = 1;
        for (JsonNode child : node) {
            size += size(child);
        }
        return size;
    }

    private void count(int more) {
        values += more;
        if (values > MOST_VALUES) {
            throw wrong("at most " + MOST_VALUES + " values, aliases counted", "more");
        }
    }

    private ArrayNode sequence(String path, int depth) throws IOException {
        ArrayNode array = JSON.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String element = path + "." + array.size();
            lines.putIfAbsent(element, line());
            array.add(value(element, depth + 1));
        }
        return array;
    }

    private ObjectNode mapping(String path, int depth) throws IOException {
        ObjectNode object = JSON.objectNode();
        Map<String, Integer> own = new HashMap<>();
        JsonNode merged = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int line = line();
            scalars++;
            Integer first = own.putIfAbsent(key, line);
            if (first != null) {
                throw wrong("'" + key + "' once in a mapping", "it in line " + first + " and in line " + line);
            }
            String inner = path.isEmpty() ? key : path + "." + key;
            lines.putIfAbsent(inner, line);
            parser.nextToken();
            JsonNode value = value(inner, depth + 1);
            if (key.equals(MERGE)) {
                merged = value;
            } else {
                object.set(key, value);
            }
        }
        merge(object, merged, own.getOrDefault(MERGE, 0));
        return object;
    }

    /** What a mapping has itself stays, and of several that are merged the first wins. */
    private void merge(ObjectNode object, JsonNode merged, int line) {
        if (merged instanceof ObjectNode other) {
            for (Map.Entry<String, JsonNode> field : other.properties()) {
                if (!object.has(field.getKey())) {
                    object.set(field.getKey(), field.getValue());
                }
            }
        } else if (merged instanceof ArrayNode several) {
            several.forEach(each -> merge(object, each, line));
        } else if (merged != null) {
            throw wrong(line, "a mapping, or a list of mappings, at " + MERGE, "'" + merged.asText() + "'");
        }
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private InputException wrong(String expected, String found) {
        return wrong(line(), expected, found);
    }

    private InputException wrong(int line, String expected, String found) {
        return new InputException(source + ":" + line + ": expected " + expected + ", found " + found);
    }
}
