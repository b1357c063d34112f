package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Serializes field maps for ROS 1, for services and slow topics; allocates. Accepts what {@link MessageDecoder} gives, any
 * Number for a number, any List or array for an array; a missing field is its default, zero or empty, an unknown one is an
 * error. One message each; other wire formats differ in what is open to them here.
 */
public class MessageEncoder {
    private final MessageSchema root;
    private ByteBuffer out;

    /** An encoder of one message of this type in this byte order. */
    protected MessageEncoder(MessageSchema root, ByteOrder order) {
        this.root = root;
        out = ByteBuffer.allocate(256).order(order);
    }

    /**
     * The bytes of a message, little-endian, position 0 to limit.
     *
     * @throws InputException naming the field if a value does not fit its type or a field is not part of the type
     */
    public static ByteBuffer encode(MessageSchema schema, Map<String, ?> fields) {
        return new MessageEncoder(schema, ByteOrder.LITTLE_ENDIAN).whole(fields);
    }

    /** The message after what is written already, position 0 to limit. */
    protected final ByteBuffer whole(Map<String, ?> fields) {
        message(root, fields, "");
        return out.flip();
    }

    private void message(MessageSchema schema, Map<?, ?> fields, String path) {
        for (Object key : fields.keySet()) {
            if (schema.indexOf(String.valueOf(key)) < 0) {
                throw new InputException(root.type() + ": no field '" + path + key + "' in " + schema.type()
                        + NearestName.hint(String.valueOf(key), schema.fieldNames()));
            }
        }
        for (MessageSchema.Field field : schema.fields()) {
            Object value = fields.get(field.name());
            field(field.type(), value == null ? field.defaultValue() : value, path + field.name());
        }
    }

    private void field(FieldType type, Object value, String path) {
        if (type.arity() == FieldType.Arity.ONE) {
            one(type, value, path);
            return;
        }
        Object array = value instanceof List<?> list ? list.toArray() : value;
        if (array != null && !array.getClass().isArray()) {
            throw wrong(path, type.text(), value);
        }
        int count = array == null ? 0 : Array.getLength(array);
        if (type.arity() == FieldType.Arity.VARIABLE) {
            if (type.length() > 0 && count > type.length()) {
                throw wrong(path, type.text(), count + " elements");
            }
            align(4);
            room(4).putInt(count);
        } else if (array != null && count != type.length()) {
            throw wrong(path, type.text(), count + " elements");
        }
        if (array instanceof byte[] bytes && type.elementSize() == 1) {
            room(bytes.length).put(bytes);
            return;
        }
        int length = type.arity() == FieldType.Arity.VARIABLE ? count : type.length();
        for (int i = 0; i < length; i++) {
            one(type, array == null ? null : Array.get(array, i), path);
        }
    }

    /** Writes zeros up to where a number of so many bytes may stand. */
    protected void align(int bytes) {
        // ROS 1 packs
    }

    /** Writes one element of a field; null is zero or empty. */
    protected void one(FieldType type, Object value, String path) {
        if (type.primitive() == null) {
            if (value != null && !(value instanceof Map)) {
                throw wrong(path, type.message().type(), value);
            }
            message(type.message(), value == null ? Map.of() : (Map<?, ?>) value, path + ".");
        } else if (type.primitive().isText()) {
            text(type, value == null ? "" : value.toString(), path);
        } else {
            number(type.primitive(), value, path);
        }
    }

    /** Writes a string. */
    protected void text(FieldType type, String value, String path) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        room(4 + bytes.length).putInt(bytes.length).put(bytes);
    }

    private void number(Primitive primitive, Object value, String path) {
        Object given = value == null ? 0 : value;
        if (given instanceof Boolean flag) {
            given = flag ? 1 : 0;
        }
        if (!(given instanceof Number number)) {
            throw wrong(path, primitive.rosName(), value);
        }
        align(primitive.size());
        ByteBuffer target = room(primitive.size());
        switch (primitive) {
            case BOOL -> target.put((byte) (number.doubleValue() != 0 ? 1 : 0));
            case INT8, UINT8, BYTE, CHAR -> target.put((byte) whole(number, primitive, path));
            case INT16, UINT16 -> target.putShort((short) whole(number, primitive, path));
            case INT32, UINT32 -> target.putInt((int) whole(number, primitive, path));
            case INT64, UINT64 -> target.putLong(number.longValue());
            case FLOAT32 -> target.putFloat(number.floatValue());
            case FLOAT64 -> target.putDouble(number.doubleValue());
            default -> WireTime.put(target, number.longValue());
        }
    }

    private long whole(Number number, Primitive primitive, String path) {
        long value = number.longValue();
        int bits = 8 * primitive.size();
        boolean unsigned = primitive.rosName().startsWith("u") || primitive == Primitive.CHAR;
        long low = unsigned && !(number instanceof Byte) ? 0 : -(1L << (bits - 1));
        long high = unsigned ? (1L << bits) - 1 : (1L << (bits - 1)) - 1;
        if (value < low || value > high || number.doubleValue() != value) {
            throw wrong(path, primitive.rosName(), number);
        }
        return value;
    }

    /** The output at its end, with room for so many more bytes. */
    protected final ByteBuffer room(int bytes) {
        if (out.remaining() < bytes) {
            int capacity = Math.max(out.capacity() * 2, Math.addExact(out.position(), bytes));
            ByteBuffer larger = ByteBuffer.wrap(Arrays.copyOf(out.array(), capacity)).order(out.order());
            out = larger.position(out.position());
        }
        return out;
    }

    /** What does not fit. */
    protected final InputException wrong(String path, String expected, Object found) {
        return InputException.of(root.type(), path, expected, String.valueOf(found), "");
    }
}
