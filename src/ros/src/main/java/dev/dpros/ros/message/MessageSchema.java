package dev.dpros.ros.message;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A ROS 1 message type: its fields, its constants, its text and its md5. Immutable; any thread. Made by
 * {@link SchemaCatalog} from packaged or installed .msg files, or by {@link MessageDefinitions} from the definition that
 * a publisher sends.
 */
public final class MessageSchema {
    private static final String SEPARATOR = "=".repeat(80) + "\n";

    /**
     * One field.
     *
     * @param name as in the .msg file
     * @param type its type
     */
    public record Field(String name, FieldType type) {}

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
    private final String md5;
    private final int fixedSize;
    private final int minimumSize;

    MessageSchema(String type, String text, List<Field> fields, List<Constant> constants) {
        this.type = type;
        this.text = text;
        this.fields = List.copyOf(fields);
        this.constants = List.copyOf(constants);
        this.md5 = Md5.of(Md5.text(this.fields, this.constants));
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

    /** {@code package/Name}. */
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
        return md5;
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

    /** True if the first field is a std_msgs/Header named {@code header}, as ROS defines stamped messages. */
    public boolean hasHeader() {
        return !fields.isEmpty() && fields.get(0).name().equals("header")
                && "std_msgs/Header".equals(fields.get(0).type().text());
    }

    /** The full message_definition: the text, then each nested type once, as gentools' compute_full_text writes it. */
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

    /** Names of the fields, for error messages. */
    List<String> fieldNames() {
        List<String> names = new ArrayList<>();
        fields.forEach(field -> names.add(field.name()));
        return names;
    }

    @Override
    public String toString() {
        return type + " [" + md5 + "]";
    }
}
