package dev.dpros.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor's bytes where they lie, usually a view of a memory-mapped file, so that a large checkpoint never passes
 * through the heap. Immutable; any thread.
 *
 * @param dtype element type
 * @param shape dimensions, outermost first; empty for a scalar
 * @param bytes little-endian, contiguous, row-major, read-only
 */
public record TensorData(DType dtype, List<Long> shape, ByteBuffer bytes) {
    /** Element types of safetensors and torch storages. */
    public enum DType {
        /** float32. */ F32(4), /** float64. */ F64(8), /** float16. */ F16(2), /** bfloat16. */ BF16(2),
        /** int64. */ I64(8), /** int32. */ I32(4), /** int16. */ I16(2), /** int8. */ I8(1), /** uint8. */ U8(1),
        /** bool. */ BOOL(1);

        private final int bytes;

        DType(int bytes) {
            this.bytes = bytes;
        }

        /** Size of one element in bytes. */
        public int bytes() {
            return bytes;
        }
    }

    /** @throws IllegalArgumentException if the bytes do not fit the shape */
    public TensorData {
        shape = List.copyOf(shape);
        bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long expected = dtype.bytes() * count(shape);
        if (expected != bytes.remaining()) {
            throw new IllegalArgumentException("tensor " + shape + " " + dtype + ": expected " + expected
                    + " bytes, found " + bytes.remaining());
        }
    }

    /** A float32 tensor from an array. */
    public static TensorData of(float[] values, long... shape) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new TensorData(DType.F32, Arrays.stream(shape).boxed().toList(), buffer);
    }

    /** The bytes, little-endian, position 0; a fresh view on each call. */
    @Override
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Number of elements. */
    public long count() {
        return count(shape);
    }

    private static long count(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
