package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.dpros.core.InputException;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.DuplicateKeyException;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML as the Python world writes it: anchors, aliases and merge keys are followed, {@code 1e-4} is a number as OmegaConf
 * has it, tags construct nothing but plain values. Bounded in depth and in what aliases may multiply. Stateless.
 */
public final class SafeYaml {
    private static final int DEEPEST = 48;
    private static final int MOST_NODES = 100_000;
    /** OmegaConf's floats (get_yaml_loader): YAML 1.1 wants a point before an exponent. */
    private static final Pattern EXPONENT = Pattern.compile("[-+]?\\d[\\d_]*[eE][-+]?\\d+");

    private final JsonNodeFactory json = JsonNodeFactory.instance;
    private final String source;
    private int nodes;

    private SafeYaml(String source) {
        this.source = source;
    }

    /**
     * Reads a document.
     *
     * @param source file name for messages
     * @throws InputException in one line with the place, if it is not YAML or not bounded
     */
    public static JsonNode read(String source, String text) {
        try {
            return new SafeYaml(source).convert(yaml().load(text), 0);
        } catch (DuplicateKeyException e) {
            throw twice(source, text, e);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw new InputException(source + ":" + line + ": not valid YAML: " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new InputException(source + ": not valid YAML: " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    /** The exception knows the later line alone. */
    private static InputException twice(String source, String text, DuplicateKeyException e) {
        int line = e.getProblemMark().getLine();
        Node root = yaml().compose(new StringReader(text));
        int first = first(root, line);
        return new InputException(source + ":" + (line + 1) + ": " + e.getProblem() + ", first in line " + (first + 1), e);
    }

    /** Line of the earlier key beside the one in this line, both counted from 0; -1 if it is not below this node. */
    private static int first(Node node, int line) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple later : mapping.getValue()) {
                Node key = later.getKeyNode();
                for (NodeTuple earlier : key.getStartMark().getLine() == line ? mapping.getValue() : List.<NodeTuple>of()) {
                    Node other = earlier.getKeyNode();
                    if (other != key && other instanceof ScalarNode a && key instanceof ScalarNode b && a.getValue().equals(b.getValue())) {
                        return other.getStartMark().getLine();
                    }
                }
            }
            return mapping.getValue().stream().mapToInt(tuple -> first(tuple.getValueNode(), line)).filter(found -> found >= 0).findFirst().orElse(-1);
        }
        return node instanceof SequenceNode sequence
                ? sequence.getValue().stream().mapToInt(item -> first(item, line)).filter(found -> found >= 0).findFirst().orElse(-1) : -1;
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEEPEST);
        options.setMaxAliasesForCollections(1_000);
        options.setAllowDuplicateKeys(false);
        DumperOptions unused = new DumperOptions();
        Resolver resolver = new Resolver();
        resolver.addImplicitResolver(Tag.FLOAT, EXPONENT, "-+0123456789");
        return new Yaml(new SafeConstructor(options), new Representer(unused), unused, options, resolver);
    }

    /** Aliases are copies here: the bounds hold for what comes of them. */
    private JsonNode convert(Object value, int depth) {
        if (depth > DEEPEST || ++nodes > MOST_NODES) {
            throw InputException.of(source, "content", "at most " + DEEPEST + " levels and " + MOST_NODES + " values, aliases counted",
                    "more", "");
        }
        if (value instanceof Map<?, ?> map) {
            var object = json.objectNode();
            map.forEach((key, item) -> object.set(String.valueOf(key), convert(item, depth + 1)));
            return object;
        }
        if (value instanceof Iterable<?> items) {
            var array = json.arrayNode();
            items.forEach(item -> array.add(convert(item, depth + 1)));
            return array;
        }
        return scalar(value);
    }

    private JsonNode scalar(Object value) {
        if (value == null) {
            return json.nullNode();
        }
        if (value instanceof Boolean flag) {
            return json.booleanNode(flag);
        }
        if (value instanceof Integer number) {
            return json.numberNode(number);
        }
        if (value instanceof Long number) {
            return json.numberNode(number);
        }
        if (value instanceof BigInteger number) {
            return json.numberNode(number);
        }
        return value instanceof Double number ? json.numberNode(number) : json.textNode(value.toString());
    }
}
