package dev.dpros.ros.master;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters: nested maps, each key one name part. Keys are global. Values given and returned are independent of
 * the tree: maps are copied. Confined to the master's lock.
 */
final class ParameterTree {
    private Map<String, Object> root = new LinkedHashMap<>();

    /** The value, a map for a namespace, or null. */
    @Nullable Object get(String key) {
        Object value = root;
        if (!key.equals(GraphNames.ROOT)) {
            // rosmaster drops what stands before the first slash, though a resolved key has nothing there
            for (String part : GraphNames.parts(key.substring(key.indexOf('/') + 1))) {
                value = value instanceof Map<?, ?> map ? map.get(part) : null;
                if (value == null) {
                    return null;
                }
            }
        }
        return copy(value);
    }

    /**
     * Sets a value; a map replaces the whole namespace. Values on the way become namespaces.
     *
     * @throws InvalidArgumentException when the root would not be a map
     */
    void set(String key, Object value) throws InvalidArgumentException {
        if (key.equals(GraphNames.ROOT)) {
            if (!(value instanceof Map<?, ?>)) {
                throw new InvalidArgumentException(
                        "Error: invalid arguments: cannot set root of parameter tree to non-dictionary");
            }
            root = castMap(copy(value));
            return;
        }
        List<String> parts = GraphNames.parts(key);
        Map<String, Object> namespace = root;
        for (String part : parts.subList(0, parts.size() - 1)) {
            Object next = namespace.get(part);
            if (!(next instanceof Map<?, ?>)) {
                next = new LinkedHashMap<String, Object>();
                namespace.put(part, next);
            }
            namespace = castMap(next);
        }
        namespace.put(parts.get(parts.size() - 1), copy(value));
    }

    /** Returns false if it was not set; the root cannot be deleted. */
    boolean delete(String key) {
        List<String> parts = GraphNames.parts(key);
        if (parts.isEmpty()) {
            return false;
        }
        Object namespace = root;
        for (String part : parts.subList(0, parts.size() - 1)) {
            namespace = namespace instanceof Map<?, ?> map ? map.get(part) : null;
        }
        return namespace instanceof Map<?, ?> map && map.remove(parts.get(parts.size() - 1)) != null;
    }

    /** Names of all values that are not namespaces. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        collectNames(GraphNames.ROOT, root, names);
        return names;
    }

    private static void collectNames(String key, Map<String, Object> namespace, List<String> names) {
        namespace.forEach((name, value) -> {
            String full = GraphNames.join(key, name);
            if (value instanceof Map<?, ?>) {
                collectNames(full, castMap(value), names);
            } else {
                names.add(full);
            }
        });
    }

    /**
     * Looks upward from a namespace for the first part of a relative key.
     *
     * @return the full key, of which only the first part is known to exist; or null
     */
    @Nullable String search(String namespace, String key) {
        if (GraphNames.isGlobal(key)) {
            return get(key) == null ? null : key;
        }
        String first = GraphNames.parts(key).get(0);
        if (get(GraphNames.join(namespace, first)) != null) {
            return GraphNames.join(namespace, key);
        }
        List<String> parts = GraphNames.parts(namespace);
        for (int depth = parts.size() - 1; depth >= 0; depth--) {
            String upper = depth == 0 ? "/" : "/" + String.join("/", parts.subList(0, depth)) + "/";
            if (get(upper + first) != null) {
                return upper + key;
            }
        }
        return null;
    }

    /** Maps are copied deeply; lists and scalars are never changed in place, so they are shared. */
    private static Object copy(Object value) {
        if (!(value instanceof Map<?, ?>)) {
            return value;
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        castMap(value).forEach((name, member) -> copy.put(name, copy(member)));
        return copy;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> castMap(Object value) {
        return (Map<String, Object>) value;
    }
}
