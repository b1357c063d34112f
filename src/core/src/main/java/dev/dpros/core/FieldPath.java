package dev.dpros.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Names numbers inside a message, such as {@code position[shoulder,elbow]}, {@code wrench.force}, {@code pose.position},
 * {@code axes[0:6]}, {@code points[0].positions[0:7]} or {@code data[3]}. Immutable; {@link
 * MessageType#vector(FieldPath)} compiles it for one type.
 *
 * <p>In brackets: {@code a:b} is a slice without its end, {@code i} or {@code i,j,k} are indices, anything else are names
 * looked up in the message's own {@code name} (or {@code names}, {@code joint_names}) array at each message, so that a
 * publisher may reorder its joints, and several publishers may have some of them each; of equal names in one message the
 * first counts. A path that ends at a message of numbers alone reads all of them in wire order:
 * a position is x, y, z and an orientation x, y, z, w.
 */
public final class FieldPath {
    /** Where names are looked up, the first that a message has. */
    public static final List<String> NAME_FIELDS = List.of("name", "names", "joint_names");
    private static final int MAX_VALUES = 1 << 16;

    /**
     * What stands between two dots.
     *
     * @param field name of the field
     * @param indices in its brackets, a slice as all of its indices; or null
     * @param names in its brackets, or null
     */
    public record Segment(String field, @Nullable List<Integer> indices, @Nullable List<String> names) {
        /** Whether it has brackets. */
        public boolean selects() {
            return indices != null || names != null;
        }
    }

    private final String text;
    private final List<Segment> segments;

    private FieldPath(String text, List<Segment> segments) {
        this.text = text;
        this.segments = List.copyOf(segments);
    }

    /** Parses a path. @throws InputException if it is malformed */
    public static FieldPath parse(String path) {
        List<Segment> segments = new ArrayList<>();
        int at = 0;
        while (at <= path.length()) {
            int end = at;
            while (end < path.length() && (Character.isLetterOrDigit(path.charAt(end)) || path.charAt(end) == '_')) {
                end++;
            }
            String field = path.substring(at, end);
            @Nullable String selector = null;
            if (end < path.length() && path.charAt(end) == '[') {
                int close = path.indexOf(']', end);
                selector = close < 0 ? "" : path.substring(end + 1, close);
                end = close < 0 ? path.length() : close + 1;
            }
            boolean last = end == path.length();
            if (field.isEmpty() || selector != null && selector.isBlank() || !last && path.charAt(end) != '.') {
                throw InputException.of("field path '" + path + "'", "character " + (end + 1),
                        "field.field[selector]", last ? "the end" : "'" + path.charAt(end) + "'",
                        "write for example position[joint_1,joint_2], pose.position or axes[0:6]");
            }
            segments.add(segment(path, field, selector));
            at = end + 1;
        }
        return new FieldPath(path, segments);
    }

    private static Segment segment(String path, String field, @Nullable String selector) {
        if (selector == null) {
            return new Segment(field, null, null);
        }
        if (selector.matches("\\s*\\d{1,7}\\s*:\\s*\\d{1,7}\\s*")) {
            String[] ends = selector.split(":");
            int from = Integer.parseInt(ends[0].strip());
            int to = Integer.parseInt(ends[1].strip());
            if (to <= from || to - from > MAX_VALUES) {
                throw InputException.of("field path '" + path + "'", "slice", "from:to with from < to", selector,
                        "the end is not included");
            }
            return new Segment(field, IntStream.range(from, to).boxed().toList(), null);
        }
        List<String> parts = List.of(selector.split(",", -1)).stream().map(String::strip).toList();
        if (parts.stream().anyMatch(String::isEmpty)) {
            throw InputException.of("field path '" + path + "'", "selector", "names or indices", "an empty one", "");
        }
        if (parts.stream().allMatch(part -> part.matches("\\d{1,7}"))) {
            return new Segment(field, parts.stream().map(Integer::valueOf).toList(), null);
        }
        return new Segment(field, null, parts);
    }

    /** The path as written. */
    public String text() {
        return text;
    }

    /** The names in the last brackets, such as joint names, or an empty list. */
    public List<String> names() {
        List<String> names = last().names();
        return names == null ? List.of() : names;
    }

    /** What the path ends with. */
    public Segment last() {
        return segments.get(segments.size() - 1);
    }

    /** The parts between the dots, at least one. */
    public List<Segment> segments() {
        return segments;
    }

    /** What is wrong with a part of it for some type. */
    public InputException error(String field, String expected, String found) {
        return InputException.of("field path '" + text + "'", field, expected, found, "");
    }

    @Override
    public String toString() {
        return text;
    }
}
