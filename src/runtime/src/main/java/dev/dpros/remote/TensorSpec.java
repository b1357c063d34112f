package dev.dpros.remote;

import java.util.List;

/**
 * Name, element type and shape of a tensor; a dimension of -1 may have any size (in a model's metadata only).
 *
 * @param name as the model calls it
 * @param type of its elements
 * @param shape row-major
 */
public record TensorSpec(String name, TensorType type, List<Long> shape) {
    /** Copies the shape. @throws IllegalArgumentException if a dimension is neither -1 nor positive */
    public TensorSpec {
        shape = List.copyOf(shape);
        for (long size : shape) {
            if (size < 1 && size != -1) {
                throw new IllegalArgumentException(name + ": shape: expected positive dimensions, found " + shape);
            }
        }
    }

    /** One of this shape. */
    public static TensorSpec of(String name, TensorType type, long... shape) {
        return new TensorSpec(name, type, java.util.Arrays.stream(shape).boxed().toList());
    }

    /** Bytes of its data. @throws IllegalStateException if a dimension is open, ArithmeticException beyond an int */
    public int bytes() {
        long bytes = type.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalStateException(name + ": shape " + shape + " is open");
            }
            bytes = Math.multiplyExact(bytes, size);
        }
        return Math.toIntExact(bytes);
    }

    /** Such as {@code FP32[1, 16, 2]}. */
    String words() {
        return type + shape.toString();
    }
}
