package dev.dpros.config;

import dev.dpros.core.InputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The layers above the file: parameter server, this process's own {@code _key:=value}, command-line options. Keys that decide
 * about motion count only from the file, own arguments and options: what an earlier run or a launch file left on the server
 * is refused where it differs. Keys are dotted in messages and nested maps in trees. Stateless; not for hot paths.
 */
public final class ParameterLayers {
    private static final List<String> MOTION = List.of("node.autostart", "node.enable", "action.limits", "action.measured",
            "action.take_up", "action.at_rest", "action.workspace_box",
            "action.on_stop", "action.open_at", "actions", "dimensions",
            "control.max_tracking_error", "control.tracking_window_ms");

    private ParameterLayers() {}

    /** True for a key that decides whether and how far something moves. */
    static boolean decidesAboutMotion(String dottedKey) {
        return MOTION.stream().anyMatch(prefix -> dottedKey.equals(prefix) || dottedKey.startsWith(prefix + ".")
                || dottedKey.startsWith(prefix + "_"));
    }

    /** Flat ROS names ({@code a/b}) with values that may be maps themselves, as one nested tree. */
    public static Map<String, Object> nested(Map<String, Object> flat) {
        Map<String, Object> tree = Map.of();
        for (Map.Entry<String, Object> entry : flat.entrySet()) {
            String[] parts = entry.getKey().replaceAll("^/+|/+$", "").split("/+");
            tree = overlay(tree, nested(List.of(parts), entry.getValue()));
        }
        return tree;
    }

    /** A value at a key of at least one level, as a tree. */
    static Map<String, Object> nested(List<String> key, Object value) {
        Object tree = value;
        for (int i = key.size() - 1; i >= 0; i--) {
            tree = Collections.singletonMap(key.get(i), tree);
        }
        return asTree(tree);
    }

    /** {@code above} over {@code below}, key by key at every depth. */
    public static Map<String, Object> overlay(Map<String, Object> below, Map<String, Object> above) {
        Map<String, Object> both = new LinkedHashMap<>(below);
        above.forEach((key, upper) -> both.put(key, both.get(key) instanceof Map<?, ?> lower && upper instanceof Map<?, ?>
                ? overlay(asTree(lower), asTree(upper)) : upper));
        return both;
    }

    /** What of a process's own arguments may be put on the master, as flat names: no key about motion and no secret. */
    public static Map<String, Object> forMaster(Map<String, Object> own) {
        Map<String, Object> kept = new LinkedHashMap<>();
        leaves("", own).forEach((key, value) -> {
            if (!decidesAboutMotion(key) && !Secrets.isSecret(key)) {
                kept.put(key.replace('.', '/'), value);
            }
        });
        return kept;
    }

    /** The server's tree without the keys about motion, which do not count from there. */
    public static Map<String, Object> withoutMotion(Map<String, Object> server) {
        Map<String, Object> kept = new LinkedHashMap<>();
        leaves("", server).forEach((key, value) -> {
            if (!decidesAboutMotion(key)) {
                kept.put(key.replace('.', '/'), value);
            }
        });
        return nested(kept);
    }

    /**
     * Refuses parameters about motion on the server that differ from what file, options and own arguments give.
     *
     * @param node full name of the node, for the message
     * @param server the node's private parameters on the server
     * @param inForce every key as file, options and own arguments give it
     * @throws InputException naming the key, both values and where to change it
     */
    public static void requireSameMotion(String node, Map<String, Object> server, Map<String, Object> inForce) {
        Map<String, Object> expected = leaves("", inForce);
        leaves("", ParameterTypes.typed(RobotConfig.class, Layer.parameters(node, server))).forEach((key, found) -> {
            boolean nothing = found instanceof Map<?, ?> map && map.isEmpty();
            if (decidesAboutMotion(key) && !nothing && !same(expected.get(key), found)) {
                String parameter = node + "/" + key.replace('.', '/');
                Object value = expected.get(key);
                throw InputException.of("parameter " + parameter, key, (value == null ? "unset" : value)
                        + " as file, options and own arguments give", String.valueOf(found),
                        "a key about motion does not count from the parameter server: take it out of the launch file, or: "
                                + "rosparam delete " + parameter);
            }
        });
    }

    private static boolean same(Object one, Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return a.doubleValue() == b.doubleValue();
        }
        if (one instanceof List<?> a && other instanceof List<?> b) {
            return a.size() == b.size()
                    && IntStream.range(0, a.size()).allMatch(i -> same(a.get(i), b.get(i)));
        }
        if (one instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
            return b.entrySet().stream().allMatch(found -> same(a.get(found.getKey()), found.getValue()));
        }
        return Objects.equals(one, other);
    }

    /** Dotted keys with their values; an empty map is a value. */
    private static Map<String, Object> leaves(String prefix, Map<String, Object> tree) {
        Map<String, Object> found = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map && !map.isEmpty()) {
                found.putAll(leaves(prefix + key + ".", asTree(map)));
            } else {
                found.put(prefix + key, value);
            }
        });
        return found;
    }

    /** A map with its keys as text; empty for anything else. */
    public static Map<String, Object> asTree(Object value) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> tree.put(String.valueOf(key), item));
        }
        return tree;
    }
}
