package dev.dpros.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one place that decides which keys are secret. Stateless. */
public final class Secrets {
    private static final String REDACTED = "<redacted>";

    private Secrets() {}

    /** True if the value of this dotted key must not leave the process. */
    static boolean isSecret(String dottedKey) {
        String last = dottedKey.substring(dottedKey.lastIndexOf('.') + 1);
        return last.equals("token") || last.endsWith("_token") || last.equals("password");
    }

    /** A copy of a tree in which each secret that is set reads {@code <redacted>}. */
    public static Map<String, Object> redacted(Map<String, Object> tree) {
        Map<String, Object> copy = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            if (value instanceof Map<?, ?>) {
                copy.put(key, redacted(ParameterLayers.asTree(value)));
            } else {
                copy.put(key, isSecret(key) && !"".equals(value) ? REDACTED : value);
            }
        });
        return copy;
    }
}
