package dev.dpros.ros.message;

import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.List;

/** A compiled {@link FieldPath}. Used by one thread at a time; allocates nothing. */
final class NumericReader implements VectorReader {
    private final Locator field;
    private final Locator stamp;
    private final int fixedCount;
    private final int elementSize;
    private final int minimumElementSize;
    private final NumericLeaves leaves;
    private final int[] indices;
    private final NameIndex names;

    NumericReader(Locator field, Locator stamp, FieldType type, NumericLeaves leaves, List<Integer> indices,
            NameIndex names) {
        this.field = field;
        this.stamp = stamp;
        fixedCount = switch (type.arity()) {
            case ONE -> 1;
            case FIXED -> type.length();
            case VARIABLE -> -1;
        };
        elementSize = type.elementSize();
        minimumElementSize = type.minimumElementSize();
        this.leaves = leaves;
        this.indices = indices.stream().mapToInt(Integer::intValue).toArray();
        this.names = names;
    }

    @Override
    public int size() {
        return indices.length * leaves.offsets.length;
    }

    @Override
    public boolean read(ByteBuffer message, float[] out, int offset) {
        if (names != null && !names.resolve(message, indices)) {
            return false;
        }
        int at = field.locate(message);
        int count = fixedCount;
        if (count < 0) {
            count = SkipPlan.count(message, at, minimumElementSize);
            at += 4;
        } else if (at < 0 || message.limit() - at < elementSize * fixedCount) {
            return false;
        }
        int written = offset;
        for (int index : indices) {
            if (index >= count) {
                return false;
            }
            int start = at + index * elementSize;
            for (int leaf = 0; leaf < leaves.offsets.length; leaf++) {
                out[written++] = value(message, start + leaves.offsets[leaf], leaves.types[leaf]);
            }
        }
        return true;
    }

    private static float value(ByteBuffer message, int at, Primitive type) {
        switch (type) {
            case FLOAT64:
                return (float) message.getDouble(at);
            case FLOAT32:
                return message.getFloat(at);
            case INT32:
                return message.getInt(at);
            case UINT32:
                return message.getInt(at) & 0xffffffffL;
            case INT16:
                return message.getShort(at);
            case UINT16:
                return message.getShort(at) & 0xffff;
            case INT8, BYTE:
                return message.get(at);
            case UINT8, CHAR:
                return message.get(at) & 0xff;
            case BOOL:
                return message.get(at) == 0 ? 0 : 1;
            case UINT64:
                long bits = message.getLong(at);
                return bits >= 0 ? bits : (float) ((bits >>> 1) * 2.0);
            default:
                return message.getLong(at);
        }
    }

    @Override
    public long stampNs(ByteBuffer message) {
        int at = stamp == null ? -1 : stamp.locate(message);
        return at < 0 || message.limit() - at < 12 ? 0
                : WireTime.timeNs(message.getInt(at + 4), message.getInt(at + 8));
    }
}
