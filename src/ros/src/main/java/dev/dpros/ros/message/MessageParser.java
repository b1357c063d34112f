package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the text of one .msg file (rules of genmsg's msg_loader.py); those of ROS 2 differ in what a line may say. Nested
 * types come from a resolver. One text each.
 */
public class MessageParser {
    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z]\\w*");
    private static final Pattern TYPE = Pattern.compile("([A-Za-z][\\w/]*)(\\[(\\d{0,8})\\])?");
    /** No array of fixed length is longer; a guard against hostile definitions. */
    protected static final int MAX_FIXED_LENGTH = 1 << 20;
    private static final int MAX_FIELDS = 4096;

    private final String type;
    private final String packageName;
    private final Function<String, MessageSchema> nested;
    private final List<MessageSchema.Field> fields = new ArrayList<>();
    private final List<MessageSchema.Constant> constants = new ArrayList<>();

    /** A parser of one type. */
    protected MessageParser(String type, Function<String, MessageSchema> nested) {
        this.type = type;
        this.packageName = type.substring(0, Math.max(0, type.indexOf('/')));
        this.nested = nested;
    }

    /**
     * Parses a definition.
     *
     * @param type {@code package/Name}
     * @param text the .msg text
     * @param nested gives the schema of a full type name; throws InputException if unknown
     * @throws InputException naming the type and the line if the text is not valid
     */
    static MessageSchema parse(String type, String text, Function<String, MessageSchema> nested) {
        return new MessageParser(type, nested).read(text);
    }

    /** Reads the text. @throws InputException naming the type and the line if it is not valid */
    protected final MessageSchema read(String text) {
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            line(line, number);
        }
        end(fields);
        return schema(text, fields, constants);
    }

    /** The schema of what was read. */
    protected MessageSchema schema(String text, List<MessageSchema.Field> all, List<MessageSchema.Constant> named) {
        return new MessageSchema(type, text, all, named);
    }

    /** Called after the last line; may add to the fields. */
    protected void end(List<MessageSchema.Field> all) {
        // ROS 1 has empty messages
    }

    private void line(String line, int number) {
        String clean = withoutComment(line);
        if (clean.isEmpty()) {
            return;
        }
        if (fields.size() + constants.size() >= MAX_FIELDS) {
            throw error(number, "at most " + MAX_FIELDS + " fields", "more");
        }
        if (isConstant(clean)) {
            constants.add(constant(line, clean, number));
        } else {
            fields.add(field(clean, number));
        }
    }

    /** Whether a line without its comment is a constant. */
    protected boolean isConstant(String clean) {
        return clean.indexOf('=') >= 0;
    }

    private static String withoutComment(String line) {
        int hash = line.indexOf('#');
        return (hash < 0 ? line : line.substring(0, hash)).strip();
    }

    /** The constant that a line defines; {@code clean} is the line without its comment. */
    protected MessageSchema.Constant constant(String line, String clean, int number) {
        int space = clean.indexOf(' ');
        Primitive primitive = space < 0 ? null : primitive(clean.substring(0, space));
        if (primitive == null || primitive == Primitive.TIME || primitive == Primitive.DURATION) {
            throw error(number, "a constant 'type NAME=value'", clean);
        }
        if (primitive == Primitive.STRING) {
            // a string constant is everything right of the equals sign, comment characters included
            int equals = line.indexOf('=');
            String name = line.substring(line.indexOf(' ') + 1, equals);
            return new MessageSchema.Constant(primitive, name, line.substring(equals + 1).strip());
        }
        String[] parts = clean.substring(space + 1).split("=", -1);
        if (parts.length != 2) {
            throw error(number, "a constant 'type NAME=value'", clean);
        }
        return new MessageSchema.Constant(primitive, parts[0].strip(), parts[1].strip());
    }

    /** The field that a line defines. */
    protected MessageSchema.Field field(String clean, int number) {
        String[] words = clean.split("\\s+");
        if (words.length != 2 || !FIELD_NAME.matcher(words[1]).matches()) {
            throw error(number, "'type name'", clean);
        }
        return new MessageSchema.Field(words[1], fieldType(words[0], number));
    }

    private FieldType fieldType(String word, int number) {
        Matcher matcher = TYPE.matcher(word);
        if (!matcher.matches()) {
            throw error(number, "a type", word);
        }
        FieldType.Arity arity = FieldType.Arity.ONE;
        int length = 0;
        if (matcher.group(2) != null) {
            boolean variable = matcher.group(3).isEmpty();
            arity = variable ? FieldType.Arity.VARIABLE : FieldType.Arity.FIXED;
            length = variable ? 0 : Integer.parseInt(matcher.group(3));
        }
        if (length > MAX_FIXED_LENGTH) {
            throw error(number, "an array of at most " + MAX_FIXED_LENGTH + " elements", word);
        }
        Primitive primitive = primitive(matcher.group(1));
        MessageSchema message = primitive == null ? nested(fullType(matcher.group(1))) : null;
        return new FieldType(primitive, message, arity, length);
    }

    private static Primitive primitive(String name) {
        Primitive primitive = Primitive.byName(name);
        return primitive == Primitive.WSTRING ? null : primitive;
    }

    /** The schema of a nested type. */
    protected final MessageSchema nested(String fullName) {
        return nested.apply(fullName);
    }

    /** The package of the type. */
    protected final String packageName() {
        return packageName;
    }

    private String fullType(String name) {
        if (name.equals("Header")) {
            return "std_msgs/Header";
        }
        return name.indexOf('/') >= 0 || packageName.isEmpty() ? name : packageName + "/" + name;
    }

    /** What is wrong with a line. */
    protected final InputException error(int line, String expected, String found) {
        return InputException.of(type, "line " + line, expected, "'" + shortened(found) + "'", "");
    }

    /** Part of a foreign text, fit for an error message of one line. */
    static String shortened(String text) {
        String part = text.length() <= 80 ? text : text.substring(0, 80) + "...";
        return part.replaceAll("\\p{Cntrl}", " ");
    }
}
