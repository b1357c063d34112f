package dev.dpros.node.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.MainAccess;
import dev.dpros.config.ConfigReader;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.datasets.rosbag2.Rosbag2;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An episode of a robot of ROS 2, from its topics to the data sets: what was published is what is in them. */
@Timeout(120)
class Ros2RecordingTest {
    private static final String CONFIG = """
            policy: nowhere
            observations:
              observation.image: {topic: /camera, type: sensor_msgs/Image}
              observation.state: {topic: /joints, type: sensor_msgs/JointState, field: "position[b,a]"}
            action:
              topic: /sent
              type: trajectory_msgs/JointTrajectory
              joints: [a, b]
            record:
              fps: 20
              commanded: {topic: /leader, type: sensor_msgs/JointState}
              min_free_mb: 1
              robot: testarm
            """;
    private static final List<String> JOINTS = List.of("a", "b");
    private static final int SIDE = 64;
    private static final int COUNT = 200;
    private static final long START_NS = 1_000_000_000_000L;
    private static final PublicationOptions DEEP = new PublicationOptions(false, 1000);

    @TempDir
    Path directory;

    /** A robot and who operates it. */
    private static final class Robot implements AutoCloseable {
        private final Ros2Node node;
        private final Publication camera;
        private final Publication joints;
        private final Publication sent;
        private final Publication leader;

        Robot(int domain) {
            node = Ros2Node.open(Ros2NodeConfig.local(domain, "robot"));
            camera = node.advertise("/camera", "sensor_msgs/Image", DEEP);
            joints = node.advertise("/joints", "sensor_msgs/JointState", DEEP);
            sent = node.advertise("/sent", "trajectory_msgs/JointTrajectory", DEEP);
            leader = node.advertise("/leader", "sensor_msgs/JointState", DEEP);
            Await.until("recorder", () -> List.of(camera, joints, sent, leader).stream().allMatch(topic -> topic.subscribers() == 1));
        }

        void publish(int from, int to) {
            for (int i = from; i < to; i++) {
                Map<String, Object> header = Map.of("stamp", START_NS + i * 10_000_000L);
                joints.publish(Map.of("header", header, "name", JOINTS, "position", new double[] {i, 1000 + i}));
                leader.publish(Map.of("header", header, "name", JOINTS, "position", new double[] {-i, -1000 - i}));
                sent.publish(Map.of("header", header, "joint_names", JOINTS,
                        "points", List.of(Map.of("positions", new double[] {2 * i, 3 * i}))));
                if (i % 5 == 0) {
                    byte[] pixels = new byte[SIDE * SIDE * 3];
                    Arrays.fill(pixels, (byte) i);
                    camera.publish(Map.of("header", header, "height", SIDE, "width", SIDE, "encoding", "bgr8", "step", SIDE * 3, "data", pixels));
                }
            }
        }

        void call(String service, String type, Map<String, Object> request) {
            Map<String, Object> answer = node.callService("/recorder/" + service, type, request);
            assertEquals(true, answer.get("success"), answer::toString);
        }

        @Override
        public void close() {
            node.close();
        }
    }

    @Test
    void shouldRecordAndExportWhatARobotPublishes() throws Exception {
        int domain = DomainSettings.unoccupied().domainId();
        Path file = Files.writeString(directory.resolve("robot.yaml"), CONFIG);
        Path output = directory.resolve("rec");
        try (Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(domain, "recorder"));
                RecordingSession session = new RecordingSession(ConfigReader.read(file).config(), node, output);
                Robot robot = new Robot(domain)) {
            robot.node.setParameter("/recorder/task", "push it");
            robot.call("start_episode", "std_srvs/Trigger", Map.of());
            robot.publish(0, COUNT / 2);
            awaitRecorded(session, COUNT / 2);
            robot.call("intervention", "std_srvs/SetBool", Map.of("data", true));
            robot.publish(COUNT / 2, COUNT);
            awaitRecorded(session, COUNT);
            robot.call("success", "std_srvs/Trigger", Map.of());
            assertEquals(0, session.recorder().status().dropped());
        }
        checkJournal(output);
        Path lerobot = directory.resolve("lerobot");
        assertEquals(0, MainAccess.execute("dataset", "export", output.toString(), "--format", "lerobot", "-o", lerobot.toString()));
        try (EpisodeDataset journals = MainAccess.journals(output); EpisodeDataset exported = LerobotDataset.open(lerobot)) {
            checkColumns(journals, 0);
            checkColumns(exported, 3); // the video is lossy
        }
        Path mcap = directory.resolve("mcap");
        assertEquals(0, MainAccess.execute("dataset", "export", output.toString(), "--format", "mcap", "-o", mcap.toString()));
        checkBag(mcap.resolve("episode_000000"));
    }

    private static void awaitRecorded(RecordingSession session, int count) {
        Await.until("recorded", () -> session.recorder().status().sources().stream().mapToLong(source -> source.recorded()).sum() == 3L * count + count / 5);
    }

    private static void checkJournal(Path output) {
        JournalIndex index = JournalIndex.of(EpisodeStore.path(output, 0));
        assertEquals("push it", index.task());
        assertEquals(Ros2Catalog.packaged().message("sensor_msgs/Image").hash(), index.track("observation.image").info().md5());
        assertEquals("sensor_msgs/Image", index.track("observation.image").info().type());
    }

    private static void checkColumns(EpisodeDataset dataset, int tolerance) {
        assertEquals("testarm", dataset.robot());
        List<String> keys = dataset.features().stream().map(feature -> feature.key()).toList();
        try (EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(COUNT / 5, episode.length());
            assertEquals("push it", episode.task());
            assertEquals(true, episode.success());
            for (int step = 0; step < episode.length(); step++) {
                int i = step * 5;
                byte[] rgb = new byte[SIDE * SIDE * 3];
                episode.frame(keys.indexOf("observation.image"), step, rgb);
                assertEquals(i, Byte.toUnsignedInt(rgb[0]), tolerance, dataset.name());
                assertVector(episode, keys.indexOf("observation.state"), step, 1000 + i, i);
                assertVector(episode, keys.indexOf("action"), step, 2 * i, 3 * i);
                assertVector(episode, keys.indexOf("action_commanded"), step, -i, -1000 - i);
            }
        }
    }

    private static void assertVector(EpisodeDataset.Episode episode, int feature, int step, float... expected) {
        float[] found = new float[2];
        episode.vector(feature, step, found, 0);
        assertArrayEquals(expected, found);
    }

    /** Every message, in order, under its topic. */
    private static void checkBag(Path folder) {
        Map<Integer, String> topics = new HashMap<>();
        Map<String, List<Map<String, Object>>> messages = new HashMap<>();
        try (Rosbag2 bag = Rosbag2.open(folder, folder)) {
            assertTrue(bag.read(new BagReader.Visitor() {
                @Override
                public void connection(BagConnection connection) {
                    topics.put(connection.id(), connection.topic() + " " + connection.type());
                }

                @Override
                public void message(int connection, long timeNs, ByteBuffer message) {
                    String topic = topics.get(connection);
                    messages.computeIfAbsent(topic, key -> new ArrayList<>()).add(Ros2Catalog.packaged().message(topic.split(" ")[1])
                            .decode(message.slice().order(ByteOrder.LITTLE_ENDIAN)));
                }
            }).whole());
        }
        assertEquals(COUNT / 5, messages.get("/camera sensor_msgs/Image").size());
        List<Map<String, Object>> joints = messages.get("/joints sensor_msgs/JointState");
        assertEquals(COUNT, joints.size());
        for (int i = 0; i < COUNT; i++) {
            assertEquals(START_NS + i * 10_000_000L, ((Map<?, ?>) joints.get(i).get("header")).get("stamp"));
            assertArrayEquals(new double[] {i, 1000 + i}, (double[]) joints.get(i).get("position"));
        }
    }
}
