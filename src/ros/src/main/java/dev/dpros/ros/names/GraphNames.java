package dev.dpros.ros.names;

import dev.dpros.core.InputException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Resolves the names that one node uses: relative, {@code /global} and {@code ~private}, then remapped (rules of
 * rosgraph.names). Immutable; any thread.
 */
public final class GraphNames {
    private static final Pattern NAME = Pattern.compile("[~/A-Za-z][\\w/]*");
    private static final Pattern BASE_NAME = Pattern.compile("[A-Za-z]\\w*");

    private final String node;
    private final Map<String, String> remaps = new LinkedHashMap<>();

    /**
     * Names as seen by a node.
     *
     * @param namespace such as {@code /}, {@code robot} or {@code /robot/}
     * @param name base name of the node
     * @param remaps from, to as on the command line; both sides are resolved before use
     * @throws InputException if a name is not legal
     */
    public GraphNames(String namespace, String name, Map<String, String> remaps) {
        if (!BASE_NAME.matcher(name).matches()) {
            throw InputException.of("node name", "__name", "a letter, then letters, digits or _", "'" + name + "'",
                    name.indexOf('/') >= 0 ? "a namespace belongs in __ns or ROS_NAMESPACE" : "");
        }
        if (namespace.startsWith("~") || !namespace.isEmpty() && !NAME.matcher(namespace).matches()) {
            throw InputException.of("node namespace", "__ns", "a name such as /robot", "'" + namespace + "'", "");
        }
        String base = canonical("/" + namespace);
        node = base.equals("/") ? "/" + name : base + "/" + name;
        Map<String, String> resolved = new LinkedHashMap<>();
        remaps.forEach((from, to) -> resolved.put(plain(from, "remap"), plain(to, "remap")));
        this.remaps.putAll(resolved);
    }

    /** Fully resolved name of the node. */
    public String node() {
        return node;
    }

    /** Namespace of the node, with a trailing slash. */
    public String namespace() {
        return node.substring(0, node.lastIndexOf('/') + 1);
    }

    /** The remaps, both sides resolved. */
    public Map<String, String> remaps() {
        return Map.copyOf(remaps);
    }

    /**
     * The global name behind a name, remaps applied after resolution.
     *
     * @throws InputException if the name is not legal
     */
    public String resolve(String name) {
        String resolved = plain(name, "name");
        return remaps.getOrDefault(resolved, resolved);
    }

    private String plain(String name, String what) {
        if (!NAME.matcher(name).matches() || name.contains("//")) {
            throw InputException.of("ROS " + what, "'" + name + "'",
                    "a letter, / or ~, then letters, digits, _ and single slashes", illegal(name), "");
        }
        if (name.startsWith("/")) {
            return canonical(name);
        }
        return canonical(name.startsWith("~") ? node + "/" + name.substring(1) : namespace() + name);
    }

    private static String illegal(String name) {
        if (name.isEmpty()) {
            return "an empty name";
        }
        for (int i = 0; i < name.length(); i++) {
            String character = name.substring(i, i + 1);
            if (!(i == 0 ? character.matches("[~/A-Za-z]") : character.matches("[\\w/]"))) {
                return "'" + character + "' at character " + (i + 1);
            }
        }
        return "'//'";
    }

    private static String canonical(String name) {
        StringBuilder canonical = new StringBuilder();
        for (String part : name.split("/")) {
            if (!part.isEmpty()) {
                canonical.append('/').append(part);
            }
        }
        return canonical.isEmpty() ? "/" : canonical.toString();
    }
}
