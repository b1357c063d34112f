package dev.dpros.ros.message;

import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.List;

/** A compiled {@link FieldPath}. Used by one thread at a time; allocates nothing while it reads. */
final class NumericReader implements VectorReader {
    private final Locator field;
    private final Locator stamp;
    private final int fixedCount;
    private final int elementSize;
    private final int minimumElementSize;
    private final NumericLeaves leaves;
    private final int[] indices;
    private final NameIndex index;
    private final List<String> names;
    private final boolean[] all;

    /** @param index where the names are looked up, or null if it reads by place */
    NumericReader(Locator field, Locator stamp, FieldType type, NumericLeaves leaves, List<Integer> indices,
            NameIndex index, List<String> names) {
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
        this.index = index;
        this.names = index == null ? List.of() : List.copyOf(names);
        all = new boolean[Math.max(1, this.names.size())];
    }

    @Override
    public int size() {
        return indices.length * leaves.offsets.length;
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public boolean read(ByteBuffer message, float[] out, int offset) {
        return readSome(message, out, offset, all) == all.length;
    }

    @Override
    public int readSome(ByteBuffer message, float[] out, int offset, boolean[] present) {
        if (index != null && index.resolve(message, indices) < 0) {
            return MALFORMED;
        }
        int at = field.locate(message);
        int count = fixedCount;
        if (count < 0) {
            count = SkipPlan.count(message, at, minimumElementSize);
            at += 4;
        } else if (at < 0 || message.limit() - at < elementSize * fixedCount) {
            return MALFORMED;
        }
        if (count < 0) {
            return MALFORMED;
        }
        return index != null ? named(message, at, count, out, offset, present) : placed(message, at, count, out, offset, present);
    }

    /** A name without a value, as in a message that has velocities alone, is not there. */
    private int named(ByteBuffer message, int at, int count, float[] out, int offset, boolean[] present) {
        int found = 0;
        for (int i = 0; i < indices.length; i++) {
            present[i] = indices[i] >= 0 && indices[i] < count;
            if (present[i]) {
                element(message, at + indices[i] * elementSize, out, offset + i * leaves.offsets.length);
                found++;
            }
        }
        return found;
    }

    private int placed(ByteBuffer message, int at, int count, float[] out, int offset, boolean[] present) {
        present[0] = false;
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] >= count) {
                return MALFORMED;
            }
            element(message, at + indices[i] * elementSize, out, offset + i * leaves.offsets.length);
        }
        present[0] = true;
        return 1;
    }

    private void element(ByteBuffer message, int start, float[] out, int offset) {
        for (int leaf = 0; leaf < leaves.offsets.length; leaf++) {
            out[offset + leaf] = value(message, start + leaves.offsets[leaf], leaves.types[leaf]);
        }
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
