package dev.dpros.ros2.names;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Parameter files of ROS 2: {@code NODE: ros__parameters: NAME: VALUE}, nodes nested by namespace, with {@code /*} and
 * {@code /**} as wildcards; and the values of {@code -p}. Bounded in depth and number. Not thread-safe, for one source.
 */
final class ParameterYaml {
    private static final String PARAMETERS = "ros__parameters";
    private static final Resolver RESOLVER = new Resolver();
    private static final int DEEPEST = 48;
    private static final int MOST = 100_000;

    private final String source;
    private final List<ParameterOverride> found = new ArrayList<>();
    private int nodes;

    private ParameterYaml(String source) {
        this.source = source;
    }

    /** All parameters of a file, in its order. @throws InputException in one line with the place, if it cannot be read */
    static List<ParameterOverride> file(Path file) {
        try {
            return text(file.toString(), Files.readString(file));
        } catch (MalformedInputException e) {
            throw InputException.of(file.toString(), "content", "UTF-8 text", "other bytes", "");
        } catch (IOException e) {
            throw new InputException("--params-file " + file + ": cannot be read: " + (Files.exists(file) ? e.getMessage()
                    : "no such file"), e);
        }
    }

    /** As {@link #file}, of a text. */
    static List<ParameterOverride> text(String source, String text) {
        ParameterYaml yaml = new ParameterYaml(source);
        Node root = yaml.compose(text);
        if (root != null) {
            yaml.nodes("", yaml.mapping(root, "nodes with " + PARAMETERS), 0);
        }
        return List.copyOf(yaml.found);
    }

    /** The value of a {@code -p} argument: a scalar or a list of scalars. */
    static Object value(String source, String text) {
        ParameterYaml yaml = new ParameterYaml(source);
        Node node = yaml.compose(text);
        return node == null ? "" : yaml.leaf(node);
    }

    private Node compose(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEEPEST);
        options.setMaxAliasesForCollections(50);
        try {
            return new Yaml(options).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw new InputException(source + ":" + line + ": not valid YAML: " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new InputException(source + ": not valid YAML: " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    private void nodes(String node, MappingNode map, int depth) {
        for (NodeTuple entry : map.getValue()) {
            String key = key(entry.getKeyNode());
            count(depth);
            if (key.equals(PARAMETERS)) {
                if (node.isEmpty()) {
                    throw at(entry.getKeyNode(), PARAMETERS, "a node's name above it, such as /**", "none");
                }
                parameters(node, "", mapping(entry.getValueNode(), "parameters"), depth + 1);
            } else {
                nodes(joined(node, key), mapping(entry.getValueNode(), "a map that holds " + PARAMETERS), depth + 1);
            }
        }
    }

    private static String joined(String node, String key) {
        return node.isEmpty() ? key : node.replaceAll("/+$", "") + "/" + key.replaceAll("^/+", "");
    }

    private void parameters(String node, String prefix, MappingNode map, int depth) {
        for (NodeTuple entry : map.getValue()) {
            count(depth);
            String name = prefix + key(entry.getKeyNode());
            if (entry.getValueNode() instanceof MappingNode inner) {
                parameters(node, name + ".", inner, depth + 1);
            } else {
                found.add(new ParameterOverride(node, name, leaf(entry.getValueNode())));
            }
        }
    }

    private Object leaf(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar);
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw at(node, "value", "a value or a list of values", "a map");
        }
        List<Object> values = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            count(0);
            if (!(item instanceof ScalarNode scalar)) {
                throw at(item, "list", "plain values", item instanceof SequenceNode ? "a list in it" : "a map in it");
            }
            values.add(scalar(scalar));
            if (values.get(0).getClass() != values.get(values.size() - 1).getClass()) {
                throw at(item, "list", "values of one type", typeName(values.get(0)) + " and " + typeName(values.get(values.size() - 1)));
            }
        }
        return List.copyOf(values);
    }

    private static String typeName(Object value) {
        return value instanceof Long ? "a whole number" : value instanceof Double ? "a number with a point"
                : value instanceof Boolean ? "true or false" : "text";
    }

    private static Object scalar(ScalarNode scalar) {
        boolean plain = scalar.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN;
        boolean tagged = scalar.getTag().equals(Tag.STR) && !Tag.STR.equals(RESOLVER.resolve(NodeId.scalar, scalar.getValue(), true));
        return plain && !tagged ? ParameterScalar.read(scalar.getValue()) : scalar.getValue();
    }

    private MappingNode mapping(Node node, String expected) {
        if (node instanceof MappingNode map) {
            return map;
        }
        throw at(node, "content", expected, node instanceof SequenceNode ? "a list" : "'" + ((ScalarNode) node).getValue() + "'");
    }

    private String key(Node node) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
            return scalar.getValue();
        }
        throw at(node, "key", "a name", "none");
    }

    private void count(int depth) {
        if (++nodes > MOST || depth > DEEPEST) {
            throw InputException.of(source, "content", "at most " + DEEPEST + " levels and " + MOST + " values", "more", "");
        }
    }

    private InputException at(Node node, String what, String expected, String found) {
        return InputException.of(source + ":" + (node.getStartMark().getLine() + 1), what, expected, found, "");
    }
}
