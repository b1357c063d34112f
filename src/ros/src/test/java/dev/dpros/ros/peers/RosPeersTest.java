package dev.dpros.ros.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.CollectingSlots;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node of ours among roscore, rospy, rosbag and the command-line tools, in containers or installed here. */
@Tag("realpeer")
@Timeout(300)
class RosPeersTest {
    private static final String TALKER = """
            import rospy
            from sensor_msgs.msg import JointState
            rospy.init_node('talker', disable_signals=True)
            topic = rospy.Publisher('/joint_states', JointState, queue_size=10)
            rate = rospy.Rate(50)
            while not rospy.is_shutdown():
                state = JointState(name=['a', 'b'], position=[1.5, -2.5])
                state.header.stamp = rospy.Time.now()
                topic.publish(state)
                rate.sleep()
            """;
    private static final String LISTENER = """
            import rospy
            from trajectory_msgs.msg import JointTrajectory
            rospy.init_node('listener', disable_signals=True)
            rospy.Subscriber('/command', JointTrajectory, lambda m: print('heard', list(m.joint_names)), tcp_nodelay=True)
            print('ready')
            rospy.spin()
            """;
    private static final String SAME_NAME = """
            import rospy
            rospy.init_node('dpros_peer', disable_signals=True)
            rospy.spin()
            """;

    private static RosPeers peers;
    private RosNode node;

    @BeforeAll
    static void startPeers() {
        peers = RosPeers.start();
    }

    @AfterAll
    static void stopPeers() {
        if (peers != null) {
            peers.close();
        }
    }

    @BeforeEach
    void connect() {
        node = RosNode.connect(RosNodeConfig.local(peers.master(), "dpros_peer"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void shouldHearARospyPublisher() {
        CollectingSlots slots = new CollectingSlots();
        node.subscribe("/joint_states", "sensor_msgs/JointState", slots);
        try (RosPeers.Peer talker = peers.rospy(TALKER)) {
            Map<String, Object> message = slots.next(SchemaCatalog.packaged().message("sensor_msgs/JointState"));
            assertEquals(List.of("a", "b"), message.get("name"));
        }
    }

    @Test
    void shouldBeHeardByRospyRostopicAndRosbag() {
        Publication command = node.advertise("/command", "trajectory_msgs/JointTrajectory", new PublicationOptions(true, 1));
        command.publish(Map.of("joint_names", List.of("shoulder", "elbow")));
        try (RosPeers.Peer listener = peers.rospy(LISTENER)) {
            listener.awaitLine("shoulder");
        }
        assertTrue(peers.run("rostopic", "echo", "-n", "1", "/command").contains("elbow"));
        String info = peers.run("sh", "-c",
                "bag=$(mktemp -u).bag; rosbag record -q -l 1 -O $bag /command; rosbag info $bag; rm -f $bag");
        assertTrue(info.contains("/command") && info.contains("trajectory_msgs/JointTrajectory"), info);
    }

    @Test
    void shouldShareParametersAndServices() throws Exception {
        node.setParameter("/limits/speed", 0.25);
        assertEquals("0.25", peers.run("rosparam", "get", "/limits/speed").strip());
        peers.run("rosparam", "set", "/limits/names", "[a, b]");
        assertEquals(List.of("a", "b"), node.getParameter("/limits/names"));
        try (AutoCloseable service = node.advertiseService("~reset", "std_srvs/Trigger",
                request -> Map.of("success", true, "message", "done"))) {
            assertTrue(peers.run("rosservice", "call", "/dpros_peer/reset").contains("done"));
        }
        assertTrue(peers.run("rosnode", "ping", "-c", "1", "/dpros_peer").contains("xmlrpc reply from"));
    }

    @Test
    void shouldMakeWayForANodeOfTheSameName() throws Exception {
        CompletableFuture<String> reason = new CompletableFuture<>();
        node.onShutdown(reason::complete);
        try (RosPeers.Peer other = peers.rospy(SAME_NAME)) {
            assertTrue(reason.get(60, TimeUnit.SECONDS).contains("new node registered with same name"));
        }
    }
}
