package dev.dpros.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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

    private record Sampling(SamplerSection sampler) {}

    private ConfigReader() {}

    /**
     * Reads defaults, file and what overrides it.
     *
     * @param file YAML file
     * @param above the layers above the file, the lowest first
     * @throws InputException naming the layer with file and line, parameter, argument or option, what was expected and found
     */
    public static Result read(Path file, Layer... above) {
        List<Layer> given = Stream.concat(Stream.of(Layer.file(YamlTree.read(file))),
                Stream.of(above).map(layer -> layer.typed(RobotConfig.class))).toList();
        ConfigTree tree = ConfigTree.of(defaults(), given).withoutEmptyKeys().withList("action", "actions");
        resolvePolicyPath(tree.merged(), file);
        return new Result(StrictBinder.bind(tree, RobotConfig.class), tree.asMap());
    }

    /** The middleware that a file asks for, which must be known before all else is read; empty if it asks for none. */
    public static String transport(Path file) {
        return ofNode("transport", Layer.file(YamlTree.read(file)));
    }

    /** The node's name by a file or the defaults, which must be known before the parameters that are given to it. */
    public static String nodeName(Path file) {
        String named = ofNode("name", Layer.file(YamlTree.read(file)));
        return named.isEmpty() ? ofNode("name", defaults()) : named;
    }

    private static String ofNode(String key, Layer layer) {
        JsonNode found = layer.at(List.of("node", key));
        return found == null || !found.isTextual() ? "" : found.asText();
    }

    /** The sampler's defaults and what overrides them, without a robot. @throws InputException as {@link #read} */
    public static SamplerSection sampler(Layer above) {
        ConfigTree tree = ConfigTree.of(defaults(), List.of(above));
        tree.merged().retain("sampler");
        return StrictBinder.bind(tree, Sampling.class).sampler();
    }

    private static void resolvePolicyPath(ObjectNode root, Path file) {
        JsonNode policy = root.get("policy");
        if (policy != null && policy.isTextual() && !policy.asText().isEmpty()) {
            Path base = file.toAbsolutePath().getParent();
            root.put("policy", base.resolve(policy.asText()).normalize().toString());
        }
    }

    private static Layer defaults() {
        try (InputStream in = ConfigReader.class.getResourceAsStream(DEFAULTS)) {
            return Layer.defaults(YamlTree.parse(DEFAULTS, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
