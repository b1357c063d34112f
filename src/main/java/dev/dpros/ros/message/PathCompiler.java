package dev.dpros.ros.message;

import dev.dpros.core.FieldPath;
import dev.dpros.core.FieldPath.Segment;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.VectorReader;
import java.util.List;
import java.util.stream.IntStream;

/** Compiles a {@link FieldPath} for one type. */
final class PathCompiler {
    private final FieldPath path;

    PathCompiler(FieldPath path) {
        this.path = path;
    }

    /** @throws InputException if a field does not exist or what it names is not a fixed number of numbers */
    VectorReader reader(MessageSchema schema) {
        List<Segment> segments = path.segments();
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
        return leafReader(inside, path.last(), locator, stamp);
    }

    private FieldType enter(MessageSchema schema, Segment segment, Locator locator) {
        int index = fieldIndex(schema, segment);
        FieldType type = schema.fields().get(index).type();
        if (type.message() == null) {
            throw path.error(segment.field(), "a nested message", type.text() + " in " + schema.type());
        }
        locator.toField(schema, index);
        boolean array = type.arity() != FieldType.Arity.ONE;
        if (array != (segment.indices() != null && segment.indices().size() == 1) || segment.names() != null) {
            throw path.error(segment.field(), array ? "one index, such as [0]" : "no brackets", type.text());
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
        NumericLeaves leaves = NumericLeaves.of(type, () -> path.error(segment.field(), "numbers only",
                type.text() + (type.message() == null ? "" : "; name one of its fields: "
                        + String.join(", ", type.message().fieldNames()))));
        return new NumericReader(field, stamp, type, leaves, indices, names, path.names());
    }

    private List<Integer> elements(MessageSchema schema, Segment segment, FieldType type) {
        switch (type.arity()) {
            case ONE:
                if (segment.selects()) {
                    throw path.error(segment.field(), "no brackets", type.text() + " in " + schema.type());
                }
                return List.of(0);
            case FIXED:
                List<Integer> all = IntStream.range(0, type.length()).boxed().toList();
                if (segment.indices() != null && segment.indices().stream().anyMatch(i -> i >= type.length())) {
                    throw path.error(segment.field(), "indices below " + type.length(), segment.indices().toString());
                }
                return segment.indices() != null ? segment.indices() : all;
            default:
                if (!segment.selects()) {
                    throw path.error(segment.field(), "brackets with a slice, indices or names, such as " + segment.field()
                            + "[0:6]", "none; " + type.text() + " has no fixed length");
                }
                return segment.indices() != null ? segment.indices()
                        : IntStream.range(0, segment.names().size()).boxed().toList();
        }
    }

    private NameIndex nameIndex(MessageSchema schema, Segment segment, Locator locator) {
        for (String field : FieldPath.NAME_FIELDS) {
            int index = schema.indexOf(field);
            if (index >= 0 && schema.fields().get(index).type().text().equals("string[]")) {
                return new NameIndex(locator.copy().toField(schema, index), segment.names());
            }
        }
        throw path.error(segment.field(), "indices or a slice", "names, but " + schema.type()
                + " has no array of names (" + String.join(", ", FieldPath.NAME_FIELDS) + ")");
    }

    private int fieldIndex(MessageSchema schema, Segment segment) {
        int index = schema.indexOf(segment.field());
        if (index < 0) {
            throw new InputException("field path '" + path + "': " + schema.type() + " has no field '" + segment.field()
                    + "'" + NearestName.hint(segment.field(), schema.fieldNames()));
        }
        return index;
    }

    private static Locator stampLocator(Locator locator, MessageSchema schema) {
        int header = schema.indexOf("header");
        boolean stamped = header >= 0 && schema.fields().get(header).type().text().equals("std_msgs/Header");
        return stamped ? locator.copy().toField(schema, header) : null;
    }
}
