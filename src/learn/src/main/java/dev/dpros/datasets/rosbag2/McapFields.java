package dev.dpros.datasets.rosbag2;

import dev.dpros.core.ForeignText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The fields of one MCAP record, in order; every length is checked against what is left. One thread. */
final class McapFields {
    private final String where;
    private final ByteBuffer bytes;

    /** Reads from position to limit. @param where file and record, for messages */
    McapFields(String where, ByteBuffer bytes) {
        this.where = where;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    int u16() {
        return Short.toUnsignedInt(need(2).getShort());
    }

    int u32() {
        return need(4).getInt();
    }

    /** A length or a time. @throws dev.dpros.core.InputException if it is beyond 63 bits */
    long u63(String what) {
        long value = need(8).getLong();
        if (value < 0) {
            throw Mcap.damaged(where, what + " of " + Long.toUnsignedString(value));
        }
        return value;
    }

    String text() {
        return StandardCharsets.UTF_8.decode(block()).toString();
    }

    /** A text that messages name. */
    String name() {
        return ForeignText.printable(text());
    }

    /** Bytes after their length of 32 bits. */
    ByteBuffer block() {
        return slice(Integer.toUnsignedLong(need(4).getInt()));
    }

    Map<String, String> map() {
        McapFields entries = new McapFields(where, block());
        Map<String, String> map = new TreeMap<>();
        while (entries.bytes.hasRemaining()) {
            map.put(entries.text(), entries.text());
        }
        return map;
    }

    /** All that follows. */
    ByteBuffer rest() {
        return slice(bytes.remaining());
    }

    /** The next bytes. @throws dev.dpros.core.InputException if there are fewer */
    ByteBuffer slice(long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw Mcap.damaged(where, "a field of " + Long.toUnsignedString(length) + " bytes where " + bytes.remaining() + " are left");
        }
        ByteBuffer part = bytes.slice(bytes.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + (int) length);
        return part;
    }

    private ByteBuffer need(int count) {
        if (bytes.remaining() < count) {
            throw Mcap.damaged(where, "an end after " + bytes.limit() + " bytes");
        }
        return bytes;
    }
}
