package dev.dpros.ros2.message;

import dev.dpros.core.MessageReader;
import java.nio.ByteBuffer;

/** Reads CDR of either byte order, with its encapsulation header. One thread; allocates nothing. */
final class CdrReader implements MessageReader {
    /** DDS pads a sample to a multiple of 4. */
    private static final int MAX_PADDING = 3;

    private ByteBuffer message;
    private int at;
    private int end;
    private boolean big;
    private boolean sound;
    private int textStart;

    @Override
    public MessageReader begin(ByteBuffer next) {
        message = next;
        at = Cdr.HEADER_BYTES;
        end = next.limit();
        int order = Cdr.order(next);
        sound = order != Cdr.UNKNOWN;
        big = order == 1;
        textStart = at;
        return this;
    }

    /** Index of so many bytes after their alignment, which are then passed over; -1 if they are not there. */
    private int take(long bytes, int alignment) {
        int start = Cdr.align(at, alignment);
        if (!sound || bytes > end - start) {
            sound = false;
            return -1;
        }
        at = start + (int) bytes;
        return start;
    }

    @Override
    public boolean sound() {
        return sound;
    }

    @Override
    public boolean whole() {
        return sound && end - at <= MAX_PADDING;
    }

    @Override
    public long header() {
        long stampNs = timeNs();
        text();
        return stampNs;
    }

    @Override
    public long sequence() {
        return -1;
    }

    @Override
    public int u8() {
        int from = take(1, 1);
        return from < 0 ? 0 : message.get(from) & 0xff;
    }

    @Override
    public int i32() {
        int from = take(4, 4);
        return from < 0 ? 0 : Cdr.int32(message, from, big);
    }

    @Override
    public long i64() {
        int from = take(8, 8);
        return from < 0 ? 0 : Cdr.int64(message, from, big);
    }

    @Override
    public double f64() {
        return Double.longBitsToDouble(i64());
    }

    @Override
    public long timeNs() {
        int from = take(8, 4);
        return from < 0 ? 0 : Cdr.timeNs(Cdr.int32(message, from, big), Cdr.int32(message, from + 4, big));
    }

    @Override
    public long durationNs() {
        return timeNs();
    }

    @Override
    public int count(int elementBytes) {
        long count = i32() & 0xffffffffL;
        sound &= count * elementBytes <= end - at;
        return sound ? (int) count : 0;
    }

    @Override
    public void skip(int elements, int elementBytes) {
        if (elements > 0) {
            take((long) elements * elementBytes, elementBytes);
        }
    }

    /** The length on the wire counts the zero at the end. */
    @Override
    public int text() {
        int length = count(1);
        textStart = at;
        take(length, 1);
        sound &= length == 0 || message.get(textStart + length - 1) == 0;
        return sound ? Math.max(0, length - 1) : 0;
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
