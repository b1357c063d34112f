package dev.dpros.ros2.names;

import dev.dpros.core.InputException;
import java.util.regex.Pattern;

/**
 * One remapping, as {@code -r [NODE:]FROM:=TO}. Immutable.
 *
 * @param kind what it renames
 * @param node base name of the only node it holds for, or null for every node
 * @param from name to match, not yet expanded; empty for NODE and NAMESPACE
 * @param to the name in its place, not yet expanded
 */
record RemapRule(Kind kind, String node, String from, String to) {
    private static final Pattern NODE_PREFIX = Pattern.compile("([A-Za-z_]\\w*):(?!=|//)(.*)", Pattern.DOTALL);
    private static final String TOPIC = "rostopic://";
    private static final String SERVICE = "rosservice://";

    /** What a rule renames. */
    enum Kind {
        NODE,
        NAMESPACE,
        TOPIC,
        SERVICE,
        /** Topics and services. */
        ANY
    }

    /** Reads a rule. @throws InputException naming the argument if it is none */
    static RemapRule parse(String argument) {
        int assign = argument.indexOf(":=");
        if (assign <= 0) {
            throw InputException.of("argument -r " + argument, "rule", "[NODE:]FROM:=TO", "'" + argument + "'", "");
        }
        String from = argument.substring(0, assign);
        String to = argument.substring(assign + 2);
        var prefix = NODE_PREFIX.matcher(from);
        String node = null;
        if (prefix.matches()) {
            node = prefix.group(1);
            from = prefix.group(2);
        }
        return switch (from) {
            case "__node", "__name" -> new RemapRule(Kind.NODE, node, "", baseName(argument, to));
            case "__ns" -> new RemapRule(Kind.NAMESPACE, node, "", namespace(argument, to));
            default -> names(argument, node, from, to);
        };
    }

    private static RemapRule names(String argument, String node, String from, String to) {
        Kind kind = Kind.ANY;
        String bare = from;
        String target = to;
        if (from.startsWith(TOPIC) || from.startsWith(SERVICE)) {
            kind = from.startsWith(TOPIC) ? Kind.TOPIC : Kind.SERVICE;
            String scheme = kind == Kind.TOPIC ? TOPIC : SERVICE;
            bare = from.substring(scheme.length());
            target = to.startsWith(scheme) ? to.substring(scheme.length()) : to;
        }
        if (bare.indexOf('*') >= 0 || target.indexOf('\\') >= 0) {
            throw InputException.of("argument -r " + argument, "rule", "names in full", "a wildcard",
                    "ROS 2 has no wildcards in remaps: write a rule for each name");
        }
        NameRules.requireName("argument -r " + argument, bare);
        NameRules.requireName("argument -r " + argument, target);
        return new RemapRule(kind, node, bare, target);
    }

    private static String baseName(String argument, String name) {
        NameRules.requireBaseName("argument -r " + argument, name);
        return name;
    }

    private static String namespace(String argument, String namespace) {
        NameRules.requireNamespace("argument -r " + argument, namespace);
        return namespace;
    }

    /** Whether it holds for a node of this base name. */
    boolean holdsFor(String baseName) {
        return node == null || node.equals(baseName);
    }
}
