package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FieldPath;
import dev.dpros.core.MessageType;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.Transport;
import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.datasets.rosbag2.McapReader;
import dev.dpros.ros2.message.Ros2Catalog;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A layout file for Foxglove, held against what it is to show. */
final class FoxgloveLayout {
    /** Keys of panels' settings whose value is a topic or a message path. */
    private static final Set<String> PATH_KEYS = Set.of("value", "topicPath", "topicToRender", "imageTopic");

    private final JsonNode layout;

    FoxgloveLayout(Path file) throws IOException {
        layout = new ObjectMapper().readTree(file.toFile());
    }

    /** Each panel that is placed has its settings, is placed once, and no settings are without a panel. */
    void assertWhole() {
        List<String> placed = new ArrayList<>();
        place(layout.get("layout"), placed);
        Set<String> configured = new HashSet<>();
        layout.get("configById").fieldNames().forEachRemaining(configured::add);
        assertEquals(configured, new HashSet<>(placed));
        assertEquals(configured.size(), placed.size());
        assertTrue(configured.stream().allMatch(id -> id.matches("[A-Za-z0-9]+![a-z0-9]+")), configured.toString());
        for (String key : new String[] {"globalVariables", "userNodes", "playbackConfig"}) {
            assertTrue(layout.path(key).isObject(), key);
        }
    }

    private static void place(JsonNode node, List<String> placed) {
        if (node.isTextual()) {
            placed.add(node.asText());
            return;
        }
        assertTrue(Set.of("row", "column").contains(node.path("direction").asText()), node.toString());
        assertTrue(node.path("splitPercentage").asInt() > 0 && node.path("splitPercentage").asInt() < 100, node.toString());
        place(node.get("first"), placed);
        place(node.get("second"), placed);
    }

    private Set<String> paths() {
        Set<String> paths = new TreeSet<>();
        collect(layout.get("configById"), paths);
        return paths;
    }

    private static void collect(JsonNode node, Set<String> paths) {
        node.properties().forEach(field -> {
            if (PATH_KEYS.contains(field.getKey())) {
                paths.add(field.getValue().asText());
            }
            collect(field.getValue(), paths);
        });
        if (node.isArray()) {
            node.forEach(element -> collect(element, paths));
        }
    }

    /** The first message of each topic of an MCAP file. */
    private static Map<String, Map<String, Object>> recorded(Path mcap) {
        Map<Integer, BagConnection> connections = new HashMap<>();
        Map<String, Map<String, Object>> first = new HashMap<>();
        McapReader.read(mcap, new BagReader.Visitor() {
            @Override
            public void connection(BagConnection connection) {
                connections.put(connection.id(), connection);
            }

            @Override
            public void message(int connection, long timeNs, ByteBuffer message) {
                BagConnection of = connections.get(connection);
                if (!first.containsKey(of.topic())) {
                    first.put(of.topic(), Ros2Catalog.packaged().parse(of.type(), of.definition()).decode(message.slice()));
                }
            }
        });
        return first;
    }

    /**
     * Every topic and message path is in the export of an episode, or published by the running nodes, where a message of its
     * type has the field.
     *
     * @param liveOnly topics that no bag has
     */
    void assertShows(Path mcap, Transport graph, Set<String> liveOnly) {
        Map<String, Map<String, Object>> messages = recorded(mcap);
        Map<String, TopicInfo> published = graph.topics();
        Set<String> live = new TreeSet<>();
        for (String path : paths()) {
            int dot = path.indexOf('.');
            String topic = dot < 0 ? path : path.substring(0, dot);
            if (!messages.containsKey(topic)) {
                live.add(topic);
                assertNotNull(published.get(topic), topic + " is neither recorded nor published: " + published.keySet());
                MessageType type = graph.messages().message(published.get(topic).type());
                messages.put(topic, type.decode(type.encode(Map.of())));
            }
            if (dot >= 0) {
                assertNotNull(value(messages.get(topic), path.substring(dot + 1)), path + " in " + messages.get(topic));
            }
        }
        assertEquals(liveOnly, live);
    }

    private static Object value(Object message, String path) {
        Object at = message;
        for (FieldPath.Segment segment : FieldPath.parse(path).segments()) {
            at = at instanceof Map<?, ?> fields ? fields.get(segment.field()) : null;
            if (segment.indices() != null && at != null) {
                int index = segment.indices().get(0);
                at = at instanceof List<?> list ? list.get(index) : Array.get(at, index);
            }
        }
        return at;
    }
}
