package dev.dpros.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * A YAML file as a tree, with the line of every key for messages; {@link YamlBuilder} says what of YAML is followed.
 *
 * @param source file name for messages
 * @param root the tree
 * @param lines line of each dotted key path
 */
record YamlTree(String source, ObjectNode root, Map<String, Integer> lines) {
    private static final long LARGEST_FILE_BYTES = 4 << 20;

    /** Reads a file. @throws InputException if it cannot be read or is not a YAML mapping */
    static YamlTree read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw InputException.of(file.toString(), "configuration", "a YAML file",
                        Files.isDirectory(file) ? "a directory" : "no such file", "check the path given with --config");
            }
            if (Files.size(file) > LARGEST_FILE_BYTES) {
                throw InputException.of(file.toString(), "size", "at most 4 MiB", Files.size(file) + " bytes", "");
            }
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Parses text. @throws InputException if it is not a YAML mapping */
    static YamlTree parse(String source, String text) {
        try {
            Map<String, Integer> lines = new HashMap<>();
            JsonNode node = new YamlBuilder(source, lines).build(text);
            if (node == null || node.isNull()) {
                node = JsonNodeFactory.instance.objectNode();
            }
            if (!(node instanceof ObjectNode object)) {
                throw InputException.of(source, "document", "a mapping (key: value)", node.getNodeType().toString().toLowerCase(Locale.ROOT), "");
            }
            return new YamlTree(source, object, lines);
        } catch (JsonProcessingException e) {
            throw new InputException(source + ":" + fault(e), e);
        } catch (IOException e) {
            throw new InputException(source + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Line and reason. What wraps the parser's words has another line, and of the reason the context alone. */
    private static String fault(JsonProcessingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null && marked.getProblem() != null) {
                int line = marked.getProblemMark().getLine() + 1;
                int begun = marked.getContextMark() == null ? line : marked.getContextMark().getLine() + 1;
                return line + ": not valid YAML: " + marked.getProblem().lines().findFirst().orElse("").strip()
                        + (marked.getContext() == null ? "" : ", " + marked.getContext().strip() + (begun == line ? "" : " that begins in line " + begun));
            }
        }
        int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
        return line + ": not valid YAML: " + e.getOriginalMessage().lines().findFirst().orElse("malformed").strip();
    }

    /** A value given on the command line. @param source what gives it, for messages @throws InputException if it is no YAML */
    static Object value(String source, String text) {
        try {
            JsonNode node = new YamlBuilder(source, new HashMap<>()).build(text);
            if (node != null) {
                return new ObjectMapper().convertValue(node, Object.class);
            }
        } catch (IOException e) {
            throw InputException.of(source, "value", "YAML", "'" + text + "'", "");
        }
        throw InputException.of(source, "value", "YAML", "nothing", "");
    }

    /** {@code file:line} of a key, or of its nearest parent that the file has, or the file alone. */
    String locate(String dottedPath) {
        for (String path = dottedPath; !path.isEmpty(); ) {
            Integer line = lines.get(path);
            if (line != null) {
                return source + ":" + line;
            }
            int dot = path.lastIndexOf('.');
            path = dot < 0 ? "" : path.substring(0, dot);
        }
        return source;
    }
}
