package dev.dpros.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Reads robot configurations. Stateless; not for hot paths. */
public final class ConfigReader {
    private static final String DEFAULTS = "defaults.yaml";

    /**
     * A configuration and the complete tree it came from, for publishing what is in force.
     *
     * @param config validated
     * @param inForce every key with its value
     */
    public record Result(RobotConfig config, Map<String, Object> inForce) {}

    private ConfigReader() {}

    /**
     * Reads defaults, file and parameters.
     *
     * @param file YAML file, or null for parameters alone
     * @param parameters the node's private ROS parameters as a tree; may be empty
     * @throws InputException naming file and line (or parameter), key, what was expected and found
     */
    public static Result read(Path file, Map<String, Object> parameters) {
        YamlTree own = file == null ? null : YamlTree.read(file);
        ConfigTree tree = ConfigTree.of(defaults(), own, ParameterTypes.typed(RobotConfig.class, parameters)).withoutEmptyKeys();
        resolvePolicyPath(tree.merged(), file);
        RobotConfig config = StrictBinder.bind(tree, RobotConfig.class);
        @SuppressWarnings("unchecked")
        Map<String, Object> inForce = new ObjectMapper().convertValue(tree.merged(), Map.class);
        return new Result(config, inForce);
    }

    private static void resolvePolicyPath(ObjectNode root, Path file) {
        JsonNode policy = root.get("policy");
        if (file != null && policy != null && policy.isTextual() && !policy.asText().isEmpty()) {
            Path base = file.toAbsolutePath().getParent();
            root.put("policy", base.resolve(policy.asText()).normalize().toString());
        }
    }

    private static YamlTree defaults() {
        try (InputStream in = ConfigReader.class.getResourceAsStream(DEFAULTS)) {
            return YamlTree.parse(DEFAULTS, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
