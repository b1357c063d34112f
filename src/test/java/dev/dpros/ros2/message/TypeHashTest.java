package dev.dpros.ros2.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypeHashTest {
    @TempDir
    private Path prefix;

    /** Every schema that the packaged files make: messages, halves of services, parts of actions, and their wholes. */
    static List<Ros2Schema> packaged() {
        Ros2Catalog catalog = Ros2Catalog.packaged();
        List<Ros2Schema> all = new ArrayList<>();
        for (String file : Ros2Catalog.packagedFiles()) {
            String type = file.replaceFirst("\\.[a-z]+$", "");
            if (file.endsWith(".msg")) {
                all.add(catalog.message(type));
            } else if (file.endsWith(".srv")) {
                addService(all, catalog.service(type));
            } else {
                Ros2Action action = catalog.action(type);
                addService(all, action.sendGoal());
                addService(all, action.getResult());
                all.addAll(List.of(action.goal(), action.result(), action.feedback(), action.feedbackMessage(), action.whole()));
            }
        }
        return all;
    }

    private static void addService(List<Ros2Schema> all, Ros2Service service) {
        all.addAll(List.of(service.request(), service.response(), service.event(), service.whole()));
    }

    @Test
    void shouldComputeTheHashesThatJazzyAnnounces() throws IOException {
        Ros2Catalog catalog = Jazzy.withCount(prefix);
        JsonNode hashes = Jazzy.recorded("hashes");
        assertEquals(45, hashes.size());
        hashes.properties().forEach(entry ->
                assertEquals(entry.getValue().asText(), catalog.message(entry.getKey()).hash(), entry.getKey()));
    }

    /** First 16 digits of the hash of every packaged type, parts of services and actions inside it, by Jazzy's rosidl. */
    @Test
    void shouldComputeTheHashesThatRosidlComputesFromThePackagedTexts() throws IOException {
        Map<String, Ros2Schema> packaged = new HashMap<>();
        packaged().forEach(schema -> packaged.put(schema.fullName(), schema));
        List<String> lines;
        try (InputStream in = TypeHashTest.class.getResourceAsStream("rosidl-hashes.txt")) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
        assertEquals(Ros2Catalog.packagedFiles().size(), lines.size());
        for (String line : lines) {
            String[] words = line.split(" ");
            assertEquals(words[1], packaged.get(words[0]).hash().substring(7, 23), words[0]);
        }
    }

    @Test
    void shouldDescribeATypeAsRosidlDoes() {
        assertEquals("{\"type_description\": {\"type_name\": \"builtin_interfaces/msg/Time\", \"fields\": [{\"name\": \"sec\", "
                + "\"type\": {\"type_id\": 6, \"capacity\": 0, \"string_capacity\": 0, \"nested_type_name\": \"\"}}, {\"name\": "
                + "\"nanosec\", \"type\": {\"type_id\": 7, \"capacity\": 0, \"string_capacity\": 0, \"nested_type_name\": \"\"}}]}, "
                + "\"referenced_type_descriptions\": []}",
                TypeHash.description(Ros2Catalog.packaged().message("builtin_interfaces/Time")));
    }

    @Test
    void shouldNumberTypesBoundsAndArrays() throws IOException {
        Ros2Schema schema = Ros2Catalog.packaged().parse("a/All", """
                char a
                byte[3] b
                string<=5 c
                wstring<=6[<=7] d
                string[] e
                float64[<=2] f
                """);
        List<String> found = new ArrayList<>();
        for (JsonNode field : new ObjectMapper().readTree(TypeHash.description(schema)).at("/type_description/fields")) {
            JsonNode type = field.get("type");
            found.add(field.get("name").asText() + " " + type.get("type_id") + " " + type.get("capacity") + " "
                    + type.get("string_capacity"));
        }
        assertEquals(List.of("a 3 0 0", "b 64 3 0", "c 21 0 5", "d 118 7 6", "e 161 0 0", "f 107 2 0"), found);
    }

    @Test
    void shouldDescribeEachTypeAlikeWhereverItIsUsed() throws IOException {
        ObjectMapper json = new ObjectMapper();
        Map<String, JsonNode> described = new HashMap<>();
        Set<String> hashes = new HashSet<>();
        List<Ros2Schema> packaged = packaged();
        for (Ros2Schema schema : packaged) {
            JsonNode description = json.readTree(TypeHash.description(schema));
            described.put(schema.fullName(), description.get("type_description"));
            assertTrue(schema.hash().matches("RIHS01_[0-9a-f]{64}"), schema.hash());
            assertTrue(hashes.add(schema.hash()), schema.fullName() + " has a hash of its own");
        }
        assertTrue(packaged.size() > 200, packaged.size() + " types");
        for (Ros2Schema schema : packaged) {
            String before = "";
            for (JsonNode nested : json.readTree(TypeHash.description(schema)).get("referenced_type_descriptions")) {
                String name = nested.get("type_name").asText();
                assertEquals(described.get(name), nested, name + " in " + schema.fullName());
                assertTrue(before.compareTo(name) < 0, "by name");
                before = name;
            }
        }
        assertNull(described.get("diffusion_policy_msgs/msg/Nothing"));
    }
}
