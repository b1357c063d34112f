package dev.dpros.ros.message;

import dev.dpros.core.MessageReader;
import java.nio.ByteBuffer;

/** Reads ROS 1's serialization: little-endian fields without gaps. One thread; allocates nothing. */
final class WireReader implements MessageReader {
    private ByteBuffer message;
    private int at;
    private int end;
    private boolean sound;
    private long sequence;
    private int textStart;

    @Override
    public MessageReader begin(ByteBuffer next) {
        message = next;
        at = 0;
        end = next.limit();
        sound = true;
        sequence = 0;
        textStart = 0;
        return this;
    }

    /** Index of so many bytes, which are then passed over; -1 if they are not there. */
    private int take(long bytes) {
        if (!sound || bytes > end - at) {
            sound = false;
            return -1;
        }
        int start = at;
        at += (int) bytes;
        return start;
    }

    @Override
    public boolean sound() {
        return sound;
    }

    @Override
    public boolean whole() {
        return sound && at == end;
    }

    @Override
    public long header() {
        sequence = i32() & 0xffffffffL;
        long stampNs = timeNs();
        text();
        return stampNs;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public int u8() {
        int from = take(1);
        return from < 0 ? 0 : message.get(from) & 0xff;
    }

    @Override
    public int i32() {
        int from = take(4);
        return from < 0 ? 0 : message.getInt(from);
    }

    @Override
    public long i64() {
        int from = take(8);
        return from < 0 ? 0 : message.getLong(from);
    }

    @Override
    public double f64() {
        int from = take(8);
        return from < 0 ? 0 : message.getDouble(from);
    }

    @Override
    public long timeNs() {
        int from = take(8);
        return from < 0 ? 0 : WireTime.timeNs(message.getInt(from), message.getInt(from + 4));
    }

    @Override
    public long durationNs() {
        int from = take(8);
        return from < 0 ? 0 : WireTime.durationNs(message.getInt(from), message.getInt(from + 4));
    }

    @Override
    public int count(int elementBytes) {
        long count = i32() & 0xffffffffL;
        sound &= count * elementBytes <= end - at;
        return sound ? (int) count : 0;
    }

    @Override
    public void skip(int elements, int elementBytes) {
        take((long) elements * elementBytes);
    }

    @Override
    public int text() {
        int length = count(1);
        textStart = at;
        take(length);
        return length;
    }

    @Override
    public int textStart() {
        return textStart;
    }

    @Override
    public int position() {
        return at;
    }
}
