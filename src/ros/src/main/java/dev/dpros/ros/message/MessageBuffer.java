package dev.dpros.ros.message;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A reusable little-endian buffer for writing messages. Grows when a message is larger than any before, then allocates
 * nothing. One thread at a time.
 */
public final class MessageBuffer {
    private ByteBuffer buffer;

    /** A buffer with room for {@code capacity} bytes before it grows. */
    public MessageBuffer(int capacity) {
        buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts a message of at most {@code bytes} bytes: position 0, limit at the capacity. */
    public ByteBuffer begin(int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes + bytes / 4).order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.clear();
    }

    /** The serialized form of a string: u32 length and UTF-8. */
    public static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + utf8.length).order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).put(utf8).array();
    }

    /** The serialized form of an array of strings: u32 count and each string. */
    public static byte[] strings(List<String> texts) {
        int size = 4;
        for (String text : texts) {
            size += string(text).length;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(texts.size());
        texts.forEach(text -> out.put(string(text)));
        return out.array();
    }

    /** Writes the count and the values of a float64 array. */
    static void putDoubles(ByteBuffer out, double[] values, int from, int count) {
        out.putInt(count);
        for (int i = 0; i < count; i++) {
            out.putDouble(values[from + i]);
        }
    }

    /** Writes a std_msgs/Header whose frame is already serialized. */
    static void putHeader(ByteBuffer out, int sequence, long stampNs, byte[] frame) {
        out.putInt(sequence);
        WireTime.put(out, stampNs);
        out.put(frame);
    }
}
