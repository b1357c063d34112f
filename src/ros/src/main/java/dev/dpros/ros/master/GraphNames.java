package dev.dpros.ros.master;

import java.util.ArrayList;
import java.util.List;

/** Graph resource names as rosmaster resolves them (rosgraph.names), for names that its clients send unchecked. */
final class GraphNames {
    static final String ROOT = "/";

    private GraphNames() { }

    /** Parts between slashes, empty ones dropped. */
    static List<String> parts(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/")) {
            if (!part.isEmpty()) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** Without doubled and trailing slashes. */
    static String canonical(String name) {
        if (name.isEmpty() || name.equals(ROOT)) {
            return name;
        }
        String joined = String.join("/", parts(name));
        return isGlobal(name) ? "/" + joined : joined;
    }

    /** Canonical with a trailing slash: the form of subscribed parameter keys. */
    static String canonicalNamespace(String key) {
        return key.equals(ROOT) ? key : canonical(key) + "/";
    }

    static boolean isGlobal(String name) {
        return name.startsWith("/");
    }

    static boolean isPrivate(String name) {
        return name.startsWith("~");
    }

    /** The name in the caller's context: global as it is, {@code ~} below the caller, else beside the caller. */
    static String resolve(String name, String callerId) {
        if (name.isEmpty()) {
            return parent(callerId);
        }
        String canonical = canonical(name);
        if (isGlobal(canonical)) {
            return canonical;
        }
        return isPrivate(canonical) ? canonical(callerId + "/" + canonical.substring(1)) : parent(callerId) + canonical;
    }

    /** Namespace and name; a global or private name stays as it is. */
    static String join(String namespace, String name) {
        if (namespace.isEmpty() || isGlobal(name) || isPrivate(name)) {
            return name;
        }
        return namespace.endsWith("/") ? namespace + name : namespace + "/" + name;
    }

    private static String parent(String name) {
        String trimmed = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        String parent = trimmed.substring(0, trimmed.lastIndexOf('/') + 1);
        return parent.isEmpty() ? ROOT : parent;
    }
}
