package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A float32 tensor to be stored in an archive, as pieces that are written one after the other: so several tensors of a
 * checkpoint become one (concatenated along their first dimension) without a copy. Immutable.
 *
 * @param shape dimensions, outermost first
 * @param pieces the tensors whose values follow each other, row-major
 */
public record ScriptTensor(List<Long> shape, List<TensorData> pieces) {
    /** @throws IllegalArgumentException if the pieces do not fill the shape */
    public ScriptTensor {
        shape = List.copyOf(shape);
        pieces = List.copyOf(pieces);
        long expected = shape.stream().reduce(1L, Math::multiplyExact);
        long found = pieces.stream().mapToLong(TensorData::count).sum();
        if (expected != found) {
            throw new IllegalArgumentException("tensor " + shape + ": expected " + expected + " values, found " + found);
        }
    }

    /** A tensor as it is. */
    public static ScriptTensor of(TensorData tensor) {
        return new ScriptTensor(tensor.shape(), List.of(tensor));
    }

    /** A tensor with other dimensions around the same values. */
    public static ScriptTensor reshaped(TensorData tensor, long... shape) {
        List<Long> dims = new ArrayList<>(shape.length);
        for (long dim : shape) {
            dims.add(dim);
        }
        return new ScriptTensor(dims, List.of(tensor));
    }

    /** Tensors of equal inner dimensions, concatenated along the first. */
    public static ScriptTensor concatenated(List<TensorData> tensors) {
        List<Long> shape = new ArrayList<>(tensors.get(0).shape());
        shape.set(0, tensors.stream().mapToLong(t -> t.shape().get(0)).sum());
        return new ScriptTensor(shape, tensors);
    }

    /** Number of values. */
    public long count() {
        return pieces.stream().mapToLong(TensorData::count).sum();
    }

    /**
     * Fills memory with the pieces, one after the other, as little-endian float32: straight from where they lie, other
     * floating types converted.
     *
     * @throws dev.dpros.core.InputException if they lie in a file that can no longer be read as it was
     */
    public void copyTo(ByteBuffer memory) {
        int at = 0;
        for (TensorData piece : pieces) {
            ByteBuffer to = memory.slice(at, Math.toIntExact(piece.count() * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
            if (piece.dtype() == DType.F32) {
                piece.content().read(0, to);
            } else {
                convert(piece, to);
            }
            at += to.capacity();
        }
    }

    private static void convert(TensorData piece, ByteBuffer out) {
        ByteBuffer in = piece.bytes();
        int count = Math.toIntExact(piece.count());
        for (int i = 0; i < count; i++) {
            out.putFloat(i * 4, switch (piece.dtype()) {
                case F64 -> (float) in.getDouble(i * 8);
                case F16 -> halfToFloat(in.getShort(i * 2));
                case BF16 -> Float.intBitsToFloat(in.getShort(i * 2) << 16);
                default -> throw new IllegalArgumentException("a weight of type " + piece.dtype() + " is not floating point");
            });
        }
    }

    /** IEEE 754 binary16 to binary32 (Float.float16ToFloat exists from Java 20 only). */
    static float halfToFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) {
            float value = mantissa * 0x1p-24f;
            return sign == 0 ? value : -value;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | mantissa << 13);
    }
}
