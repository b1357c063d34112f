package dev.dpros.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tables of names, in order. Stateless. */
final class Names {
    private Names() {}

    /** A map of alternating names and values that keeps their order. */
    @SuppressWarnings("unchecked")
    static <T> Map<String, T> ordered(Object... namesAndValues) {
        Map<String, T> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], (T) namesAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }

    /** The name of a value. */
    static <T> String of(Map<String, T> names, T value) {
        return names.entrySet().stream().filter(e -> e.getValue().equals(value)).findFirst().orElseThrow().getKey();
    }
}
