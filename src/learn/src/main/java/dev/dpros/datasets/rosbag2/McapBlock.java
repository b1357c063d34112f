package dev.dpros.datasets.rosbag2;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Little-endian bytes of MCAP records under construction. One thread. */
final class McapBlock {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    McapBlock u16(int value) {
        bytes.write(value);
        bytes.write(value >>> 8);
        return this;
    }

    McapBlock u32(int value) {
        return u16(value).u16(value >>> 16);
    }

    McapBlock u64(long value) {
        return u32((int) value).u32((int) (value >>> 32));
    }

    McapBlock op(int op) {
        bytes.write(op);
        return this;
    }

    McapBlock text(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return u32(encoded.length).raw(encoded);
    }

    McapBlock raw(byte[] content) {
        bytes.writeBytes(content);
        return this;
    }

    /** From position to limit, which stay. */
    McapBlock raw(ByteBuffer content) {
        byte[] copy = new byte[content.remaining()];
        content.duplicate().get(copy);
        return raw(copy);
    }

    McapBlock texts(Map<String, String> map) {
        McapBlock entries = new McapBlock();
        map.forEach((key, value) -> entries.text(key).text(value));
        return block(entries);
    }

    McapBlock numbers(Map<Integer, Long> map) {
        McapBlock entries = new McapBlock();
        map.forEach((key, value) -> entries.u16(key).u64(value));
        return block(entries);
    }

    /** Another block after its length of 32 bits. */
    McapBlock block(McapBlock content) {
        return u32(content.size()).raw(content.toByteArray());
    }

    McapBlock record(int op, McapBlock content) {
        return op(op).u64(content.size()).raw(content.toByteArray());
    }

    int size() {
        return bytes.size();
    }

    void reset() {
        bytes.reset();
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
