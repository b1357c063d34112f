package dev.dpros.ros2.message;

import dev.dpros.core.VectorReader;
import dev.dpros.ros.message.AccessPlan;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.Primitive;
import java.nio.ByteBuffer;
import java.util.List;

/** A compiled field path of a ROS 2 type. Used by one thread at a time; allocates nothing while it reads. */
final class CdrNumbers implements VectorReader {
    private final CdrLocator field;
    private final CdrLocator stamp;
    private final boolean counted;
    private final int length;
    private final int minimumElementSize;
    private final CdrLayout element;
    private final int[] indices;
    private final CdrNames index;
    private final List<String> names;
    private final boolean[] all;

    CdrNumbers(CdrLocator field, FieldType type, CdrLayout element, List<Integer> indices, AccessPlan.Aside aside) {
        this.field = field;
        stamp = (CdrLocator) aside.stamp();
        counted = type.arity() == FieldType.Arity.VARIABLE;
        length = type.arity() == FieldType.Arity.ONE ? 1 : type.length();
        minimumElementSize = type.minimumElementSize();
        this.element = element;
        this.indices = indices.stream().mapToInt(Integer::intValue).toArray();
        index = aside.names() == null ? null : new CdrNames((CdrLocator) aside.names(), aside.wanted());
        names = index == null ? List.of() : List.copyOf(aside.wanted());
        all = new boolean[Math.max(1, names.size())];
    }

    @Override
    public int size() {
        return indices.length * element.leaves();
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
        int order = Cdr.order(message);
        boolean big = order == 1;
        if (order == Cdr.UNKNOWN || index != null && index.resolve(message, big, indices) < 0) {
            return MALFORMED;
        }
        int at = field.locate(message, big);
        int count = length;
        if (counted && at >= 0) {
            at = Cdr.align(at, 4);
            count = Cdr.count(message, at, big, minimumElementSize, length);
            at += 4;
        }
        if (at < 0 || count < 0 || element.element(at, count) > message.limit()) {
            return MALFORMED;
        }
        return index != null ? named(message, at, count, out, offset, present, big)
                : placed(message, at, count, out, offset, present, big);
    }

    /** A name without a value, as in a message that has velocities alone, is not there. */
    private int named(ByteBuffer message, int at, int count, float[] out, int offset, boolean[] present, boolean big) {
        int found = 0;
        for (int i = 0; i < indices.length; i++) {
            present[i] = indices[i] >= 0 && indices[i] < count;
            if (present[i]) {
                element(message, at, indices[i], out, offset + i * element.leaves(), big);
                found++;
            }
        }
        return found;
    }

    private int placed(ByteBuffer message, int at, int count, float[] out, int offset, boolean[] present, boolean big) {
        present[0] = false;
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] >= count) {
                return MALFORMED;
            }
            element(message, at, indices[i], out, offset + i * element.leaves(), big);
        }
        present[0] = true;
        return 1;
    }

    private void element(ByteBuffer message, int array, int number, float[] out, int offset, boolean big) {
        int start = (int) element.element(array, number);
        for (int leaf = 0; leaf < element.leaves(); leaf++) {
            out[offset + leaf] = value(message, element.leaf(start, leaf), element.type(leaf), big);
        }
    }

    private static float value(ByteBuffer message, int at, Primitive type, boolean big) {
        switch (type) {
            case FLOAT64:
                return (float) Double.longBitsToDouble(Cdr.int64(message, at, big));
            case FLOAT32:
                return Float.intBitsToFloat(Cdr.int32(message, at, big));
            case INT32:
                return Cdr.int32(message, at, big);
            case UINT32:
                return Cdr.int32(message, at, big) & 0xffffffffL;
            case INT16:
                return Cdr.int16(message, at, big);
            case UINT16:
                return Cdr.int16(message, at, big) & 0xffff;
            case INT8:
                return message.get(at);
            case UINT8, CHAR, BYTE:
                return message.get(at) & 0xff;
            case BOOL:
                return message.get(at) == 0 ? 0 : 1;
            case UINT64:
                long bits = Cdr.int64(message, at, big);
                return bits >= 0 ? bits : (float) ((bits >>> 1) * 2.0);
            default:
                return Cdr.int64(message, at, big);
        }
    }

    @Override
    public long stampNs(ByteBuffer message) {
        int order = Cdr.order(message);
        int at = stamp == null || order == Cdr.UNKNOWN ? -1 : stamp.locate(message, order == 1);
        int start = at < 0 ? -1 : Cdr.align(at, 4);
        return start < 0 || message.limit() - start < 8 ? 0
                : Cdr.timeNs(Cdr.int32(message, start, order == 1), Cdr.int32(message, start + 4, order == 1));
    }
}
