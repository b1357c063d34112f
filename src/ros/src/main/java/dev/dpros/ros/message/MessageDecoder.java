package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns serialized messages into field maps, for services and slow topics; allocates. Stateless.
 *
 * <p>Values: Boolean, Integer (up to int32), Long (uint32, int64, uint64 as its bits), Double (float32, float64), String,
 * Long nanoseconds (time, duration), Map (nested message). Arrays: boolean[], byte[] (8-bit), int[] (16-bit and int32),
 * long[] (the larger ones, time, duration), float[], double[], List (strings and messages).
 */
public final class MessageDecoder {
    private static final int MAX_EMPTY_ELEMENTS = 1 << 16;
    private final ByteBuffer in;
    private final String type;

    private MessageDecoder(String type, ByteBuffer in) {
        this.type = type;
        this.in = in;
    }

    /**
     * Decodes one message.
     *
     * @param message little-endian, position to limit; its position is not changed
     * @throws InputException if the bytes are too few, too many, or a length does not fit
     */
    public static Map<String, Object> decode(MessageSchema schema, ByteBuffer message) {
        ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        MessageDecoder decoder = new MessageDecoder(schema.type(), in);
        Map<String, Object> fields = decoder.message(schema);
        if (in.hasRemaining()) {
            throw InputException.of(schema.type(), "message length", in.position() + " bytes",
                    in.limit() + " bytes", "the peer uses another definition of the type");
        }
        return fields;
    }

    private Map<String, Object> message(MessageSchema schema) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (MessageSchema.Field field : schema.fields()) {
            FieldType fieldType = field.type();
            fields.put(field.name(), switch (fieldType.arity()) {
                case ONE -> one(fieldType);
                case FIXED -> array(fieldType, fieldType.length());
                case VARIABLE -> array(fieldType, count(fieldType.minimumElementSize()));
            });
        }
        return fields;
    }

    private Object one(FieldType fieldType) {
        if (fieldType.primitive() == null) {
            return message(fieldType.message());
        }
        Primitive primitive = fieldType.primitive();
        require(Math.max(0, primitive.size()));
        return switch (primitive) {
            case BOOL -> in.get() != 0;
            case INT8, BYTE -> (int) in.get();
            case UINT8, CHAR -> in.get() & 0xff;
            case INT16 -> (int) in.getShort();
            case UINT16 -> in.getShort() & 0xffff;
            case INT32 -> in.getInt();
            case UINT32 -> in.getInt() & 0xffffffffL;
            case INT64, UINT64 -> in.getLong();
            case FLOAT32 -> (double) in.getFloat();
            case FLOAT64 -> in.getDouble();
            case STRING -> string();
            case TIME -> WireTime.timeNs(in.getInt(), in.getInt());
            case DURATION -> WireTime.durationNs(in.getInt(), in.getInt());
        };
    }

    private Object array(FieldType fieldType, int count) {
        require((long) count * fieldType.minimumElementSize());
        Primitive primitive = fieldType.primitive();
        if (primitive == null || primitive == Primitive.STRING) {
            List<Object> list = new ArrayList<>(Math.min(count, MAX_EMPTY_ELEMENTS));
            for (int i = 0; i < count; i++) {
                list.add(one(fieldType));
            }
            return list;
        }
        return switch (primitive) {
            case BOOL -> booleans(count);
            case INT8, UINT8, BYTE, CHAR -> bytes(count);
            case INT16, UINT16, INT32 -> ints(fieldType, count);
            case FLOAT32 -> floats(count);
            case FLOAT64 -> doubles(count);
            default -> longs(fieldType, count);
        };
    }

    private boolean[] booleans(int count) {
        boolean[] values = new boolean[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.get() != 0;
        }
        return values;
    }

    private byte[] bytes(int count) {
        byte[] values = new byte[count];
        in.get(values);
        return values;
    }

    private int[] ints(FieldType fieldType, int count) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = (Integer) one(fieldType);
        }
        return values;
    }

    private float[] floats(int count) {
        float[] values = new float[count];
        in.asFloatBuffer().get(values);
        in.position(in.position() + 4 * count);
        return values;
    }

    private double[] doubles(int count) {
        double[] values = new double[count];
        in.asDoubleBuffer().get(values);
        in.position(in.position() + 8 * count);
        return values;
    }

    private long[] longs(FieldType fieldType, int count) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = (Long) one(fieldType);
        }
        return values;
    }

    private String string() {
        int length = count(1);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Reads a u32 count and checks that so many elements can be there before anything is allocated. */
    private int count(int minimumElementSize) {
        require(4);
        long count = in.getInt() & 0xffffffffL;
        if (minimumElementSize == 0 ? count > MAX_EMPTY_ELEMENTS : count * minimumElementSize > in.remaining()) {
            throw InputException.of(type, "message length", "room for " + count + " elements",
                    in.remaining() + " bytes at byte " + in.position(), "the message is malformed");
        }
        return (int) count;
    }

    private void require(long bytes) {
        if (in.remaining() < bytes) {
            throw InputException.of(type, "message length", "at least " + bytes + " more bytes at byte " + in.position(),
                    Integer.toString(in.remaining()), "the message is malformed");
        }
    }
}
