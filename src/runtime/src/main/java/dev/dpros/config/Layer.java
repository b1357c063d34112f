package dev.dpros.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One of the sources of a configuration, which knows how a message names a key of it: the packaged defaults, a file, the
 * parameter server, a process's own {@code _key:=value}, command-line options. Immutable; not for hot paths.
 */
public final class Layer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PARAMETER = "parameter ";

    private final ObjectNode root;
    private final Function<List<String>, String> place;
    private final Kind kind;

    private enum Kind { DEFAULTS, FILE, SETTINGS, PARAMETERS, ARGUMENTS, OPTIONS }

    private Layer(Kind kind, ObjectNode root, Function<List<String>, String> place) {
        this.kind = kind;
        this.root = root;
        this.place = place;
    }

    /** The packaged defaults: {@code sampler.steps}. */
    static Layer defaults(YamlTree packaged) {
        return new Layer(Kind.DEFAULTS, packaged.root(), key -> String.join(".", key));
    }

    /** A YAML file: {@code robot.yaml:7: sampler.steps}. */
    static Layer file(YamlTree file) {
        return new Layer(Kind.FILE, file.root(), key -> {
            String dotted = String.join(".", key);
            return file.locate(dotted) + (key.isEmpty() ? "" : ": " + dotted);
        });
    }

    /** The node's private parameters on the server: {@code parameter /policy/sampler/steps}. @param node its full name */
    public static Layer parameters(String node, Map<String, Object> tree) {
        return new Layer(Kind.PARAMETERS, JSON.valueToTree(tree), key -> PARAMETER + node + "/" + String.join("/", key));
    }

    /**
     * What came on the command line as the node's parameters: {@code _sampler/steps:= (argument)}.
     *
     * @param form how one is written there, from its path with a slash a level
     */
    public static Layer arguments(Map<String, Object> tree, UnaryOperator<String> form) {
        return new Layer(Kind.ARGUMENTS, JSON.valueToTree(tree), key -> form.apply(String.join("/", key)) + " (argument)");
    }

    /** Settings of a program itself: {@code SOURCE: sampler.steps}. */
    public static Layer settings(String source, Map<String, Object> tree) {
        return new Layer(Kind.SETTINGS, JSON.valueToTree(tree), key -> source + ": " + String.join(".", key));
    }

    /** Command-line options, which say themselves how they are named. */
    static Layer options(Map<String, Object> tree, Function<List<String>, String> place) {
        return new Layer(Kind.OPTIONS, JSON.valueToTree(tree), place);
    }

    /** Whether this is a file: where a key that has its default would be set. */
    boolean isFile() {
        return kind == Kind.FILE;
    }

    /** How a message names a key. */
    String place(List<String> key) {
        return place.apply(key);
    }

    /** What to do about a wrong value of this layer; empty where its place says it all. */
    String remedy(List<String> key) {
        return kind != Kind.PARAMETERS ? ""
                : "change it in the launch file, or: rosparam delete " + place(key).substring(PARAMETER.length());
    }

    /** A copy of the tree. */
    ObjectNode tree() {
        return root.deepCopy();
    }

    /** The same with texts read as ROS reads them, where the record has a number or true/false. */
    Layer typed(Class<?> record) {
        return kind != Kind.PARAMETERS && kind != Kind.ARGUMENTS ? this
                : new Layer(kind, JSON.valueToTree(ParameterTypes.typed(record, this)), place);
    }

    /** The tree as maps. */
    @SuppressWarnings("unchecked")
    Map<String, Object> asMap() {
        return JSON.convertValue(root, Map.class);
    }

    /** The value at a key, or null. */
    JsonNode at(List<String> key) {
        return at(root, key);
    }

    /** The value of a tree at a key, or null; an element of a list has its index for a name. */
    static JsonNode at(JsonNode root, List<String> key) {
        JsonNode node = root;
        for (String part : key) {
            if (node == null) {
                return null;
            }
            node = node.isArray() && part.matches("\\d{1,9}") ? node.get(Integer.parseInt(part)) : node.get(part);
        }
        return node;
    }
}
