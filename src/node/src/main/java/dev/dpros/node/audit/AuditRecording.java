package dev.dpros.node.audit;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.datasets.rosbag.Bag;
import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import dev.dpros.recording.journal.SourceInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads a bag of any format or a journal into an {@link AuditFeed}. One thread. */
public final class AuditRecording {
    private final Path file;
    private final AuditFeed feed;
    private final Map<Integer, String> topics = new HashMap<>();
    private final Map<Integer, MessageType> known = new HashMap<>();
    private final Function<String, MessageTypes> types;
    private final boolean findState;
    private String state;

    private AuditRecording(Path file, AuditFeed feed, boolean findState, Function<String, MessageTypes> types) {
        this.types = types;
        this.file = file;
        this.feed = feed;
        this.findState = findState;
    }

    /** The bags and journals of a path: itself, or a recording directory's episodes. @throws InputException if there are none */
    public static List<Path> files(Path path) {
        List<Path> files = Files.isDirectory(path) ? EpisodeStore.episodes(path) : List.of(path);
        if (files.isEmpty() || !Files.exists(path)) {
            throw InputException.of(path.toString(), "recording",
                    "a bag (*.bag, *.mcap, *.db3 or a folder of rosbag2), a journal (episode_*.dpj) or a recording directory",
                    files.isEmpty() ? "no episodes" : "nothing", "check the path");
        }
        return files;
    }

    /**
     * Reads one file.
     *
     * @param findState whether {@code ~state} is to be found by its type
     * @param types how messages of a type with this checksum are read
     * @return what is not whole about it, or empty
     * @throws InputException if it is damaged, or not what the feed's configuration says
     */
    public static String read(Path file, AuditFeed feed, boolean findState, Function<String, MessageTypes> types) {
        AuditRecording recording = new AuditRecording(file, feed, findState, types);
        return BagReader.is(file) ? damage(BagReader.read(file, recording.bag())) : JournalReader.read(file, recording.journal()).damage();
    }

    /** The same of a bag that is open. */
    public static String read(Bag bag, AuditFeed feed, boolean findState, Function<String, MessageTypes> types) {
        return damage(bag.read(new AuditRecording(bag.path(), feed, findState, types).bag()));
    }

    private static String damage(BagReader.Scan scan) {
        return scan.whole() ? "" : scan.closed() ? "cut off" : "not closed by its recorder";
    }

    private BagReader.Visitor bag() {
        return new BagReader.Visitor() {
            @Override
            public void connection(BagConnection connection) {
                if (isWanted(connection.topic(), connection.type())) {
                    describe(connection);
                }
            }

            @Override
            public void message(int connection, long timeNs, ByteBuffer message) {
                take(connection, timeNs, message);
            }
        };
    }

    private JournalVisitor journal() {
        return new JournalVisitor() {
            @Override
            public void source(SourceInfo info) {
                if (info.isDescribed()) {
                    AuditRecording.this.source(info.id(), info.topic(), info.type(), info.md5(), info.definition());
                }
            }

            @Override
            public void message(int source, long headerNs, long receivedRosNs, long receivedNs, ByteBuffer payload, long offset) {
                take(source, receivedRosNs, payload);
            }
        };
    }

    /** What a bag does not tell of a type is that of the packaged one. */
    private void describe(BagConnection connection) {
        boolean cdr = connection.encoding().equals(BagConnection.CDR);
        if (!cdr && !connection.encoding().equals(BagConnection.ROS1)) {
            throw InputException.of(file.toString(), "topic " + connection.topic(), "messages of ROS 1 or CDR", "'" + connection.encoding() + "'", "");
        }
        RecordingSource.Description known = new RosMessageReaders(types).describe(connection.type(), cdr, connection.definition());
        source(connection.id(), connection.topic(), known.type(), known.md5(), known.definition());
    }

    private boolean isWanted(String topic, String type) {
        return findState && type.equals(AuditFeed.STATE) || feed.topics().stream().anyMatch(wanted -> wanted.name().equals(topic));
    }

    private void source(int id, String topic, String type, String checksum, String definition) {
        if (findState && type.equals(AuditFeed.STATE)) {
            if (state != null && !state.equals(topic)) {
                throw InputException.of(file.toString(), "topics of type " + type, "one", state + " and " + topic,
                        "say with --state which one is the node's");
            }
            state = topic;
            feed.stateOn(topic);
        }
        if (isWanted(topic, type)) {
            topics.put(id, topic);
            known.put(id, types.apply(checksum).parse(type, definition));
        }
    }

    private void take(int id, long receivedNs, ByteBuffer message) {
        if (topics.containsKey(id)) {
            feed.take(topics.get(id), known.get(id), message.slice().order(ByteOrder.LITTLE_ENDIAN), receivedNs);
        }
    }
}
