package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * diffusion_policy's configuration as a YAML file: one that a run has written, or one of config/*.yaml with its task beside it.
 * References {@code ${a.b}} are followed; of {@code ${eval: ...}} {@link Expression} and {@code A if B or C else D} are computed,
 * nothing else: nothing is executed. Stateless.
 */
final class HydraConfig {
    private static final int LARGEST_FILE = 4 << 20;
    private static final int MOST_REFERENCES = 64;
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][\\w.]*)}");
    private static final Pattern EVALUATION = Pattern.compile("\\$\\{eval:\\s*'?([^{}$]*?)'?\\s*}");
    private static final Pattern CHOICE = Pattern.compile("(.+) if (.+) else (.+)");

    private HydraConfig() {}

    /** Whether a file looks like one. @throws InputException if it cannot be read */
    static boolean is(Path file) {
        String name = file.getFileName().toString();
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(file)
                && tree(file).path("_target_").asText().endsWith("Workspace");
    }

    /** Its tree, resolved. @throws InputException naming the file if it is not YAML, or a task is missing */
    static ConfigNode read(Path file) {
        ObjectNode root = tree(file);
        for (JsonNode layer : root.path("defaults")) {
            if (layer.has("task") && !root.has("task")) {
                Path task = file.resolveSibling("task").resolve(layer.get("task").asText() + ".yaml");
                if (!Files.isRegularFile(task)) {
                    throw InputException.of(file.toString(), "defaults, task", "the file " + task, "none",
                            "keep it beside, or use the configuration that a run has written");
                }
                root.set("task", tree(task));
            }
        }
        resolve(root, root);
        return new ConfigNode(file.toString(), "", root);
    }

    private static ObjectNode tree(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw InputException.of(file.toString(), "size", "at most 4 MiB", Files.size(file) + " bytes", "");
            }
            return SafeYaml.read(file.toString(), Files.readString(file)) instanceof ObjectNode object ? object
                    : JsonNodeFactory.instance.objectNode();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static void resolve(ObjectNode root, JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> object.replace(name, value(root, object.get(name))));
            object.forEach(child -> resolve(root, child));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, value(root, array.get(i)));
                resolve(root, array.get(i));
            }
        }
    }

    private static JsonNode value(ObjectNode root, JsonNode node) {
        JsonNode value = node;
        for (int i = 0; i < MOST_REFERENCES && value.isTextual(); i++) {
            String text = value.textValue();
            Matcher reference = REFERENCE.matcher(text);
            Matcher evaluation = EVALUATION.matcher(text);
            if (reference.find()) {
                JsonNode target = root.at("/" + reference.group(1).replace('.', '/'));
                if (target.isMissingNode()) {
                    break;
                }
                value = reference.start() == 0 && reference.end() == text.length() ? target
                        : TextNode.valueOf(text.substring(0, reference.start()) + target.asText() + text.substring(reference.end()));
            } else if (evaluation.matches()) {
                return evaluated(evaluation.group(1).replace("'", "").strip(), value);
            } else {
                break;
            }
        }
        return value;
    }

    private static JsonNode evaluated(String expression, JsonNode otherwise) {
        Matcher choice = CHOICE.matcher(expression);
        if (choice.matches()) {
            boolean holds = false;
            for (String part : choice.group(2).split(" or ")) {
                holds |= part.strip().equalsIgnoreCase("true");
            }
            return evaluated(choice.group(holds ? 1 : 3).strip(), otherwise);
        }
        if (expression.equals("None")) {
            return JsonNodeFactory.instance.nullNode();
        }
        JsonNode number = Expression.value(expression);
        return number == null ? otherwise : number;
    }
}
