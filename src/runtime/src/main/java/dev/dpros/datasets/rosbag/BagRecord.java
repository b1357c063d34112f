package dev.dpros.datasets.rosbag;

import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Record headers of a bag: {@code (length u32, name=value)*}. Stateless. */
final class BagRecord {
    static final int OP_MESSAGE = 2;
    static final int OP_BAG_HEADER = 3;
    static final int OP_INDEX = 4;
    static final int OP_CHUNK = 5;
    static final int OP_CHUNK_INFO = 6;
    static final int OP_CONNECTION = 7;
    static final byte[] MAGIC = "#ROSBAG V2.0\n".getBytes(StandardCharsets.US_ASCII);
    private static final long NS_PER_S = 1_000_000_000L;

    private BagRecord() {}

    /** Splits a header block into its fields. @throws InputException if a length does not fit */
    static Map<String, ByteBuffer> fields(String where, ByteBuffer block) {
        Map<String, ByteBuffer> fields = new TreeMap<>();
        while (block.hasRemaining()) {
            int length = block.remaining() < 4 ? -1 : block.getInt();
            if (length <= 0 || length > block.remaining()) {
                throw damaged(where, "a field of " + length + " bytes");
            }
            ByteBuffer field = block.slice(block.position(), length);
            block.position(block.position() + length);
            StringBuilder name = new StringBuilder();
            int c = 0;
            while (field.hasRemaining() && (c = field.get()) != '=') {
                name.append((char) c);
            }
            if (c != '=') {
                throw damaged(where, "a field without '='");
            }
            fields.put(name.toString(), field.slice().order(ByteOrder.LITTLE_ENDIAN));
        }
        return fields;
    }

    static int op(Map<String, ByteBuffer> fields) {
        ByteBuffer op = fields.get("op");
        return op == null || op.remaining() != 1 ? -1 : op.get(0);
    }

    static int u32(String where, Map<String, ByteBuffer> fields, String name) {
        ByteBuffer value = fields.get(name);
        if (value == null || value.remaining() != 4) {
            throw damaged(where, "no '" + name + "'");
        }
        return value.getInt(0);
    }

    static long timeNs(String where, Map<String, ByteBuffer> fields) {
        ByteBuffer value = fields.get("time");
        if (value == null || value.remaining() != 8) {
            throw damaged(where, "no 'time'");
        }
        return Integer.toUnsignedLong(value.getInt(0)) * NS_PER_S + Integer.toUnsignedLong(value.getInt(4));
    }

    static String text(Map<String, ByteBuffer> fields, String name) {
        ByteBuffer value = fields.get(name);
        return value == null ? "" : StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }

    static InputException damaged(String where, String found) {
        return InputException.of(where, "rosbag record", "a whole record", found, "try 'rosbag reindex' on it");
    }
}
