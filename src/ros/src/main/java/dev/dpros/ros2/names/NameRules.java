package dev.dpros.ros2.names;

import dev.dpros.core.InputException;
import java.util.regex.Pattern;

/** What ROS 2 takes as a name (rcl's and rmw's validation). Stateless. */
final class NameRules {
    /** DDS topic names hold 256 characters, with {@code rt} before and {@code Request} behind. */
    private static final int LONGEST = 245;
    private static final Pattern BASE = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern FULL = Pattern.compile("(/[A-Za-z_]\\w*)+");
    private static final Pattern TOKEN = Pattern.compile("\\{[A-Za-z_]\\w*\\}|[A-Za-z0-9_]");

    private NameRules() {}

    /** Refuses what is no topic or service name, relative ones, {@code ~} and {@code {node}} included. */
    static void requireName(String where, String name) {
        String fault = fault(name);
        if (fault != null) {
            throw InputException.of(where, "name '" + name + "'",
                    "letters, digits and _ between single slashes, no digit first; ~ alone or ~/ at the start", fault, "");
        }
    }

    private static String fault(String name) {
        if (name.isEmpty()) {
            return "an empty name";
        }
        String rest = name.startsWith("~") ? name.substring(1) : name;
        if (name.startsWith("~") && !rest.isEmpty() && !rest.startsWith("/")) {
            return "~ without a slash behind it";
        }
        if (rest.endsWith("/")) {
            return "a slash at the end";
        }
        if (rest.contains("//")) {
            return "'//'";
        }
        return character(name, name.length() - rest.length());
    }

    private static String character(String name, int from) {
        boolean first = true;
        for (int i = from; i < name.length();) {
            char c = name.charAt(i);
            var token = TOKEN.matcher(name).region(i, name.length());
            if (c != '/' && !token.lookingAt() || first && Character.isDigit(c)) {
                return "'" + c + "' at character " + (i + 1);
            }
            first = c == '/';
            i += c == '/' ? 1 : token.end() - token.start();
        }
        return null;
    }

    /** Refuses what is no base name of a node. */
    static void requireBaseName(String where, String name) {
        if (!BASE.matcher(name).matches() || name.length() > 255) {
            throw InputException.of(where, "node name", "letters, digits and _, no digit first", "'" + name + "'",
                    name.indexOf('/') >= 0 ? "a namespace belongs in __ns" : "");
        }
    }

    /** Refuses what is no namespace: {@code /} or a name in full. */
    static void requireNamespace(String where, String namespace) {
        if (!namespace.equals("/") && !FULL.matcher(namespace).matches()) {
            throw InputException.of(where, "namespace", "/ or a name such as /robot1", "'" + namespace + "'",
                    BASE.matcher(namespace).matches() ? "write /" + namespace : "");
        }
    }

    /** Refuses an expanded name that is not legal in full. */
    static void requireFull(String where, String given, String full) {
        if (!FULL.matcher(full).matches() || full.length() > LONGEST) {
            throw InputException.of(where, "name '" + given + "'", "a name in full of at most " + LONGEST + " characters",
                    "'" + full + "'", "");
        }
    }
}
