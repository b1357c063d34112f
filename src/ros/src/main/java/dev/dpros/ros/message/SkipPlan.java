package dev.dpros.ros.message;

import java.nio.ByteBuffer;

/**
 * Steps over serialized fields without reading them. Compiled once from a schema; then immutable and free of
 * allocation. Every length is checked against the message before it is used.
 */
abstract class SkipPlan {
    /** Index just after the field that starts at {@code offset}, or -1 if the message ends before. */
    abstract int skip(ByteBuffer message, int offset);

    /** The plan for a field. */
    static SkipPlan of(FieldType type) {
        int fixed = type.fixedSize();
        if (fixed >= 0) {
            return new Bytes(fixed);
        }
        int element = type.elementSize();
        return switch (type.arity()) {
            case ONE -> type.primitive() == Primitive.STRING ? new Counted(1) : new Fields(type.message());
            case FIXED -> new Repeated(SkipPlan.of(type.single()), type.length());
            case VARIABLE -> element >= 0 ? new Counted(element) : new Repeated(SkipPlan.of(type.single()), -1);
        };
    }

    /** The u32 count at {@code offset} if that many elements of at least so many bytes can follow, else -1. */
    static int count(ByteBuffer message, int offset, int minimumElementSize) {
        if (offset < 0 || message.limit() - offset < 4) {
            return -1;
        }
        long count = message.getInt(offset) & 0xffffffffL;
        return count * Math.max(1, minimumElementSize) > message.limit() - offset - 4 ? -1 : (int) count;
    }

    private static final class Bytes extends SkipPlan {
        private final int size;

        Bytes(int size) {
            this.size = size;
        }

        @Override
        int skip(ByteBuffer message, int offset) {
            return message.limit() - offset < size ? -1 : offset + size;
        }
    }

    private static final class Counted extends SkipPlan {
        private final int elementSize;

        Counted(int elementSize) {
            this.elementSize = elementSize;
        }

        @Override
        int skip(ByteBuffer message, int offset) {
            int count = count(message, offset, elementSize);
            return count < 0 ? -1 : offset + 4 + count * elementSize;
        }
    }

    private static final class Repeated extends SkipPlan {
        private final SkipPlan element;
        private final int fixedCount;

        Repeated(SkipPlan element, int fixedCount) {
            this.element = element;
            this.fixedCount = fixedCount;
        }

        @Override
        int skip(ByteBuffer message, int offset) {
            int count = fixedCount >= 0 ? fixedCount : count(message, offset, 4);
            int at = count < 0 ? -1 : fixedCount >= 0 ? offset : offset + 4;
            for (int i = 0; i < count && at >= 0; i++) {
                at = element.skip(message, at);
            }
            return at;
        }
    }

    private static final class Fields extends SkipPlan {
        private final SkipPlan[] fields;

        Fields(MessageSchema schema) {
            fields = schema.fields().stream().map(field -> SkipPlan.of(field.type())).toArray(SkipPlan[]::new);
        }

        @Override
        int skip(ByteBuffer message, int offset) {
            int at = offset;
            for (int i = 0; i < fields.length && at >= 0; i++) {
                at = fields[i].skip(message, at);
            }
            return at;
        }
    }
}
