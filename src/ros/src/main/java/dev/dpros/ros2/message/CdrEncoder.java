package dev.dpros.ros2.message;

import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Serializes field maps for ROS 2, for services and slow topics; allocates. Accepts what {@link CdrDecoder} gives, and what
 * {@link MessageEncoder} accepts; a builtin_interfaces Time or Duration is a Number of nanoseconds or a Map of its fields.
 */
public final class CdrEncoder extends MessageEncoder {
    private static final long NS = 1_000_000_000L;

    private CdrEncoder(MessageSchema root, ByteOrder order) {
        super(root, order);
        room(Cdr.HEADER_BYTES).put((byte) 0).put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 1 : 0)).putShort((short) 0);
    }

    /**
     * The bytes of a message, little-endian, encapsulation header included, position 0 to limit.
     *
     * @throws dev.dpros.core.InputException naming the field if a value does not fit its type or a field is not part of the
     *     type
     */
    public static ByteBuffer encode(MessageSchema schema, Map<String, ?> fields) {
        return encode(schema, fields, ByteOrder.LITTLE_ENDIAN);
    }

    /** The same in this byte order. */
    public static ByteBuffer encode(MessageSchema schema, Map<String, ?> fields, ByteOrder order) {
        return new CdrEncoder(schema, order).whole(fields);
    }

    @Override
    protected void align(int bytes) {
        int at = room(8).position();
        for (int gap = Cdr.align(at, bytes) - at; gap > 0; gap--) {
            room(1).put((byte) 0);
        }
    }

    @Override
    protected void one(FieldType type, Object value, String path) {
        if (!CdrDecoder.isTime(type) || !(value instanceof Number ns)) {
            super.one(type, value, path);
            return;
        }
        long seconds = Math.floorDiv(ns.longValue(), NS);
        if (seconds != (int) seconds) {
            throw wrong(path, type.text(), value + " ns");
        }
        align(4);
        room(8).putInt((int) seconds).putInt((int) Math.floorMod(ns.longValue(), NS));
    }

    @Override
    protected void text(FieldType type, String value, String path) {
        boolean wide = type.primitive() != Primitive.STRING;
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int length = wide ? value.length() : utf8.length;
        if (type.textBound() > 0 && length > type.textBound()) {
            throw wrong(path, type.text(), length + " characters");
        }
        align(4);
        if (wide) {
            ByteBuffer out = room(4 + Cdr.WIDE_BYTES * length).putInt(length);
            value.chars().forEach(out::putInt);
        } else {
            room(4 + length + 1).putInt(length + 1).put(utf8).put((byte) 0);
        }
    }
}
