package dev.dpros.ros.message;

import dev.dpros.core.FieldPath;
import dev.dpros.core.FieldPath.Segment;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.VectorReader;
import java.util.List;
import java.util.stream.IntStream;

/** Compiles a {@link FieldPath} for one type and the wire format of a plan. */
public final class PathCompiler {
    private final FieldPath path;

    /** A compiler of this path. */
    public PathCompiler(FieldPath path) {
        this.path = path;
    }

    /**
     * Compiles the path.
     *
     * @param start the wire format's plan, without a step
     * @throws InputException if a field does not exist or what it names is not a fixed number of numbers
     */
    public VectorReader reader(MessageSchema schema, AccessPlan start) {
        List<Segment> segments = path.segments();
        MessageSchema inside = schema;
        AccessPlan plan = start;
        AccessPlan stamp = stampPlan(plan, inside);
        for (int i = 0; i < segments.size() - 1; i++) {
            plan = enter(inside, segments.get(i), plan);
            inside = inside.fields().get(fieldIndex(inside, segments.get(i))).type().message();
            if (stamp == null) {
                stamp = stampPlan(plan, inside);
            }
        }
        return leafReader(inside, path.last(), plan, stamp);
    }

    private AccessPlan enter(MessageSchema schema, Segment segment, AccessPlan plan) {
        int index = fieldIndex(schema, segment);
        FieldType type = schema.fields().get(index).type();
        if (type.message() == null) {
            throw path.error(segment.field(), "a nested message", type.text() + " in " + schema.type());
        }
        boolean array = type.arity() != FieldType.Arity.ONE;
        if (array != (segment.indices() != null && segment.indices().size() == 1) || segment.names() != null) {
            throw path.error(segment.field(), array ? "one index, such as [0]" : "no brackets", type.text());
        }
        AccessPlan field = plan.toField(schema, index);
        return array ? field.toElement(type, segment.indices().get(0)) : field;
    }

    private VectorReader leafReader(MessageSchema schema, Segment segment, AccessPlan plan, AccessPlan stamp) {
        int index = fieldIndex(schema, segment);
        FieldType type = schema.fields().get(index).type();
        AccessPlan names = segment.names() == null ? null : namesPlan(schema, segment, plan);
        List<Integer> indices = elements(schema, segment, type);
        return plan.toField(schema, index).numbers(type, indices, new AccessPlan.Aside(stamp, names, path.names()),
                () -> path.error(segment.field(), "numbers only", type.text() + (type.message() == null ? ""
                        : "; name one of its fields: " + String.join(", ", type.message().fieldNames()))));
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

    private AccessPlan namesPlan(MessageSchema schema, Segment segment, AccessPlan plan) {
        for (String field : FieldPath.NAME_FIELDS) {
            int index = schema.indexOf(field);
            FieldType type = index < 0 ? null : schema.fields().get(index).type();
            if (type != null && type.primitive() == Primitive.STRING && type.arity() == FieldType.Arity.VARIABLE) {
                return plan.toField(schema, index);
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

    private static AccessPlan stampPlan(AccessPlan plan, MessageSchema schema) {
        int header = schema.indexOf("header");
        return header >= 0 && MessageSchema.isHeader(schema.fields().get(header)) ? plan.toField(schema, header) : null;
    }
}
