package dev.dpros.ros2.message;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageParser;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the text of one .msg file, or of one part of a .srv or .action file (rules of rosidl_adapter's parser.py). A type
 * without fields gets the one byte that ROS 2 gives it.
 */
final class Ros2Parser extends MessageParser {
    /** The field of a type that has none of its own. */
    static final String FILLER = "structure_needs_at_least_one_member";
    private static final Pattern FIELD_NAME = Pattern.compile("(?!.*__)(?!.*_$)[a-z][a-z0-9_]*");
    private static final Pattern CONSTANT_NAME = Pattern.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");
    private static final Pattern TYPE = Pattern.compile(
            "(?:(w?string)(?:<=(\\d{1,9}))?|([A-Za-z][\\w/]*))(\\[(<=)?(\\d{0,8})\\])?");

    private final String fullName;

    private Ros2Parser(String type, Function<String, MessageSchema> nested) {
        super(type, nested);
        fullName = type;
    }

    /**
     * Parses a definition.
     *
     * @param type {@code package/msg/Name}, {@code package/srv/Name_Request} and the like
     * @param nested gives the schema of a full type name; throws InputException if unknown
     * @throws InputException naming the type and the line if the text is not valid
     */
    static Ros2Schema parse(String type, String text, Function<String, MessageSchema> nested) {
        return (Ros2Schema) new Ros2Parser(type, nested).read(text);
    }

    @Override
    protected MessageSchema schema(String text, List<MessageSchema.Field> all, List<MessageSchema.Constant> named) {
        return new Ros2Schema(fullName, text, all, named);
    }

    @Override
    protected void end(List<MessageSchema.Field> all) {
        Set<String> names = new HashSet<>();
        for (MessageSchema.Field field : all) {
            if (!names.add(field.name())) {
                throw InputException.of(fullName, "fields", "each name once", "'" + field.name() + "' twice", "");
            }
        }
        if (all.isEmpty()) {
            all.add(new MessageSchema.Field(FILLER, new FieldType(Primitive.UINT8, null, FieldType.Arity.ONE, 0)));
        }
    }

    /** A bound ({@code string<=10 name}) stands before the name, the equals sign of a constant after it. */
    @Override
    protected boolean isConstant(String clean) {
        String[] words = clean.split("\\s+", 2);
        return words.length == 2 && words[1].indexOf('=') >= 0;
    }

    @Override
    protected MessageSchema.Constant constant(String line, String clean, int number) {
        String[] words = clean.split("\\s+", 2);
        int equals = words[1].indexOf('=');
        String name = words[1].substring(0, equals).strip();
        String text = words[1].substring(equals + 1).strip();
        Primitive primitive = primitive(words[0]);
        if (primitive == null || !CONSTANT_NAME.matcher(name).matches()) {
            throw error(number, "a constant 'type NAME=value' in capitals", clean);
        }
        value(new FieldType(primitive, null, FieldType.Arity.ONE, 0), text, number);
        return new MessageSchema.Constant(primitive, name, text);
    }

    @Override
    protected MessageSchema.Field field(String clean, int number) {
        String[] words = clean.split("\\s+", 3);
        if (words.length < 2 || !FIELD_NAME.matcher(words[1]).matches()) {
            throw error(number, "'type name' with a name of small letters, digits and single underscores", clean);
        }
        FieldType type = fieldType(words[0], number);
        return new MessageSchema.Field(words[1], type, words.length == 3 ? value(type, words[2], number) : null);
    }

    private FieldType fieldType(String word, int number) {
        Matcher matcher = TYPE.matcher(word);
        if (!matcher.matches()) {
            throw error(number, "a type", word);
        }
        String name = matcher.group(1) == null ? matcher.group(3) : matcher.group(1);
        boolean sized = matcher.group(4) != null && !matcher.group(6).isEmpty();
        int length = sized ? Integer.parseInt(matcher.group(6)) : 0;
        int textBound = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        boolean bounded = matcher.group(4) != null && matcher.group(5) != null;
        if (sized && length == 0 || bounded && !sized || matcher.group(2) != null && textBound == 0
                || !bounded && length > MAX_FIXED_LENGTH) {
            throw error(number, "a length of 1 to " + MAX_FIXED_LENGTH, word);
        }
        Primitive primitive = primitive(name);
        FieldType.Arity arity = matcher.group(4) == null ? FieldType.Arity.ONE
                : sized && !bounded ? FieldType.Arity.FIXED : FieldType.Arity.VARIABLE;
        MessageSchema message = primitive == null ? nested(fullName(name, number)) : null;
        return new FieldType(primitive, message, arity, length, textBound);
    }

    private static Primitive primitive(String name) {
        Primitive primitive = Primitive.byName(name);
        return primitive == Primitive.TIME || primitive == Primitive.DURATION ? null : primitive;
    }

    private String fullName(String name, int number) {
        String[] parts = name.split("/", -1);
        if (name.equals("time") || name.equals("duration")) {
            throw error(number, "builtin_interfaces/Time or Duration", name);
        }
        return switch (parts.length) {
            case 1 -> packageName() + "/msg/" + name;
            case 2 -> parts[0] + "/msg/" + parts[1];
            default -> name;
        };
    }

    private Object value(FieldType type, String text, int number) {
        try {
            return ValueText.parse(type, text);
        } catch (IllegalArgumentException e) {
            throw error(number, "a value of type " + type.text(), text);
        }
    }
}
