package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Objects;

/** Tensors as float32: conversion from other floating types, finite checks, small ones as arrays. Stateless. */
final class FloatTensors {
    private static final int EXPONENT = 0x7f800000;
    private static final int CHECKED_AT_ONCE = 512 << 10;

    private FloatTensors() {}

    /** Another floating type as float32, converted when it is read, so that it is nowhere as a whole. */
    private record Widened(TensorData tensor) implements TensorData.Content {
        @Override
        public int length() {
            return Math.toIntExact(Math.multiplyExact(tensor.count(), Float.BYTES));
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            Objects.checkFromIndexSize(offset, into.remaining(), length());
            int size = tensor.dtype().bytes();
            int at = offset;
            while (into.hasRemaining()) {
                int skipped = at % Float.BYTES;
                int count = Math.min((into.remaining() + skipped + Float.BYTES - 1) / Float.BYTES, CHECKED_AT_ONCE / Double.BYTES);
                ByteBuffer in = ByteBuffer.allocate(count * size).order(ByteOrder.LITTLE_ENDIAN);
                tensor.content().read(at / Float.BYTES * size, in);
                ByteBuffer out = widened(in.flip(), count);
                out.position(skipped).limit(Math.min(out.limit(), skipped + into.remaining()));
                at += out.remaining();
                into.put(out);
            }
        }

        private ByteBuffer widened(ByteBuffer in, int count) {
            ByteBuffer out = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            while (in.hasRemaining()) {
                out.putFloat(switch (tensor.dtype()) {
                    case F64 -> (float) in.getDouble();
                    case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
                    default -> fromFloat16(in.getShort());
                });
            }
            return out.flip();
        }
    }

    /**
     * The tensor itself if it is float32, else one that is converted piece by piece when it is read.
     *
     * @throws InputException if it is not of a floating type, or has a NaN or an infinite value
     */
    static TensorData finiteFloat32(String source, String name, TensorData tensor) {
        TensorData f32 = switch (tensor.dtype()) {
            case F32 -> tensor;
            case F64, F16, BF16 -> new TensorData(DType.F32, tensor.shape(), new Widened(tensor));
            default -> throw InputException.of(source, Quoted.tensor(name), "a floating type", tensor.dtype().toString(), "");
        };
        int length = f32.content().length();
        ByteBuffer piece = ByteBuffer.allocate(Math.min(length, CHECKED_AT_ONCE)).order(ByteOrder.LITTLE_ENDIAN);
        IntBuffer bits = piece.asIntBuffer();
        for (int from = 0; from < length; from += piece.limit()) {
            piece.clear().limit(Math.min(piece.capacity(), length - from));
            f32.content().read(from, piece);
            requireFinite(source, name, bits, piece.limit() / Float.BYTES, from / Float.BYTES);
        }
        return f32;
    }

    private static void requireFinite(String source, String name, IntBuffer bits, int count, int first) {
        for (int i = 0; i < count; i++) {
            if ((bits.get(i) & EXPONENT) == EXPONENT) {
                throw InputException.of(source, Quoted.tensor(name), "finite numbers", Float.intBitsToFloat(bits.get(i))
                        + " at element " + (first + i), "the checkpoint is damaged or training diverged");
            }
        }
    }

    private static ByteBuffer allocate(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, 4)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A float32 tensor times a factor; a copy. */
    static TensorData scaled(TensorData tensor, double factor) {
        FloatBuffer in = tensor.bytes().asFloatBuffer();
        ByteBuffer out = allocate(in.remaining());
        FloatBuffer floats = out.asFloatBuffer();
        while (in.hasRemaining()) {
            floats.put((float) (in.get() * factor));
        }
        return new TensorData(DType.F32, tensor.shape(), out);
    }

    /** IEEE 754 binary16. */
    static float fromFloat16(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >>> 10 & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | EXPONENT | mantissa << 13);
        }
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | mantissa << 13);
    }

    /** The values of a small tensor, whatever its shape. @throws InputException as {@link #finiteFloat32} */
    static double[] values(String source, String name, TensorData tensor) {
        if (tensor.dtype() == DType.F64) {
            double[] values = new double[Math.toIntExact(tensor.count())];
            tensor.bytes().asDoubleBuffer().get(values);
            for (double value : values) {
                requireFinite(source, name, value);
            }
            return values;
        }
        FloatBuffer floats = finiteFloat32(source, name, tensor).bytes().asFloatBuffer();
        double[] values = new double[floats.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.get(i);
        }
        return values;
    }

    private static void requireFinite(String source, String name, double value) {
        if (!Double.isFinite(value)) {
            throw InputException.of(source, Quoted.tensor(name), "finite numbers", String.valueOf(value), "");
        }
    }
}
