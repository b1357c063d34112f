package dev.dpros.datasets.rosbag;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.recording.journal.EpisodeEvent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Label and task of an episode, as one std_msgs/String of JSON in its bag. One thread. */
public final class EpisodeLabels {
    /** The topic of the message. */
    public static final String TOPIC = "/dpros/episode";
    /** Its type. */
    public static final String TYPE = "std_msgs/String";
    private static final int CDR_HEADER_BYTES = 4;
    /** The checksum of that in ROS 1. */
    public static final String MD5 = "992ce8a1687cec8c8bd883ec73ca41d1";
    /** The definition of that. */
    public static final String DEFINITION = "string data\n";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Connections with the label, and where the length of the text is in their messages. */
    private final Map<Integer, Integer> connections = new HashMap<>();
    private JsonNode found = JSON.createObjectNode();

    private static ObjectNode of(JournalIndex index) {
        return JSON.createObjectNode().put("id", index.header().uuid()).put("task", index.task()).put("success", index.success());
    }

    /**
     * That a bag which is there already is a journal's, with its label and task: then it may stay in the place of a new one.
     *
     * @param read gives what is in the bag to a visitor
     * @throws InputException if it is another's, or cannot be read
     */
    public static void require(Path journal, Path bag, Consumer<BagReader.Visitor> read) {
        ObjectNode expected = of(JournalIndex.of(journal));
        EpisodeLabels there = new EpisodeLabels();
        try {
            read.accept(there.new First());
        } catch (FoundException e) {
            // it is the first message of a bag of ours
        }
        if (!there.found.equals(expected)) {
            throw InputException.of(bag.toString(), "episode", expected + ", that of " + journal, there.found.isEmpty() ? "a bag without"
                    : there.found.toString(), "remove it, or choose another --output");
        }
    }

    /** Reads on until the label comes. */
    private final class First implements BagReader.Visitor {
        @Override
        public void connection(BagConnection connection) {
            if (connection.topic().equals(TOPIC)) {
                EpisodeLabels.this.connection(connection);
            }
        }

        @Override
        public void message(int connection, long timeNs, ByteBuffer message) {
            if (EpisodeLabels.this.message(connection, message)) {
                throw new FoundException();
            }
        }
    }

    /** Ends reading. */
    private static final class FoundException extends RuntimeException {
        private static final long serialVersionUID = 1;

        FoundException() {
            super(null, null, false, false);
        }
    }

    /** The message of an episode in ROS 1. */
    public static ByteBuffer message(JournalIndex index) {
        byte[] text = of(index).toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).put(text).flip();
    }

    void connection(BagConnection connection) {
        if (connection.type().equals(TYPE)) {
            connections.put(connection.id(), connection.encoding().equals(BagConnection.CDR) ? CDR_HEADER_BYTES : 0);
        }
    }

    /** Takes a message in if it is the labels'; whether it was. */
    boolean message(int connection, ByteBuffer message) {
        Integer at = connections.get(connection);
        if (at == null) {
            return false;
        }
        int from = at + Integer.BYTES;
        if (message.remaining() > from) {
            try {
                String text = StandardCharsets.UTF_8.decode(message.slice(message.position() + from, message.remaining() - from)).toString();
                int end = text.indexOf('\0'); // CDR ends texts with it
                found = JSON.readTree(end < 0 ? text : text.substring(0, end));
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
