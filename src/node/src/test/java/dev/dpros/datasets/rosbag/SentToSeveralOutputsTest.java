package dev.dpros.datasets.rosbag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.config.ConfigReader;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.StampBounds;
import dev.dpros.node.record.RecordingPlan;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.transports.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was sent to an arm and a gripper, each on a topic of its own, is one action in the policy's order. */
@Timeout(60)
class SentToSeveralOutputsTest {
    private static final long MS = 1_000_000L;
    private static final long START = 1_700_000_000_000L * MS;
    private static final String CONFIG = """
            policy: none
            observations:
              observation.state: {topic: /joint_states, field: "position[a,g,b]"}
            dimensions: [a, g, b]
            actions:
              - {topic: /arm, joints: [b, a]}
              - {topic: /hand, type: control_msgs/GripperCommand, joints: [g]}
            """;

    @TempDir
    Path directory;

    private static ByteBuffer encoded(String type, Map<String, Object> fields) {
        return MessageEncoder.encode(SchemaCatalog.packaged().message(type), fields);
    }

    private static void write(BagWriter bag, Map<String, Integer> known, String topic, String type, long ms, Map<String, Object> fields)
            throws IOException {
        Description description = new RosMessageReaders(Transports::recorded).describe(type);
        int connection = known.containsKey(topic) ? known.get(topic) : bag.connect(topic, type, description.md5(), description.definition());
        known.put(topic, connection);
        bag.message(connection, START + ms * MS, encoded(type, fields));
    }

    private static Map<String, Object> header(long ms) {
        return Map.of("stamp", START + ms * MS);
    }

    @Test
    void shouldBeOneActionInThePolicysOrder() throws Exception {
        RecordingPlan plan = RecordingPlan.of(ConfigReader.read(Files.writeString(directory.resolve("robot.yaml"), CONFIG)).config());
        assertEquals(List.of("/joint_states", "/arm", "/hand"), plan.topics().stream().map(RecordingPlan.PlannedTopic::topic).toList());
        Path path = directory.resolve("run.bag");
        try (BagWriter bag = new BagWriter(path)) {
            Map<String, Integer> known = new HashMap<>();
            for (long ms = 0; ms <= 1_000; ms += 20) {
                double value = ms / 1e3;
                write(bag, known, "/joint_states", "sensor_msgs/JointState", ms,
                        Map.of("header", header(ms), "name", List.of("a", "g", "b"), "position", new double[] {value, value, value}));
                write(bag, known, "/arm", "trajectory_msgs/JointTrajectory", ms, Map.of("header", header(ms), "joint_names", List.of("b", "a"),
                        "points", List.of(Map.of("positions", new double[] {10 + value, 20 + value}))));
                if (ms % 200 == 0) {
                    write(bag, known, "/hand", "control_msgs/GripperCommand", ms, Map.of("position", 30 + value));
                }
            }
        }
        Path recording = directory.resolve("recording");
        try (EpisodeStore store = EpisodeStore.open(recording)) {
            new BagImporter(Map.of("/joint_states", "observation.state", "/arm", "sent", "/hand", "sent_2"), plan.layout(), "push",
                    new RosMessageReaders(Transports::recorded)).importBag(path, store, line -> { });
        }
        try (JournalDataset dataset = JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded), StampBounds.DEFAULT);
                EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(List.of("a", "g", "b"), dataset.features().get(1).names());
            assertEquals(11, episode.length());
            float[] action = new float[3];
            episode.vector(1, 5, action, 0);
            assertEquals(List.of(20.5f, 30.4f, 10.5f), List.of(action[0], action[1], action[2]));
        }
    }
}
