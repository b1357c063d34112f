package dev.dpros.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A tensor and where its bytes lie: in memory, or in a file from which they are read when they are used, so that a large
 * checkpoint never passes through the heap. Immutable; any thread.
 *
 * @param dtype element type
 * @param shape dimensions, outermost first; empty for a scalar
 * @param content little-endian, contiguous, row-major
 */
public record TensorData(DType dtype, List<Long> shape, Content content) {
    /** Where bytes lie. Any thread. */
    public interface Content {
        /** Their number. */
        int length();

        /**
         * Fills the buffer with the bytes from {@code offset} on.
         *
         * @throws IndexOutOfBoundsException if there are not so many
         * @throws InputException if they lie in a file that can no longer be read as it was
         */
        void read(int offset, ByteBuffer into);

        /** A part of it. @throws IndexOutOfBoundsException if it is not within */
        default Content part(int begin, int size) {
            Objects.checkFromIndexSize(begin, size, length());
            return new Part(this, begin, size);
        }
    }

    private record Part(Content whole, int begin, int length) implements Content {
        @Override
        public void read(int offset, ByteBuffer into) {
            Objects.checkFromIndexSize(offset, into.remaining(), length);
            whole.read(begin + offset, into);
        }
    }

    private record InMemory(ByteBuffer bytes) implements Content {
        @Override
        public int length() {
            return bytes.remaining();
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            into.put(bytes.slice(offset, into.remaining()));
        }
    }

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
        String expected = expected(dtype, shape);
        if (!expected.equals(String.valueOf(content.length()))) {
            throw new IllegalArgumentException("tensor " + shape + " " + dtype + ": expected " + expected + " bytes, found "
                    + content.length());
        }
    }

    /** The number of bytes; in words where there is none. */
    private static String expected(DType dtype, List<Long> shape) {
        try {
            return shape.stream().anyMatch(d -> d < 0) ? "no negative number of" : String.valueOf(Math.multiplyExact(dtype.bytes(), count(shape)));
        } catch (ArithmeticException e) {
            return "more than 2^63";
        }
    }

    /** A tensor in memory: what the buffer has between position and limit. */
    public TensorData(DType dtype, List<Long> shape, ByteBuffer bytes) {
        this(dtype, shape, new InMemory(bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN)));
    }

    /** A float32 tensor from an array. */
    public static TensorData of(float[] values, long... shape) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new TensorData(DType.F32, Arrays.stream(shape).boxed().toList(), buffer);
    }

    /**
     * The bytes, little-endian, position 0: a fresh view of what is in memory, else a copy outside the heap, read now.
     *
     * @throws InputException as {@link Content#read}
     */
    public ByteBuffer bytes() {
        if (content instanceof InMemory memory) {
            return memory.bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(content.length()).order(ByteOrder.LITTLE_ENDIAN);
        content.read(0, copy);
        return copy.flip();
    }

    /** The same tensor, independent of any file; a copy is outside the heap. @throws InputException as {@link Content#read} */
    public TensorData inMemory() {
        if (content instanceof InMemory) {
            return this;
        }
        return new TensorData(dtype, shape, bytes());
    }

    /** Some of the rows along the first dimension: a view. @throws IndexOutOfBoundsException if it has not so many */
    public TensorData rows(long first, long number) {
        Objects.checkFromIndexSize(first, number, shape.get(0));
        List<Long> part = new ArrayList<>(shape);
        part.set(0, number);
        int row = content.length() / shape.get(0).intValue();
        return new TensorData(dtype, part, content.part((int) first * row, (int) number * row));
    }

    /** Number of elements. */
    public long count() {
        return count(shape);
    }

    private static long count(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
