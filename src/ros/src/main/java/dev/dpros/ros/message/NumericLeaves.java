package dev.dpros.ros.message;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The numbers inside one element of fixed size, with their offsets. Immutable. */
final class NumericLeaves {
    private static final int MAX_LEAVES = 4096;
    /** Offset of each number from the element's first byte. */
    final int[] offsets;
    /** Type of each number. */
    final Primitive[] types;

    private NumericLeaves(List<Integer> offsets, List<Primitive> types) {
        this.offsets = offsets.stream().mapToInt(Integer::intValue).toArray();
        this.types = types.toArray(new Primitive[0]);
    }

    /** The numbers of one element of the field; throws what {@code failure} gives if it holds anything else. */
    static NumericLeaves of(FieldType type, Supplier<? extends RuntimeException> failure) {
        List<Integer> offsets = new ArrayList<>();
        List<Primitive> types = new ArrayList<>();
        collect(type.single(), 0, offsets, types, failure);
        return new NumericLeaves(offsets, types);
    }

    private static void collect(FieldType type, int offset, List<Integer> offsets, List<Primitive> types,
            Supplier<? extends RuntimeException> failure) {
        if (type.fixedSize() < 0 || offsets.size() >= MAX_LEAVES) {
            throw failure.get();
        }
        int count = type.arity() == FieldType.Arity.FIXED ? type.length() : 1;
        for (int i = 0; i < count; i++) {
            int start = offset + i * type.elementSize();
            if (type.primitive() == null) {
                int at = start;
                for (MessageSchema.Field field : type.message().fields()) {
                    collect(field.type(), at, offsets, types, failure);
                    at += field.type().fixedSize();
                }
            } else if (type.primitive().isNumeric() && offsets.size() < MAX_LEAVES) {
                offsets.add(start);
                types.add(type.primitive());
            } else {
                throw failure.get();
            }
        }
    }
}
