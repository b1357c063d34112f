package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.VectorReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Names numbers inside a message, such as {@code position[shoulder,elbow]}, {@code wrench.force}, {@code pose.position},
 * {@code axes[0:6]}, {@code points[0].positions[0:7]} or {@code data[3]}. Immutable; {@link #reader} compiles it for one
 * type.
 *
 * <p>In brackets: {@code a:b} is a slice without its end, {@code i} or {@code i,j,k} are indices, anything else are names
 * looked up in the message's own {@code name} (or {@code names}, {@code joint_names}) array at each message, so that a
 * publisher may reorder its joints, and several publishers may have some of them each; of equal names in one message the
 * first counts. A path that ends at a message of numbers alone reads all of them in wire order:
 * a position is x, y, z and an orientation x, y, z, w.
 */
public final class FieldPath {
    private static final List<String> NAME_FIELDS = List.of("name", "names", "joint_names");
    private static final int MAX_VALUES = 1 << 16;

    private record Segment(String field, List<Integer> indices, List<String> names) {
        boolean selects() {
            return indices != null || names != null;
        }
    }

    private final String text;
    private final List<Segment> segments;

    private FieldPath(String text, List<Segment> segments) {
        this.text = text;
        this.segments = List.copyOf(segments);
    }

    /**
     * Compiles a path for a type.
     *
     * @throws InputException if the path is malformed, a field does not exist, or what it names is not a fixed number of
     *     numbers
     */
    public static VectorReader compile(MessageSchema schema, String path) {
        return parse(path).reader(schema);
    }

    /** Parses a path without a type. @throws InputException if it is malformed */
    public static FieldPath parse(String path) {
        List<Segment> segments = new ArrayList<>();
        int at = 0;
        while (at <= path.length()) {
            int end = at;
            while (end < path.length() && (Character.isLetterOrDigit(path.charAt(end)) || path.charAt(end) == '_')) {
                end++;
            }
            String field = path.substring(at, end);
            String selector = null;
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

    private static Segment segment(String path, String field, String selector) {
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
        List<String> names = segments.get(segments.size() - 1).names();
        return names == null ? List.of() : names;
    }

    /**
     * Compiles the path for a type.
     *
     * @throws InputException if a field does not exist or what it names is not a fixed number of numbers
     */
    public VectorReader reader(MessageSchema schema) {
        MessageSchema inside = schema;
        Locator locator = new Locator();
        Locator stamp = stampLocator(locator, inside);
        for (int i = 0; i < segments.size() - 1; i++) {
            FieldType type = enter(inside, segments.get(i), locator);
            inside = type.message();
            if (stamp == null) {
                stamp = stampLocator(locator, inside);
            }
        }
        return leafReader(inside, segments.get(segments.size() - 1), locator, stamp);
    }

    private FieldType enter(MessageSchema schema, Segment segment, Locator locator) {
        int index = fieldIndex(schema, segment);
        FieldType type = schema.fields().get(index).type();
        if (type.message() == null) {
            throw error(segment.field(), "a nested message", type.text() + " in " + schema.type());
        }
        locator.toField(schema, index);
        boolean array = type.arity() != FieldType.Arity.ONE;
        if (array != (segment.indices() != null && segment.indices().size() == 1) || segment.names() != null) {
            throw error(segment.field(), array ? "one index, such as [0]" : "no brackets", type.text());
        }
        if (array) {
            locator.toElement(type, segment.indices().get(0));
        }
        return type;
    }

    private VectorReader leafReader(MessageSchema schema, Segment segment, Locator locator, Locator stamp) {
        int index = fieldIndex(schema, segment);
        FieldType type = schema.fields().get(index).type();
        NameIndex names = segment.names() == null ? null : nameIndex(schema, segment, locator);
        Locator field = locator.copy().toField(schema, index);
        List<Integer> indices = elements(schema, segment, type);
        NumericLeaves leaves = NumericLeaves.of(type, () -> error(segment.field(), "numbers only",
                type.text() + (type.message() == null ? "" : "; name one of its fields: "
                        + String.join(", ", type.message().fieldNames()))));
        return new NumericReader(field, stamp, type, leaves, indices, names, names());
    }

    private List<Integer> elements(MessageSchema schema, Segment segment, FieldType type) {
        switch (type.arity()) {
            case ONE:
                if (segment.selects()) {
                    throw error(segment.field(), "no brackets", type.text() + " in " + schema.type());
                }
                return List.of(0);
            case FIXED:
                List<Integer> all = IntStream.range(0, type.length()).boxed().toList();
                if (segment.indices() != null && segment.indices().stream().anyMatch(i -> i >= type.length())) {
                    throw error(segment.field(), "indices below " + type.length(), segment.indices().toString());
                }
                return segment.indices() != null ? segment.indices() : all;
            default:
                if (!segment.selects()) {
                    throw error(segment.field(), "brackets with a slice, indices or names, such as " + segment.field()
                            + "[0:6]", "none; " + type.text() + " has no fixed length");
                }
                return segment.indices() != null ? segment.indices()
                        : IntStream.range(0, segment.names().size()).boxed().toList();
        }
    }

    private NameIndex nameIndex(MessageSchema schema, Segment segment, Locator locator) {
        for (String field : NAME_FIELDS) {
            int index = schema.indexOf(field);
            if (index >= 0 && schema.fields().get(index).type().text().equals("string[]")) {
                return new NameIndex(locator.copy().toField(schema, index), segment.names());
            }
        }
        throw error(segment.field(), "indices or a slice", "names, but " + schema.type()
                + " has no array of names (" + String.join(", ", NAME_FIELDS) + ")");
    }

    private int fieldIndex(MessageSchema schema, Segment segment) {
        int index = schema.indexOf(segment.field());
        if (index < 0) {
            throw new InputException("field path '" + text + "': " + schema.type() + " has no field '" + segment.field()
                    + "'" + NearestName.hint(segment.field(), schema.fieldNames()));
        }
        return index;
    }

    private static Locator stampLocator(Locator locator, MessageSchema schema) {
        int header = schema.indexOf("header");
        boolean stamped = header >= 0 && schema.fields().get(header).type().text().equals("std_msgs/Header");
        return stamped ? locator.copy().toField(schema, header) : null;
    }

    private InputException error(String field, String expected, String found) {
        return InputException.of("field path '" + text + "'", field, expected, found, "");
    }

    @Override
    public String toString() {
        return text;
    }
}
