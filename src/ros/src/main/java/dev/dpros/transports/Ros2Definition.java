package dev.dpros.transports;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A message type of ROS 1 in the language of ROS 2: times are builtin_interfaces, headers have no sequence number, names
 * are as ROS 2 allows them. Stateless.
 */
final class Ros2Definition {
    private static final String SEPARATOR = "=".repeat(80) + "\nMSG: ";
    private static final Pattern CONSTANT = Pattern.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final String TIME = "int32 sec\nuint32 nanosec\n";
    private static final String HEADER = "std_msgs/Header";

    private final Map<String, String> nested = new LinkedHashMap<>();

    private Ros2Definition() {}

    /** The text of the type and of those it uses. @throws InputException if two fields get one name */
    static String of(MessageSchema schema) {
        Ros2Definition definition = new Ros2Definition();
        StringBuilder text = new StringBuilder(definition.text(schema));
        definition.nested.forEach((type, inner) -> text.append(SEPARATOR).append(type).append('\n').append(inner));
        return text.toString();
    }

    /** Small letters, digits and single underscores, a letter first: {@code frameId} is {@code frame_id}, {@code K} is {@code k}. */
    static String field(String name) {
        String small = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT).replaceAll("_+", "_");
        return small.replaceAll("^_|_$", "");
    }

    /** Whether a field has no place in ROS 2. */
    static boolean dropped(MessageSchema in, MessageSchema.Field field) {
        return in.type().equals(HEADER) && field.name().equals("seq");
    }

    private String text(MessageSchema schema) {
        StringBuilder text = new StringBuilder();
        for (MessageSchema.Constant constant : schema.constants()) {
            constant(text, constant);
        }
        Set<String> names = new HashSet<>();
        for (MessageSchema.Field field : schema.fields()) {
            if (dropped(schema, field)) {
                continue;
            }
            String name = field(field.name());
            if (!names.add(name)) {
                throw InputException.of(schema.type(), "fields", "names that differ in ROS 2", "'" + name + "' twice", "");
            }
            text.append(type(field.type())).append(' ').append(name).append('\n');
        }
        return text.toString();
    }

    private static void constant(StringBuilder text, MessageSchema.Constant constant) {
        String name = constant.name().toUpperCase(Locale.ROOT);
        boolean string = constant.type() == Primitive.STRING;
        if (CONSTANT.matcher(name).matches() && (string || NUMBER.matcher(constant.text()).matches())) {
            text.append(constant.type().rosName()).append(' ').append(name).append('=').append(string
                    ? '"' + constant.text().replace("\\", "\\\\").replace("\"", "\\\"") + '"' : constant.text()).append('\n');
        }
    }

    private String type(FieldType type) {
        String element;
        if (type.primitive() == Primitive.TIME || type.primitive() == Primitive.DURATION) {
            element = type.primitive() == Primitive.TIME ? "builtin_interfaces/Time" : "builtin_interfaces/Duration";
            nested.put(element, TIME);
        } else if (type.primitive() != null) {
            element = type.primitive().rosName();
        } else {
            element = type.message().type();
            if (!nested.containsKey(element)) {
                nested.put(element, "");
                nested.put(element, text(type.message()));
            }
        }
        return switch (type.arity()) {
            case ONE -> element;
            case FIXED -> element + "[" + type.length() + "]";
            case VARIABLE -> element + "[]";
        };
    }
}
