package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the full {@code message_definition} that a publisher sends at connection time (or a bag holds), nested types
 * included. Stateless; bounded for hostile input.
 */
public final class MessageDefinitions {
    private static final String SEPARATOR_START = "=".repeat(80);
    private static final int MAX_CHARS = 1 << 20;
    private static final int MAX_DEPTH = 64;

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, MessageSchema> parsed = new HashMap<>();
    private final Set<String> open = new HashSet<>();

    private final TextParser parser;

    /** Parses the text of one type; {@code nested} gives those inside it. */
    @FunctionalInterface
    public interface TextParser {
        /** The schema. @throws InputException if the text is not valid */
        MessageSchema parse(String type, String text, Function<String, MessageSchema> nested);
    }

    private MessageDefinitions(TextParser parser) {
        this.parser = parser;
    }

    /**
     * The schema of a type from its full definition.
     *
     * @param type {@code package/Name} of the first text
     * @throws InputException if the definition is malformed, incomplete or refers to itself
     */
    public static MessageSchema parse(String type, String definition) {
        return parse(type, definition, MessageParser::parse);
    }

    /** The same with the rules of another parser. */
    public static MessageSchema parse(String type, String definition, TextParser parser) {
        if (definition.length() > MAX_CHARS) {
            throw InputException.of(type, "message_definition", "at most " + MAX_CHARS + " characters",
                    Integer.toString(definition.length()), "");
        }
        MessageDefinitions definitions = new MessageDefinitions(parser);
        definitions.split(type, definition);
        return definitions.schema(type);
    }

    private void split(String type, String definition) {
        String current = type;
        StringBuilder text = new StringBuilder();
        boolean afterSeparator = false;
        boolean first = true;
        for (String line : definition.split("\n", -1)) {
            if (line.startsWith(SEPARATOR_START)) {
                texts.putIfAbsent(current, text.toString());
                text.setLength(0);
                afterSeparator = true;
            } else if (afterSeparator) {
                if (!line.startsWith("MSG: ")) {
                    throw InputException.of(type, "message_definition", "'MSG: type' after a separator", "'"
                            + MessageParser.shortened(line) + "'", "");
                }
                current = line.substring(5).strip().replace("/msg/", "/");
                afterSeparator = false;
                first = true;
            } else {
                text.append(first ? "" : "\n").append(line);
                first = false;
            }
        }
        texts.putIfAbsent(current, text.toString());
    }

    private MessageSchema schema(String type) {
        MessageSchema known = parsed.get(type);
        if (known != null) {
            return known;
        }
        String text = texts.get(type);
        if (text == null) {
            throw InputException.of("message_definition", "nested types", "the text of " + type, "none", "");
        }
        if (open.size() >= MAX_DEPTH || !open.add(type)) {
            throw InputException.of("message_definition", type, "nesting of at most " + MAX_DEPTH
                    + " levels and no type inside itself", "such a type", "");
        }
        MessageSchema schema = parser.parse(type, text, this::schema);
        open.remove(type);
        parsed.put(type, schema);
        return schema;
    }
}
