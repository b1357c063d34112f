package dev.dpros.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** rospy drivers keep one connection per node and topic: recording must not take the policy's messages away. */
@Tag("realpeer")
@Timeout(240)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class RecordBesideDriversPeerTest {
    /** A camera and a joint driver that publish a fixed number of messages, then say how many connections they had and what the node received. */
    private static final String DRIVERS = """
            import rospy, rospy.topics, time
            from sensor_msgs.msg import Image, JointState
            from diagnostic_msgs.msg import DiagnosticArray
            connections = {'/camera': 0, '/joint_states': 0}
            original = rospy.topics._TopicImpl.add_connection
            def add(self, c):
                if self.resolved_name in connections: connections[self.resolved_name] += 1
                return original(self, c)
            rospy.topics._TopicImpl.add_connection = add
            rospy.init_node('drivers')
            camera = rospy.Publisher('/camera', Image, queue_size=1000)
            joints = rospy.Publisher('/joint_states', JointState, queue_size=1000)
            seen = []
            def diagnostics(message):
                now = {s.name: v.value for s in message.status for v in s.values if v.key == 'received'}
                if len(now) == 2: seen.append((int(now['dpros: source observation.image']), int(now['dpros: source observation.state'])))
            rospy.Subscriber('/diagnostics', DiagnosticArray, diagnostics)
            while not (camera.get_num_connections() and joints.get_num_connections()):
                time.sleep(0.05)
            time.sleep(1)
            for i in range(400):
                j = JointState(name=['x', 'y'], position=[200.0, 300.0])
                j.header.stamp = rospy.Time.now()
                joints.publish(j)
                if i % 2 == 0:
                    m = Image(height=96, width=96, step=288, encoding='rgb8', data=bytes([i % 256]) * (96 * 288))
                    m.header.stamp = rospy.Time.now()
                    camera.publish(m)
                time.sleep(0.01)
            begun = len(seen)
            while len(seen) < begun + 3 or seen[-1] != seen[-3]:
                time.sleep(0.05)
            print('received', seen[-1][0], 'of 200 and', seen[-1][1], 'of 400 over', connections['/camera'], 'and', connections['/joint_states'])
            """;
    /** One topic for both inputs of a policy. */
    private static final String ONE_TOPIC = """
            import rospy, rospy.topics, time
            from sensor_msgs.msg import JointState
            from diagnostic_msgs.msg import DiagnosticArray
            connections = []
            original = rospy.topics._TopicImpl.add_connection
            def add(self, c):
                if self.resolved_name == '/everything': connections.append(c)
                return original(self, c)
            rospy.topics._TopicImpl.add_connection = add
            rospy.init_node('driver')
            publisher = rospy.Publisher('/everything', JointState, queue_size=1000)
            seen = []
            def diagnostics(message):
                now = {s.name: v.value for s in message.status for v in s.values if s.name.startswith('dpros: source ') and v.key == 'received'}
                if now: seen.append(' '.join(now[name] for name in sorted(now)))
            rospy.Subscriber('/diagnostics', DiagnosticArray, diagnostics)
            while not publisher.get_num_connections():
                time.sleep(0.05)
            time.sleep(1)
            for i in range(400):
                m = JointState(position=[200.0, 300.0] + [float(100 + 10 * k) for k in range(18)])
                m.header.stamp = rospy.Time.now()
                publisher.publish(m)
                time.sleep(0.01)
            begun = len(seen)
            while len(seen) < begun + 3 or seen[-1] != seen[-3]:
                time.sleep(0.05)
            print('received', seen[-1], 'of 400 over', len(connections))
            """;
    private static final String[] CAMERA = {
        "pusht_keypoints", "pusht_image",
        "observation.environment_state: {topic: /keypoints, field: \"position[0:18]\"}",
        "observation.image: {topic: /camera, type: sensor_msgs/Image, frozen_after_ms: 0}"};

    @TempDir
    private Path folder;

    @BeforeEach
    void needRospy() {
        RosTool.assumeInstalled("rosmaster");
    }

    private String counted(String... arguments) throws Exception {
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                PolicyProcess node = PolicyProcess.start(master.uri(), PolicyProcess.config(folder, CAMERA), arguments).awaitReady();
                RosTool drivers = RosTool.rospy(master.uri(), DRIVERS)) {
            return drivers.awaitLine("received");
        }
    }

    @Test
    void shouldFanOneConnectionOutToEveryInputOfOneTopic() throws Exception {
        Path config = PolicyProcess.config(folder, "{topic: /joint_states, field: \"position[x,y]\"}", "{topic: /everything, field: \"position[0:2]\"}",
                "{topic: /keypoints, field: \"position[0:18]\"}", "{topic: /everything, field: \"position[2:20]\"}");
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                PolicyProcess node = PolicyProcess.start(master.uri(), config).awaitReady();
                RosTool driver = RosTool.rospy(master.uri(), ONE_TOPIC)) {
            assertEquals("received 400 400 of 400 over 1", driver.awaitLine("received"), node::error);
        }
    }

    @Test
    void shouldReceiveTheSameWithAndWithoutRecording() throws Exception {
        String all = "received 200 of 200 and 400 of 400 over 1 and 1";
        assertEquals(all, counted());
        assertEquals(all, counted("--record", folder.resolve("recordings").toString()));
    }
}
