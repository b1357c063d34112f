package dev.dpros.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects what command-line options say about a configuration. One use; not thread-safe. */
public final class OptionLayer {
    private final Map<List<String>, String> places = new LinkedHashMap<>();
    private Map<String, Object> tree = Map.of();

    /**
     * Sets a key, unless the option was not given.
     *
     * @param option as the user wrote it, such as {@code --steps}
     * @param value null if the option was not given
     * @param key its levels
     */
    public OptionLayer putIfGiven(String option, Object value, String... key) {
        return value == null ? this : put(option, value, key);
    }

    /** Sets a key; of a key set twice, the later value counts. @param value null for YAML's null */
    public OptionLayer put(String option, Object value, String... key) {
        tree = ParameterLayers.overlay(tree, ParameterLayers.nested(List.of(key), value));
        name(List.of(key), value, option + " (option)", key.length);
        return this;
    }

    private void name(List<String> key, Object value, String option, int depth) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            map.forEach((name, item) -> name(ConfigTree.with(key, name.toString()), item, option, depth));
        } else {
            for (int above = 1; above < key.size(); above++) {
                places.remove(key.subList(0, above));
            }
            places.put(key, inner(option, key, depth));
        }
    }

    /** What was set, as a layer. */
    public Layer layer() {
        Map<List<String>, String> named = Map.copyOf(places);
        return Layer.options(tree, key -> place(named, key));
    }

    /** The option that set a key or what is around it, or else those that set something in it. */
    private static String place(Map<List<String>, String> places, List<String> key) {
        for (int depth = key.size(); depth > 0; depth--) {
            String option = places.get(key.subList(0, depth));
            if (option != null) {
                return inner(option, key, depth);
            }
        }
        return places.entrySet().stream().filter(e -> e.getKey().size() > key.size() && e.getKey().subList(0, key.size()).equals(key))
                .map(Map.Entry::getValue).distinct().sorted().collect(Collectors.joining(", "));
    }

    /** With the levels of a key below those that the option itself names. */
    private static String inner(String option, List<String> key, int depth) {
        return depth == key.size() ? option : option + ": " + String.join(".", key.subList(depth, key.size()));
    }
}
