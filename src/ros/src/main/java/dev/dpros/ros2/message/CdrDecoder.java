package dev.dpros.ros2.message;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Turns serialized messages of ROS 2 into field maps, for services and slow topics; allocates. Values are those of
 * {@link MessageDecoder}; a builtin_interfaces Time or Duration is Long nanoseconds, as time and duration are in ROS 1.
 */
public final class CdrDecoder extends MessageDecoder {
    /** DDS pads a sample to a multiple of 4. */
    private static final int MAX_PADDING = 3;
    private static final String TIME = "builtin_interfaces/Time";
    private static final String DURATION = "builtin_interfaces/Duration";

    private CdrDecoder(String type, ByteBuffer in) {
        super(type, in);
    }

    /**
     * Decodes one message.
     *
     * @param message encapsulation header and CDR, position to limit; its position is not changed
     * @throws InputException if it is not plain CDR, the bytes are too few or too many, or a length does not fit
     */
    public static Map<String, Object> decode(MessageSchema schema, ByteBuffer message) {
        ByteBuffer in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
        int order = Cdr.order(in);
        if (order == Cdr.UNKNOWN) {
            throw InputException.of(schema.type(), "encapsulation", "00 00 or 00 01 (plain CDR)", in.limit() < 4
                    ? in.limit() + " bytes" : String.format("%02x %02x", in.get(0), in.get(1)), "the message is malformed");
        }
        in.position(Cdr.HEADER_BYTES).order(order == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return new CdrDecoder(schema.type(), in).whole(schema, MAX_PADDING);
    }

    /** Whether a type is builtin_interfaces Time or Duration. */
    static boolean isTime(FieldType type) {
        String name = type.message() == null ? "" : type.message().type();
        return name.equals(TIME) || name.equals(DURATION);
    }

    @Override
    protected void align(int bytes) {
        int gap = Cdr.align(in.position(), bytes) - in.position();
        require(gap);
        in.position(in.position() + gap);
    }

    @Override
    protected Object one(FieldType fieldType) {
        if (!isTime(fieldType)) {
            return super.one(fieldType);
        }
        align(4);
        require(8);
        return Cdr.timeNs(in.getInt(), in.getInt());
    }

    @Override
    protected Object array(FieldType fieldType, int count) {
        return isTime(fieldType) ? longs(fieldType, count) : super.array(fieldType, count);
    }

    /** The count of a string includes the zero at its end; a peer that counts none sends an empty one. */
    @Override
    protected String string(FieldType fieldType) {
        boolean wide = fieldType.primitive() != Primitive.STRING;
        int count = count(wide ? Cdr.WIDE_BYTES : 1);
        int length = wide ? count : Math.max(0, count - 1);
        if (fieldType.textBound() > 0 && length > fieldType.textBound()) {
            throw malformed("at most " + fieldType.textBound() + " characters", Integer.toString(length));
        }
        return wide ? wide(length) : narrow(count);
    }

    private String narrow(int count) {
        byte[] bytes = new byte[count];
        in.get(bytes);
        if (count > 0 && bytes[count - 1] != 0) {
            throw malformed("a string that ends in a zero", Byte.toString(bytes[count - 1]));
        }
        return new String(bytes, 0, Math.max(0, count - 1), StandardCharsets.UTF_8);
    }

    private String wide(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) in.getInt());
        }
        return text.toString();
    }
}
