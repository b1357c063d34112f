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
 * Turns serialized messages of ROS 1 into field maps, for services and slow topics; allocates. One message each; other wire
 * formats differ in what is open to them here.
 *
 * <p>Values: Boolean, Integer (up to int32), Long (uint32, int64, uint64 as its bits), Double (float32, float64), String,
 * Long nanoseconds (time, duration), Map (nested message). Arrays: boolean[], byte[] (8-bit), int[] (16-bit and int32),
 * long[] (the larger ones, time, duration), float[], double[], List (strings and messages).
 */
public class MessageDecoder {
    private static final int MAX_EMPTY_ELEMENTS = 1 << 16;
    /** The message, in its byte order, at the next byte to read. */
    protected final ByteBuffer in;
    private final String type;

    /** A decoder of what is left of a buffer. */
    protected MessageDecoder(String type, ByteBuffer in) {
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
        return new MessageDecoder(schema.type(), in).whole(schema, 0);
    }

    /** One message, after which at most so many bytes may follow. */
    protected final Map<String, Object> whole(MessageSchema schema, int padding) {
        Map<String, Object> fields = message(schema);
        if (in.remaining() > padding) {
            throw InputException.of(type, "message length", in.position() + " bytes",
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
                case VARIABLE -> array(fieldType, count(fieldType));
            });
        }
        return fields;
    }

    /** Moves to where a number of so many bytes may stand. */
    protected void align(int bytes) {
        // ROS 1 packs
    }

    private int count(FieldType fieldType) {
        int count = count(fieldType.minimumElementSize());
        if (fieldType.length() > 0 && count > fieldType.length()) {
            throw malformed("at most " + fieldType.length() + " elements", Integer.toString(count));
        }
        return count;
    }

    /** One element of a field. */
    protected Object one(FieldType fieldType) {
        if (fieldType.primitive() == null) {
            return message(fieldType.message());
        }
        Primitive primitive = fieldType.primitive();
        if (!primitive.isText()) {
            align(primitive.size());
            require(primitive.size());
        }
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
            case STRING, WSTRING -> string(fieldType);
            case TIME -> WireTime.timeNs(in.getInt(), in.getInt());
            case DURATION -> WireTime.durationNs(in.getInt(), in.getInt());
        };
    }

    /** So many elements of a field. */
    protected Object array(FieldType fieldType, int count) {
        require((long) count * fieldType.minimumElementSize());
        Primitive primitive = fieldType.primitive();
        if (primitive == null || primitive.isText()) {
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
        if (count == 0) {
            return values;
        }
        align(4);
        require(4L * count);
        in.asFloatBuffer().get(values);
        in.position(in.position() + 4 * count);
        return values;
    }

    private double[] doubles(int count) {
        double[] values = new double[count];
        if (count == 0) {
            return values;
        }
        align(8);
        require(8L * count);
        in.asDoubleBuffer().get(values);
        in.position(in.position() + 8 * count);
        return values;
    }

    /** So many elements that are given as long. */
    protected final long[] longs(FieldType fieldType, int count) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = (Long) one(fieldType);
        }
        return values;
    }

    /** The text of a string. */
    protected String string(FieldType fieldType) {
        int length = count(1);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Reads a u32 count and checks that so many elements can be there before anything is allocated. */
    protected final int count(int minimumElementSize) {
        align(4);
        require(4);
        long count = in.getInt() & 0xffffffffL;
        if (minimumElementSize == 0 ? count > MAX_EMPTY_ELEMENTS : count * minimumElementSize > in.remaining()) {
            throw malformed("room for " + count + " elements", Integer.toString(in.remaining()));
        }
        return (int) count;
    }

    /** Checks that so many bytes are left. @throws InputException if not */
    protected final void require(long bytes) {
        if (in.remaining() < bytes) {
            throw malformed("at least " + bytes + " more bytes", Integer.toString(in.remaining()));
        }
    }

    /** What is wrong at this place. */
    protected final InputException malformed(String expected, String found) {
        return InputException.of(type, "byte " + in.position(), expected, found, "the message is malformed");
    }
}
