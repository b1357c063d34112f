package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The parameters of a node by dotted name. Its own program sets what it likes; others may change only those for which the
 * program has said how ({@link #settable}). Any thread.
 */
final class ParameterStore {
    /** Values are separated by it in names. */
    static final char SEPARATOR = '.';

    private final TreeMap<String, Object> values = new TreeMap<>();
    private final Map<String, Function<Object, String>> settable = new HashMap<>();
    private final Consumer<Change> changes;

    /** What changed. @param fresh true if it was not there before */
    record Change(String name, Object value, boolean fresh) {}

    /** A store whose changes are told to {@code changes}, after they are made. */
    ParameterStore(Consumer<Change> changes) {
        this.changes = changes;
    }

    /** Sets a parameter from within. @throws dev.dpros.core.InputException if no parameter can hold the value */
    void set(String name, Object value) {
        Object normal = ParameterValues.normal(name, value);
        boolean fresh;
        synchronized (this) {
            fresh = values.put(name, normal) == null;
        }
        changes.accept(new Change(name, normal, fresh));
    }

    /**
     * Lets others change a parameter.
     *
     * @param check takes the new value; returns why it is refused, or null after it has taken effect
     */
    synchronized void settable(String name, Function<Object, String> check) {
        settable.put(name, check);
    }

    /** Sets a parameter for others; returns why it is refused, or null. */
    String setFromOutside(String name, Object value) {
        String refusal = refusal(name, value);
        if (refusal == null) {
            Function<Object, String> check;
            synchronized (this) {
                check = settable.get(name);
            }
            refusal = check.apply(value);
        }
        if (refusal == null) {
            set(name, value);
        }
        return refusal;
    }

    /** Sets several for others, or none; returns why, or null. */
    String setAllFromOutside(Map<String, Object> wanted) {
        for (Map.Entry<String, Object> entry : wanted.entrySet()) {
            String refusal = refusal(entry.getKey(), entry.getValue());
            if (refusal != null) {
                return refusal;
            }
        }
        Map<String, Object> before = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : wanted.entrySet()) {
            Object old = get(entry.getKey());
            String refusal = setFromOutside(entry.getKey(), entry.getValue());
            if (refusal != null) {
                before.forEach(this::setFromOutside);
                return refusal;
            }
            before.put(entry.getKey(), old);
        }
        return null;
    }

    private synchronized String refusal(String name, Object value) {
        Object old = values.get(name);
        if (!settable.containsKey(name)) {
            return "parameter '" + name + (old == null ? "' does not exist" : "' is read at the start of the node: give it there, with -p " + name
                    + ":=VALUE or a parameter file");
        }
        if (old != null && ParameterValues.type(old) != ParameterValues.type(value)) {
            return "parameter '" + name + "' is of type " + ParameterValues.typeName(ParameterValues.type(old)) + ", not "
                    + ParameterValues.typeName(ParameterValues.type(value));
        }
        return null;
    }

    /** Removes a parameter and what is below it. @throws InputException if there is none */
    synchronized void delete(String name) {
        if (!values.keySet().removeIf(key -> key.equals(name) || name.isEmpty() || key.startsWith(name + SEPARATOR))) {
            throw new InputException("parameter " + name + " is not set");
        }
    }

    /** Whether others may change it. */
    synchronized boolean isSettable(String name) {
        return settable.containsKey(name);
    }

    /** A value, or null if it is not set. */
    synchronized Object get(String name) {
        return values.get(name);
    }

    /** What is below a prefix, as a nested tree; null if nothing is. */
    synchronized Map<String, Object> tree(String prefix) {
        Map<String, Object> tree = new LinkedHashMap<>();
        String start = prefix.isEmpty() ? "" : prefix + SEPARATOR;
        values.forEach((name, value) -> {
            if (name.startsWith(start)) {
                put(tree, name.substring(start.length()), ParameterValues.plain(value));
            }
        });
        return tree.isEmpty() ? null : tree;
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> tree, String name, Object value) {
        int dot = name.indexOf(SEPARATOR);
        if (dot < 0) {
            tree.putIfAbsent(name, value);
        } else if (tree.computeIfAbsent(name.substring(0, dot), key -> new LinkedHashMap<String, Object>()) instanceof Map<?, ?> inner) {
            put((Map<String, Object>) inner, name.substring(dot + 1), value);
        }
    }

    /** Names, sorted. */
    synchronized List<String> names() {
        return List.copyOf(values.keySet());
    }

    /**
     * Names below any of the prefixes, at most so deep.
     *
     * @param prefixes all names if empty
     * @param depth levels below the prefix; 0 for any
     */
    synchronized List<String> list(List<String> prefixes, long depth) {
        List<String> found = new ArrayList<>();
        for (String name : values.keySet()) {
            boolean fits = prefixes.isEmpty() ? depth == 0 || levels(name) < depth : prefixes.stream().anyMatch(prefix -> name.equals(prefix)
                    || name.startsWith(prefix + SEPARATOR) && (depth == 0 || levels(name.substring(prefix.length() + 1)) < depth));
            if (fits) {
                found.add(name);
            }
        }
        return found;
    }

    private static long levels(String name) {
        return name.chars().filter(c -> c == SEPARATOR).count();
    }

    /** What stands before the last separator of each name, each once. */
    static List<String> prefixesOf(List<String> names) {
        Set<String> prefixes = new TreeSet<>();
        for (String name : names) {
            if (name.indexOf(SEPARATOR) >= 0) {
                prefixes.add(name.substring(0, name.lastIndexOf(SEPARATOR)));
            }
        }
        return List.copyOf(prefixes);
    }
}
