package dev.dpros.ros.message;

import dev.dpros.core.FieldPath;
import dev.dpros.core.MessageType;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A message type of ROS 1 or ROS 2: its fields, its constants and its text. Immutable; any thread. Those of ROS 1 are made
 * by {@link SchemaCatalog} from packaged or installed .msg files, or by {@link MessageDefinitions} from the definition that
 * a publisher sends; sums and sizes are those of ROS 1.
 */
public class MessageSchema implements MessageType {
    private static final String SEPARATOR = "=".repeat(80) + "\n";

    /**
     * One field.
     *
     * @param name as in the .msg file
     * @param type its type
     * @param defaultValue Boolean, Number, String or a List of them, null if it has none; ROS 1 has none
     */
    public record Field(String name, FieldType type, Object defaultValue) {
        /** A field without a default value. */
        public Field(String name, FieldType type) {
            this(name, type, null);
        }
    }

    /**
     * One constant.
     *
     * @param type primitive type
     * @param name as in the .msg file
     * @param text the value as written
     */
    public record Constant(Primitive type, String name, String text) {}

    private final String type;
    private final String text;
    private final List<Field> fields;
    private final List<Constant> constants;
    private volatile String md5;
    private final int fixedSize;
    private final int minimumSize;

    /** A schema of these parts. */
    protected MessageSchema(String type, String text, List<Field> fields, List<Constant> constants) {
        this.type = type;
        this.text = text;
        this.fields = List.copyOf(fields);
        this.constants = List.copyOf(constants);
        long fixed = 0;
        long minimum = 0;
        for (Field field : fields) {
            int size = field.type().fixedSize();
            fixed = size < 0 || fixed < 0 ? -1 : fixed + size;
            minimum += field.type().minimumSize();
        }
        fixedSize = fixed < 0 ? -1 : boundedSize(fixed);
        minimumSize = boundedSize(minimum);
    }

    /** Sizes from hostile definitions saturate: no message is that long. */
    static int boundedSize(long size) {
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    @Override
    public String type() {
        return type;
    }

    /** The text of the .msg file alone. */
    public String text() {
        return text;
    }

    /** The fields in wire order. */
    public List<Field> fields() {
        return fields;
    }

    /** The constants in the order of the file. */
    public List<Constant> constants() {
        return constants;
    }

    /** The sum that connection headers carry, as {@code rosmsg md5} prints it. */
    public String md5() {
        String sum = md5;
        if (sum == null) {
            sum = Md5.of(Md5.text(fields, constants));
            md5 = sum;
        }
        return sum;
    }

    @Override
    public String checksum() {
        return md5();
    }

    /** Wire size in bytes if every message of the type has the same, else -1. */
    public int fixedSize() {
        return fixedSize;
    }

    /** The least number of bytes a message of the type has. */
    public int minimumSize() {
        return minimumSize;
    }

    /** Index of a field, or -1. */
    public int indexOf(String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** As ROS defines stamped messages. */
    @Override
    public boolean hasHeader() {
        return !fields.isEmpty() && isHeader(fields.get(0));
    }

    /** True for a field named {@code header} of the type std_msgs/Header. */
    static boolean isHeader(Field field) {
        return field.name().equals("header") && field.type().text().equals("std_msgs/Header");
    }

    /** The full message_definition: the text, then each nested type once, as gentools' compute_full_text writes it. */
    @Override
    public String definition() {
        Map<String, MessageSchema> nested = new LinkedHashMap<>();
        collectNested(nested);
        StringBuilder full = new StringBuilder(text).append('\n');
        for (MessageSchema schema : nested.values()) {
            full.append(SEPARATOR).append("MSG: ").append(schema.type).append('\n').append(schema.text).append('\n');
        }
        full.setLength(full.length() - 1);
        return full.toString();
    }

    private void collectNested(Map<String, MessageSchema> found) {
        for (Field field : fields) {
            MessageSchema nested = field.type().message();
            if (nested != null && found.putIfAbsent(nested.type, nested) == null) {
                nested.collectNested(found);
            }
        }
    }

    @Override
    public VectorReader vector(FieldPath path) {
        return new PathCompiler(path).reader(this, new Locator());
    }

    @Override
    public Map<String, Object> decode(ByteBuffer message) {
        return MessageDecoder.decode(this, message);
    }

    @Override
    public ByteBuffer encode(Map<String, ?> values) {
        return MessageEncoder.encode(this, values);
    }

    /** Names of the fields, for error messages. */
    public List<String> fieldNames() {
        List<String> names = new ArrayList<>();
        fields.forEach(field -> names.add(field.name()));
        return names;
    }

    @Override
    public String toString() {
        return type + " [" + md5() + "]";
    }
}
