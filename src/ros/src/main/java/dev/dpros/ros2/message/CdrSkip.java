package dev.dpros.ros2.message;

import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.nio.ByteBuffer;

/**
 * Steps over serialized fields without reading them. Compiled once from a schema; then immutable and free of allocation.
 * Every length is checked against the message before it is used.
 */
abstract class CdrSkip {
    /** Index just after the field that starts at {@code at}, or -1 if the message ends before. */
    abstract int skip(ByteBuffer message, int at, boolean big);

    /** The plan for a field. */
    static CdrSkip of(FieldType type) {
        CdrLayout fixed = CdrLayout.of(type);
        if (fixed != null) {
            return new Fixed(fixed);
        }
        if (type.arity() == FieldType.Arity.ONE) {
            return type.primitive() == null ? new Fields(type.message())
                    : new Text(type.primitive() == Primitive.STRING ? 1 : Cdr.WIDE_BYTES, type.textBound());
        }
        boolean counted = type.arity() == FieldType.Arity.VARIABLE;
        CdrLayout element = CdrLayout.of(type.single());
        return counted && element != null ? new Counted(element, type.minimumElementSize(), type.length())
                : new Repeated(CdrSkip.of(type.single()), type, counted);
    }

    private static final class Fixed extends CdrSkip {
        private final CdrLayout layout;

        Fixed(CdrLayout layout) {
            this.layout = layout;
        }

        @Override
        int skip(ByteBuffer message, int at, boolean big) {
            long end = layout.element(at, 1);
            return end > message.limit() ? -1 : (int) end;
        }
    }

    /** The count of a string of bytes includes the zero at its end. */
    private static final class Text extends CdrSkip {
        private final int unitBytes;
        private final int bound;

        Text(int unitBytes, int bound) {
            this.unitBytes = unitBytes;
            this.bound = bound == 0 || unitBytes > 1 ? bound : bound + 1;
        }

        @Override
        int skip(ByteBuffer message, int at, boolean big) {
            int start = Cdr.align(at, 4);
            int count = Cdr.count(message, start, big, unitBytes, bound);
            return count < 0 ? -1 : start + 4 + count * unitBytes;
        }
    }

    private static final class Counted extends CdrSkip {
        private final CdrLayout element;
        private final int minimumElementSize;
        private final int bound;

        Counted(CdrLayout element, int minimumElementSize, int bound) {
            this.element = element;
            this.minimumElementSize = minimumElementSize;
            this.bound = bound;
        }

        @Override
        int skip(ByteBuffer message, int at, boolean big) {
            int start = Cdr.align(at, 4);
            int count = Cdr.count(message, start, big, minimumElementSize, bound);
            long end = count < 0 ? -1 : element.element(start + 4, count);
            return end > message.limit() ? -1 : (int) end;
        }
    }

    private static final class Repeated extends CdrSkip {
        private final CdrSkip element;
        private final boolean counted;
        private final int length;
        private final int minimumElementSize;

        Repeated(CdrSkip element, FieldType type, boolean counted) {
            this.element = element;
            this.counted = counted;
            length = type.length();
            minimumElementSize = type.minimumElementSize();
        }

        @Override
        int skip(ByteBuffer message, int at, boolean big) {
            int start = counted ? Cdr.align(at, 4) : at;
            int count = counted ? Cdr.count(message, start, big, minimumElementSize, length) : length;
            int next = count < 0 ? -1 : counted ? start + 4 : start;
            for (int i = 0; i < count && next >= 0; i++) {
                next = element.skip(message, next, big);
            }
            return next;
        }
    }

    private static final class Fields extends CdrSkip {
        private final CdrSkip[] fields;

        Fields(MessageSchema schema) {
            fields = schema.fields().stream().map(field -> CdrSkip.of(field.type())).toArray(CdrSkip[]::new);
        }

        @Override
        int skip(ByteBuffer message, int at, boolean big) {
            int next = at;
            for (int i = 0; i < fields.length && next >= 0; i++) {
                next = fields[i].skip(message, next, big);
            }
            return next;
        }
    }
}
