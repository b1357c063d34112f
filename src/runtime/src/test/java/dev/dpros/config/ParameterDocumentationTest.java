package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/parameters.md against the defaults and the configuration's records. */
class ParameterDocumentationTest {
    private static final Pattern KEY = Pattern.compile("`([a-z_]+(\\.(\\*|[a-z_]+))*)`");

    private static Set<String> documented() throws IOException {
        Set<String> keys = new TreeSet<>();
        for (String line : Files.readString(Path.of("docs/parameters.md")).lines().filter(line -> line.startsWith("| `")).toList()) {
            String cells = line.startsWith("| `record.buttons") ? line : line.split("\\|")[1];
            Matcher matcher = KEY.matcher(cells);
            while (matcher.find()) {
                keys.add(matcher.group(1));
            }
        }
        return keys;
    }

    @Test
    void shouldDocumentEveryComponentOfEverySection() throws IOException {
        Set<String> wanted = new TreeSet<>();
        leaves("", RobotConfig.class, wanted);
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(documented());
        assertEquals(Set.of(), missing);
    }

    @Test
    void shouldDocumentNoKeyThatDoesNotExist() throws IOException {
        Set<String> known = new TreeSet<>();
        leaves("", RobotConfig.class, known);
        known.addAll(defaults());
        Set<String> invented = new TreeSet<>(documented());
        invented.removeAll(known);
        assertEquals(Set.of(), invented);
    }

    @Test
    void shouldDocumentEveryDefaultWithItsValue() throws IOException {
        Set<String> keys = documented();
        List<String> lines = Files.readString(Path.of("docs/parameters.md")).lines().toList();
        JsonNode root = tree();
        for (String key : defaults()) {
            if (key.equals("observations") || key.equals("action.limits") || key.equals("dashboard.plan_to_image")
                    || key.equals("dashboard.facts")) {
                continue;
            }
            assertTrue(keys.contains(key), key);
            JsonNode value = root.at("/" + key.replace('.', '/'));
            if (value.isNumber() || value.isBoolean() || value.isTextual() && !value.asText().isEmpty()) {
                String line = lines.stream().filter(each -> each.startsWith("|") && each.contains("`" + key + "`")).findFirst().orElseThrow();
                assertTrue(key.startsWith("record.buttons") ? line.contains(key.substring(15) + " " + value.asText())
                        : line.split("\\|")[3].strip().equals(value.asText()), key + " is " + value + ": " + line);
            }
        }
    }

    private static JsonNode tree() throws IOException {
        try (InputStream in = ConfigReader.class.getResourceAsStream("defaults.yaml")) {
            return YamlTree.parse("defaults.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8)).root();
        }
    }

    private static List<String> defaults() throws IOException {
        List<String> keys = new ArrayList<>();
        collect("", tree(), keys);
        return keys;
    }

    private static void collect(String prefix, JsonNode node, List<String> keys) {
        if (!node.isObject() || node.isEmpty()) {
            keys.add(prefix);
            return;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            collect(prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey(), field.getValue(), keys);
        }
    }

    private static void leaves(String prefix, Class<?> record, Set<String> keys) {
        for (RecordComponent component : record.getRecordComponents()) {
            String name = new SnakeCaseStrategy().translate(component.getName());
            String key = prefix.isEmpty() ? name : prefix + "." + name;
            Class<?> type = component.getType();
            if (type.isRecord() && type != PerJoint.class) {
                leaves(key, type, keys);
            } else if (Map.class.isAssignableFrom(type) && valueOf(component.getGenericType()).isRecord()) {
                leaves(key + ".*", valueOf(component.getGenericType()), keys);
            } else {
                keys.add(key);
            }
        }
    }

    private static Class<?> valueOf(Type map) {
        Type value = ((ParameterizedType) map).getActualTypeArguments()[1];
        return value instanceof Class<?> type ? type : Object.class;
    }
}
