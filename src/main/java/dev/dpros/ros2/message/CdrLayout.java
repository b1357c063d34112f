package dev.dpros.ros2.message;

import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where the parts of an element lie that has the same parts in every message: what it takes depends on nothing but how far
 * its start is from a multiple of 8. Immutable; free of allocation once built.
 */
final class CdrLayout {
    private static final int MAX_LEAVES = 4096;
    private static final int RESIDUES = 8;
    /** No message is that long. */
    private static final long TOO_LONG = Integer.MAX_VALUE;

    private final int[] sizes;
    private final int[][] offsets;
    private final Primitive[] types;

    private CdrLayout(int[] sizes, int[][] offsets, Primitive[] types) {
        this.sizes = sizes;
        this.offsets = offsets;
        this.types = types;
    }

    /** The layout of a field, or null if its size is not the same in every message. */
    static CdrLayout of(FieldType type) {
        long[] sizes = sizes(type);
        return sizes == null ? null : new CdrLayout(ints(sizes), new int[RESIDUES][0], new Primitive[0]);
    }

    /** The layout of one element with its numbers; throws what {@code failure} gives if it holds anything else. */
    static CdrLayout ofNumbers(FieldType type, Supplier<? extends RuntimeException> failure) {
        FieldType element = type.single();
        long[] sizes = sizes(element);
        if (sizes == null) {
            throw failure.get();
        }
        int[][] offsets = new int[RESIDUES][];
        List<Primitive> types = new ArrayList<>();
        for (int residue = 0; residue < RESIDUES; residue++) {
            List<Integer> found = new ArrayList<>();
            types.clear();
            leaves(element, residue, found, types, failure);
            int start = residue;
            offsets[residue] = found.stream().mapToInt(at -> at - start).toArray();
        }
        return new CdrLayout(ints(sizes), offsets, types.toArray(new Primitive[0]));
    }

    private static int[] ints(long[] sizes) {
        int[] all = new int[RESIDUES];
        for (int residue = 0; residue < RESIDUES; residue++) {
            all[residue] = (int) sizes[residue];
        }
        return all;
    }

    /** Bytes from each residue to the end of the field, padding before it included; null if they are not fixed. */
    private static long[] sizes(FieldType type) {
        if (type.arity() == FieldType.Arity.VARIABLE || type.primitive() != null && type.primitive().isText()) {
            return null;
        }
        long[] one = type.primitive() != null ? primitive(type.primitive().size()) : fields(type.message());
        if (one == null || type.arity() == FieldType.Arity.ONE) {
            return one;
        }
        long[] all = new long[RESIDUES];
        for (int residue = 0; residue < RESIDUES; residue++) {
            // after the first element all start alike, modulo the largest alignment among their numbers
            all[residue] = Math.min(TOO_LONG, one[residue] + (type.length() - 1) * one[next(residue, one)]);
        }
        return all;
    }

    private static int next(int residue, long[] sizes) {
        return (int) (residue + sizes[residue]) & RESIDUES - 1;
    }

    private static long[] primitive(int size) {
        long[] sizes = new long[RESIDUES];
        for (int residue = 0; residue < RESIDUES; residue++) {
            sizes[residue] = (-residue & size - 1) + (long) size;
        }
        return sizes;
    }

    private static long[] fields(MessageSchema schema) {
        long[] sum = new long[RESIDUES];
        for (MessageSchema.Field field : schema.fields()) {
            long[] sizes = sizes(field.type());
            if (sizes == null) {
                return null;
            }
            for (int residue = 0; residue < RESIDUES; residue++) {
                sum[residue] = Math.min(TOO_LONG, sum[residue] + sizes[next(residue, sum)]);
            }
        }
        return sum;
    }

    private static void leaves(FieldType type, int start, List<Integer> offsets, List<Primitive> types,
            Supplier<? extends RuntimeException> failure) {
        int count = type.arity() == FieldType.Arity.FIXED ? type.length() : 1;
        CdrLayout element = of(type.single());
        int at = start;
        for (int i = 0; i < count; i++) {
            if (offsets.size() >= MAX_LEAVES || type.primitive() != null && !type.primitive().isNumeric()) {
                throw failure.get();
            }
            if (type.primitive() != null) {
                offsets.add(at + element.sizes[at & RESIDUES - 1] - type.primitive().size());
                types.add(type.primitive());
            } else {
                int field = at;
                for (MessageSchema.Field part : type.message().fields()) {
                    leaves(part.type(), field, offsets, types, failure);
                    field += of(part.type()).sizes[field & RESIDUES - 1];
                }
            }
            at += element.sizes[at & RESIDUES - 1];
        }
    }

    /** Number of numbers in an element. */
    int leaves() {
        return types.length;
    }

    /** Type of a number. */
    Primitive type(int leaf) {
        return types[leaf];
    }

    /** Where a number of the element that starts at {@code at} lies. */
    int leaf(int at, int leaf) {
        return at + offsets[at - Cdr.HEADER_BYTES & RESIDUES - 1][leaf];
    }

    /** Where element {@code index} of an array that starts at {@code at} starts, before its padding. */
    long element(int at, int index) {
        if (index == 0) {
            return at;
        }
        int residue = at - Cdr.HEADER_BYTES & RESIDUES - 1;
        int first = sizes[residue];
        return at + (long) first + (index - 1L) * sizes[residue + first & RESIDUES - 1];
    }
}
