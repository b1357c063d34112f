package dev.dpros.datasets.rosbag;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.recording.journal.EpisodeEvent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Label and task of an episode, as one std_msgs/String of JSON in its bag. One thread. */
final class EpisodeLabels {
    /** The topic of the message. */
    static final String TOPIC = "/dpros/episode";
    static final String TYPE = "std_msgs/String";
    static final String MD5 = "992ce8a1687cec8c8bd883ec73ca41d1";
    static final String DEFINITION = "string data\n";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Set<Integer> connections = new HashSet<>();
    private JsonNode found = JSON.createObjectNode();

    /** The message of an episode. */
    static ByteBuffer message(JournalIndex index) {
        ObjectNode labels = JSON.createObjectNode().put("id", index.header().uuid()).put("task", index.task());
        labels.put("success", index.success());
        byte[] text = labels.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).put(text).flip();
    }

    void connection(BagConnection connection) {
        if (connection.md5().equals(MD5)) {
            connections.add(connection.id());
        }
    }

    /** Takes a message in if it is the labels'; whether it was. */
    boolean message(int connection, ByteBuffer message) {
        if (!connections.contains(connection)) {
            return false;
        }
        if (message.remaining() >= 4) {
            try {
                found = JSON.readTree(StandardCharsets.UTF_8.decode(message.slice(message.position() + 4, message.remaining() - 4)).toString());
            } catch (JsonProcessingException e) {
                found = JSON.createObjectNode(); // somebody else's topic of that name
            }
        }
        return true;
    }

    String task() {
        return found.path("task").asText("");
    }

    /** How the episode ended: its label, or just that it stopped. */
    EpisodeEvent.Kind end() {
        return !found.path("success").isBoolean() ? EpisodeEvent.Kind.STOP
                : found.path("success").asBoolean() ? EpisodeEvent.Kind.SUCCESS : EpisodeEvent.Kind.FAILURE;
    }
}
