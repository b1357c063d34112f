package dev.dpros.node.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.dataset.DatasetVerify;
import dev.dpros.cli.record.RecordCommand;
import dev.dpros.config.ConfigReader;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecorderState;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.transports.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recording from real rospy publishers, controlled by real rosservice calls and a joystick's messages. */
@Tag("realpeer")
@Timeout(120)
class RecordingSessionTest {
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
              joy: /joy
              min_free_mb: 1
              robot: testarm
            """;
    private static final String PUBLISHER = """
            import sys, rospy
            from sensor_msgs.msg import Image, JointState, Joy
            from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
            rospy.init_node('robot', disable_signals=True)
            pubs = [rospy.Publisher(t, c, queue_size=1000) for t, c in (('/camera', Image), ('/joints', JointState),
                    ('/sent', JointTrajectory), ('/leader', JointState), ('/joy', Joy))]
            while any(p.get_num_connections() == 0 for p in pubs):
                rospy.sleep(0.01)
            print('connected')
            for line in sys.stdin:
                if line.startswith('joy'):
                    for state in (0, 1, 1, 0):
                        pubs[4].publish(Joy(axes=[0.5, 0.5], buttons=[0] * 7 + [state]))
                    continue
                t0 = 1000.0
                for i in range(200):
                    stamp = rospy.Time.from_sec(t0 + i * 0.01)
                    m = JointState(name=['a', 'b'], position=[i, 1000 + i]); m.header.stamp = stamp
                    pubs[1].publish(m)
                    m = JointState(name=['a', 'b'], position=[-i, -1000 - i]); m.header.stamp = stamp
                    pubs[3].publish(m)
                    m = JointTrajectory(joint_names=['a', 'b'], points=[JointTrajectoryPoint(positions=[2 * i, 3 * i])])
                    m.header.stamp = stamp
                    pubs[2].publish(m)
                    if i % 5 == 0:
                        m = Image(height=2, width=4, encoding='bgr8', step=12, data=bytes([i, 1, 2] * 8))
                        m.header.stamp = stamp
                        pubs[0].publish(m)
                print('published')
            """;

    @TempDir
    Path directory;

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the test's own time limit ends it
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldRecordEveryMessageOfRealPublishersAndAlignThemByTheirStamps() throws Exception {
        RosTool.assumeInstalled("rosmaster", "rosservice");
        Path file = Files.writeString(directory.resolve("robot.yaml"), CONFIG);
        Path output = directory.resolve("rec");
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "recorder"));
                RecordingSession session = new RecordingSession(ConfigReader.read(file).config(), node, output);
                RosTool robot = RosTool.rospy(master.uri(), PUBLISHER)) {
            robot.awaitLine("connected");
            node.setParameter("~task", "push it");
            robot.send("joy");
            await(() -> session.recorder().status().state() == RecorderState.RECORDING);
            robot.send("go");
            await(() -> session.recorder().status().sources().stream()
                    .mapToLong(source -> source.recorded()).sum() >= 640);
            String answer = RosTool.run(master.uri(), "rosservice", "call", "/recorder/success");
            assertTrue(answer.contains("success: True") && answer.contains("episode 0 success"), answer);
            answer = RosTool.run(master.uri(), "rosservice", "call", "/recorder/stop_episode");
            assertTrue(answer.contains("success: False") && answer.contains("STOP is not possible"), answer);
            assertEquals(0, session.recorder().status().dropped());
            assertTrue(RecordCommand.line(session.recorder().status()).contains("drops 0"));
        }
        check(output);
    }

    private static void check(Path output) {
        Path journal = EpisodeStore.path(output, 0);
        assertEquals("", DatasetVerify.fault(journal));
        JournalIndex index = JournalIndex.of(journal);
        assertEquals("push it", index.task());
        assertEquals(200, index.track("sent").count());
        assertEquals(40, index.track("observation.image").count());
        assertEquals("060021388200f6f0f447d0fcd9c64743", index.track("observation.image").info().md5());
        try (JournalDataset dataset = JournalDataset.open(output, null, new RosMessageReaders(Transports::recorded));
                EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(List.of("observation.image", "observation.state", "action", "action_commanded"),
                    dataset.features().stream().map(DatasetFeature::key).toList());
            assertEquals("testarm", dataset.robot());
            assertEquals(40, episode.length());
            assertEquals(true, episode.success());
            for (int step = 0; step < 40; step++) {
                byte[] rgb = new byte[24];
                float[] state = new float[2];
                float[] action = new float[2];
                float[] commanded = new float[2];
                episode.frame(0, step, rgb);
                episode.vector(1, step, state, 0);
                episode.vector(2, step, action, 0);
                episode.vector(3, step, commanded, 0);
                int i = step * 5;
                assertArrayEquals(new byte[] {2, 1, (byte) i}, java.util.Arrays.copyOf(rgb, 3));
                assertArrayEquals(new float[] {1000 + i, i}, state);
                assertArrayEquals(new float[] {2 * i, 3 * i}, action);
                assertArrayEquals(new float[] {-i, -1000 - i}, commanded);
            }
        }
    }
}
