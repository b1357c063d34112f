package dev.dpros.ros.message;

import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes ROS 1's serialization: little-endian fields without gaps. One thread at a time; allocates only to grow. */
final class WireWriter implements MessageWriter {
    private ByteBuffer out;

    /** With room for {@code capacity} bytes before it grows. */
    WireWriter(int capacity) {
        out = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer room(int bytes) {
        if (out.remaining() < bytes) {
            int needed = Math.addExact(out.position(), bytes);
            out = ByteBuffer.allocateDirect(Math.addExact(needed, needed / 4)).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
        }
        return out;
    }

    @Override
    public MessageWriter begin() {
        out.clear();
        return this;
    }

    @Override
    public ByteBuffer end() {
        return out.flip();
    }

    @Override
    public MessageWriter put(byte[] ready) {
        room(ready.length).put(ready);
        return this;
    }

    @Override
    public MessageWriter header(int sequence, long stampNs, byte[] readyFrame) {
        WireTime.put(room(12 + readyFrame.length).putInt(sequence), stampNs);
        out.put(readyFrame);
        return this;
    }

    @Override
    public MessageWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    @Override
    public MessageWriter i32(int value) {
        room(4).putInt(value);
        return this;
    }

    @Override
    public MessageWriter i64(long value) {
        room(8).putLong(value);
        return this;
    }

    @Override
    public MessageWriter f32(float value) {
        room(4).putFloat(value);
        return this;
    }

    @Override
    public MessageWriter f64(double value) {
        room(8).putDouble(value);
        return this;
    }

    @Override
    public MessageWriter time(long ns) {
        WireTime.put(room(8), ns);
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
        room(4 + 8 * count).putInt(count);
        for (int i = 0; i < count; i++) {
            out.putDouble(values[from + i]);
        }
        return this;
    }

    @Override
    public MessageWriter bytes(byte[] values, int from, int count) {
        room(4 + count).putInt(count).put(values, from, count);
        return this;
    }

    @Override
    public MessageWriter bytes(ByteBuffer values, int from, int count) {
        int start = room(4 + count).putInt(count).position();
        out.put(start, values, from, count).position(start + count);
        return this;
    }
}
