package dev.dpros.ros2.message;

import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes little-endian CDR with its encapsulation header. One thread at a time; allocates only to grow. */
final class CdrWriter implements MessageWriter {
    private static final long NS = 1_000_000_000L;
    /** 00 01 00 00 as a little-endian number. */
    private static final int PLAIN_LITTLE_ENDIAN = 0x0100;
    private static final int MAX_GAP = 8;

    private ByteBuffer out;

    /** With room for about {@code capacity} bytes before it grows. */
    CdrWriter(int capacity) {
        out = ByteBuffer.allocateDirect(Math.max(64, Math.addExact(capacity, capacity / 4))).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Zeros up to the alignment, and room for so many bytes after it. */
    private ByteBuffer room(int bytes, int alignment) {
        if (out.remaining() - MAX_GAP < bytes) {
            int needed = Math.addExact(Math.addExact(out.position(), MAX_GAP), bytes);
            out = ByteBuffer.allocateDirect(Math.addExact(needed, needed / 4)).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
        }
        for (int gap = Cdr.align(out.position(), alignment) - out.position(); gap > 0; gap--) {
            out.put((byte) 0);
        }
        return out;
    }

    @Override
    public MessageWriter begin() {
        out.clear().putInt(PLAIN_LITTLE_ENDIAN);
        return this;
    }

    @Override
    public ByteBuffer end() {
        return out.flip();
    }

    @Override
    public MessageWriter put(byte[] ready) {
        room(ready.length, 4).put(ready);
        return this;
    }

    @Override
    public MessageWriter header(int sequence, long stampNs, byte[] readyFrame) {
        return time(stampNs).put(readyFrame);
    }

    @Override
    public MessageWriter u8(int value) {
        room(1, 1).put((byte) value);
        return this;
    }

    @Override
    public MessageWriter i32(int value) {
        room(4, 4).putInt(value);
        return this;
    }

    @Override
    public MessageWriter i64(long value) {
        room(8, 8).putLong(value);
        return this;
    }

    @Override
    public MessageWriter f32(float value) {
        room(4, 4).putFloat(value);
        return this;
    }

    @Override
    public MessageWriter f64(double value) {
        room(8, 8).putDouble(value);
        return this;
    }

    @Override
    public MessageWriter time(long ns) {
        room(8, 4).putInt((int) Math.floorDiv(ns, NS)).putInt((int) Math.floorMod(ns, NS));
        return this;
    }

    @Override
    public MessageWriter duration(long ns) {
        return time(ns);
    }

    @Override
    public MessageWriter count(int elements) {
        return i32(elements);
    }

    @Override
    public MessageWriter doubles(double[] values, int from, int count) {
        i32(count);
        if (count > 0) {
            room(8 * count, 8);
            for (int i = 0; i < count; i++) {
                out.putDouble(values[from + i]);
            }
        }
        return this;
    }

    @Override
    public MessageWriter bytes(byte[] values, int from, int count) {
        i32(count);
        room(count, 1).put(values, from, count);
        return this;
    }

    @Override
    public MessageWriter bytes(ByteBuffer values, int from, int count) {
        i32(count);
        int start = room(count, 1).position();
        out.put(start, values, from, count).position(start + count);
        return this;
    }
}
