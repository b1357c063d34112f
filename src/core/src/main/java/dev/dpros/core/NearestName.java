package dev.dpros.core;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the valid name that a mistyped one probably meant (Levenshtein distance). Stateless; for error messages. */
public final class NearestName {
    private NearestName() {}

    /** {@code "; did you mean 'x'?"} for the nearest of the valid names, or a list of them when none is near. */
    public static String hint(String name, Collection<String> valid) {
        String best = nearest(name, valid);
        if (best == null) {
            return "";
        }
        return near(name, best) ? "; did you mean '" + best + "'?" : "; valid: " + String.join(", ", valid);
    }

    /** {@code "nearest name X"}, or nothing if none is near. */
    public static String nearestName(String name, Collection<String> valid) {
        String best = nearest(name, valid);
        return best != null && near(name, best) ? "nearest name " + best : "";
    }

    private static boolean near(String name, String other) {
        return distance(name.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT)) <= Math.max(2, name.length() / 3);
    }

    private static @Nullable String nearest(String name, Collection<String> valid) {
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : valid) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** The Levenshtein distance of two strings. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
