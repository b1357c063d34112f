package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
import org.junit.jupiter.api.io.TempDir;

/** Topics against the real master and real tools. */
@Tag("realpeer")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RosNodeTopicsTest {
    private static final PublicationOptions PLAIN = new PublicationOptions(false, 10);
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 1);
    private static final MessageSchema STRING = SchemaCatalog.packaged().message("std_msgs/String");
    private static final String TALKER = """
            import sys, rospy
            from std_msgs.msg import String, Int32
            rospy.init_node(sys.argv[1], disable_signals=True)
            kind = {'String': String, 'Int32': Int32}[sys.argv[3]]
            pub = rospy.Publisher(sys.argv[2], kind, queue_size=10)
            rate = rospy.Rate(50)
            n = 0
            while not rospy.is_shutdown():
                pub.publish(kind(n if kind is Int32 else sys.argv[4] + str(n)))
                n += 1
                rate.sleep()
            """;
    private static final String LISTENER = """
            import sys, rospy
            from std_msgs.msg import String
            rospy.init_node('listener', disable_signals=True)
            def heard(message):
                print('heard ' + message.data[:40], flush=True)
            rospy.Subscriber(sys.argv[1], String, heard, queue_size=1)
            print('ready', flush=True)
            rospy.spin()
            """;

    private static RosMasterProcess master;
    private RosNode node;

    @BeforeAll
    static void startMaster() {
        master = RosMasterProcess.roscore();
    }

    @AfterAll
    static void stopMaster() {
        if (master != null) {
            master.close();
        }
    }

    @BeforeEach
    void connect() {
        node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros_test"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static RosTool talker(String name, String topic, String kind, String prefix) {
        return RosTool.rospy(master.uri(), TALKER, name, topic, kind, prefix);
    }

    @Test
    void shouldReceiveWhatRostopicPublishes() {
        CollectingSlots slots = new CollectingSlots();
        try (Subscription subscription = node.subscribe("chatter", "std_msgs/String", slots);
                RosTool tool = RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/chatter",
                        "std_msgs/String", "data: 'hello'")) {
            assertEquals(Map.of("data", "hello"), slots.next(STRING), tool.output());
            assertEquals(1, subscription.publishers());
            assertEquals("std_msgs/String", subscription.messageType());
            assertEquals("string data\n", subscription.messageDefinition());
        }
    }

    @Test
    void shouldKeepOneConnectionToARospyPublisherForSeveralSubscriptions() {
        List<CollectingSlots> all = List.of(new CollectingSlots(), new CollectingSlots(), new CollectingSlots());
        try (RosTool talker = talker("one_connection", "/shared", "String", "n")) {
            node.subscribe("/shared", "std_msgs/String", all.get(0));
            String first = (String) all.get(0).next(STRING).get("data");
            node.subscribe("/shared", "*", all.get(1));
            node.subscribe("/shared", "std_msgs/String", all.get(2));
            all.get(1).next();
            all.get(2).next();
            all.get(0).clear();
            int last = number((String) all.get(0).next(STRING).get("data"));
            for (int i = 1; i <= 100; i++) {
                assertEquals(last + i, number((String) all.get(0).next(STRING).get("data")), "none is missing");
            }
            Await.until("the others have as many", () -> all.get(1).size() >= 100 && all.get(2).size() >= 100);
            String info = RosTool.run(master.uri(), "/usr/bin/rosnode", "info", "one_connection");
            assertEquals(1, info.split("\\* topic: /shared", -1).length - 1, first + talker.output() + info);
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text.substring(1));
    }

    @Test
    void shouldReadAnyTypeByTheDefinitionThatThePublisherSends() {
        CollectingSlots slots = new CollectingSlots();
        try (Subscription subscription = node.subscribe("/tool", "*", slots);
                RosTool tool = RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/tool",
                        "geometry_msgs/PoseStamped", "{pose: {position: {x: 1, y: 2, z: 3}}}")) {
            ByteBuffer message = slots.next();
            MessageSchema schema = MessageDefinitions.parse(subscription.messageType(),
                    subscription.messageDefinition());
            float[] out = new float[3];
            assertTrue(schema.vector("pose.position").read(message, out, 0));
            assertEquals(2, out[1], tool.output());
        }
    }

    @Test
    void shouldShowAJointTrajectoryToRostopicEcho() {
        CommandFrame frame = new CommandFrame(List.of("a", "b"), 3);
        frame.stampNs = 12_500_000_000L;
        frame.points = 2;
        frame.timeFromStartNs[1] = 100_000_000L;
        System.arraycopy(new double[] {1, 2, 3, 4}, 0, frame.positions, 0, 4);
        frame.velocities[3] = -0.5;
        Publication publication = node.advertise("~command", "trajectory_msgs/JointTrajectory", LATCHED);
        publication.publish(new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "base").write(frame));
        String text = RosTool.run(master.uri(), "/usr/bin/rostopic", "echo", "-n1", "/dpros_test/command");
        for (String part : List.of("secs: 12", "nsecs: 500000000", "frame_id: \"base\"", "- a", "positions: [3.0, 4.0]",
                "velocities: [0.0, -0.5]", "nsecs: 100000000")) {
            assertTrue(text.contains(part), () -> part + " in " + text);
        }
    }

    @Test
    void shouldAppearInRostopicAndRosnode() {
        node.subscribe("/in", "sensor_msgs/Image", new CollectingSlots());
        node.advertise("/out", "sensor_msgs/JointState", PLAIN);
        String list = RosTool.run(master.uri(), "/usr/bin/rostopic", "info", "/out");
        assertTrue(list.contains("Type: sensor_msgs/JointState") && list.contains("/dpros_test"), list);
        String info = RosTool.run(master.uri(), "/usr/bin/rosnode", "info", "/dpros_test");
        assertTrue(info.contains("/out [sensor_msgs/JointState]") && info.contains("/in [unknown type]")
                && info.contains("Pid: " + ProcessHandle.current().pid()) && info.contains("/dpros_test/get_loggers")
                && info.contains("topic: /rosout") && info.contains("to: /rosout"), info);
        String ping = RosTool.run(master.uri(), "/usr/bin/rosnode", "ping", "-c1", "/dpros_test");
        assertTrue(ping.contains("xmlrpc reply from"), ping);
    }

    @Test
    void shouldBeMeasuredByRostopicHz() {
        Publication publication = node.advertise("/fast", "std_msgs/Float64", PLAIN);
        try (RosTool tool = RosTool.start(master.uri(), "/usr/bin/rostopic", "hz", "-w", "20", "/fast")) {
            ByteBuffer message = ByteBuffer.allocate(8);
            Await.until("rostopic hz prints a rate", () -> {
                publication.publish(message.clear());
                return tool.output().contains("average rate:");
            });
        }
    }

    @Test
    void shouldShutDownWithAReasonUponRosnodeKill() throws Exception {
        CompletableFuture<String> reason = new CompletableFuture<>();
        node.onShutdown(reason::complete);
        RosTool.run(master.uri(), "/usr/bin/rosnode", "kill", "/dpros_test");
        assertTrue(reason.get(20, TimeUnit.SECONDS).contains("user request"), reason::join);
        Await.until("the node unregisters", () -> !RosTool.run(master.uri(), "/usr/bin/rosnode", "list")
                .contains("/dpros_test"));
    }

    @Test
    void shouldYieldItsNameToANewNode() throws Exception {
        CompletableFuture<String> reason = new CompletableFuture<>();
        node.onShutdown(reason::complete);
        try (RosNode second = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros_test"))) {
            assertTrue(reason.get(20, TimeUnit.SECONDS).contains("new node registered with same name"), reason::join);
            node.close();
            assertTrue(RosTool.run(master.uri(), "/usr/bin/rosnode", "info", "/dpros_test")
                    .contains(second.slaveUri().toString()));
        }
    }

    @Test
    void shouldRefuseATopicOfAnotherType() {
        node.advertise("/typed", "std_msgs/Int32", PLAIN);
        InputException error = assertThrows(InputException.class,
                () -> node.subscribe("/typed", "std_msgs/String", new CollectingSlots()));
        assertTrue(error.getMessage().contains("topic /typed: type: expected std_msgs/String, found std_msgs/Int32"),
                error.getMessage());
    }

    @Test
    void shouldCountAPublisherWhoseTypeDoesNotMatch() {
        CollectingSlots slots = new CollectingSlots();
        try (Subscription subscription = node.subscribe("/changing", "std_msgs/String", slots);
                RosTool wrong = talker("wrong", "/changing", "Int32", "")) {
            Await.until("the refusal is counted", () -> !subscription.refusals().isEmpty());
            String refusal = subscription.refusals().get(0);
            assertTrue(refusal.contains("std_msgs/Int32") || refusal.contains("std_msgs/String"), refusal);
            assertEquals(0, subscription.received());
            assertTrue(wrong.isAlive());
            try (RosTool right = talker("right", "/changing", "String", "ok ")) {
                assertTrue(((String) slots.next(STRING).get("data")).startsWith("ok "), right.output());
            }
        }
    }

    @Test
    void shouldRecoverWhenAPublisherIsKilledAndStartedAgain() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = node.subscribe("/phoenix", "std_msgs/String", slots);
        try (RosTool first = talker("phoenix", "/phoenix", "String", "first ")) {
            slots.nextWhere(STRING, message -> message.get("data").toString().startsWith("first "));
            first.kill();
        }
        Await.until("the loss is noticed", () -> subscription.publishers() == 0);
        long before = subscription.received();
        try (RosTool second = talker("phoenix", "/phoenix", "String", "second ")) {
            slots.nextWhere(STRING, message -> message.get("data").toString().startsWith("second "));
            assertTrue(subscription.received() > before, second.output());
        }
    }

    @Test
    void shouldReceiveFromSeveralPublishersOfATopic() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = node.subscribe("/many", "std_msgs/String", slots);
        try (RosTool a = talker("many_a", "/many", "String", "a"); RosTool b = talker("many_b", "/many", "String", "b")) {
            slots.nextWhere(STRING, message -> message.get("data").toString().startsWith("a"));
            slots.nextWhere(STRING, message -> message.get("data").toString().startsWith("b"));
            slots.nextWhere(STRING, message -> message.get("data").toString().startsWith("a"));
            assertEquals(2, subscription.publishers(), () -> a.output() + b.output());
        }
    }

    @Test
    void shouldNeitherBlockNorGrowWhenASubscriberStopsReading() {
        Publication publication = node.advertise("/stalled", "std_msgs/String", PLAIN);
        try (RosTool listener = RosTool.rospy(master.uri(), LISTENER, "/stalled")) {
            listener.awaitLine("ready");
            Await.until("the listener connects", () -> publication.subscribers() == 1);
            publication.publish(Map.of("data", "before"));
            listener.awaitLine("heard before");
            listener.signal("STOP");
            String large = "x".repeat(1 << 20);
            Await.until("messages are dropped", () -> {
                publication.publish(Map.of("data", large));
                return publication.dropped() > 20;
            });
            listener.signal("CONT");
            Await.until("the listener reads again", () -> {
                publication.publish(Map.of("data", "after"));
                return listener.output().contains("heard after");
            });
        }
        Await.until("its end is noticed", () -> publication.subscribers() == 0);
    }

    @Test
    void shouldStopDeliveringAfterClose() {
        CollectingSlots slots = new CollectingSlots();
        try (RosTool talker = talker("closing", "/closing", "String", "c")) {
            Subscription subscription = node.subscribe("/closing", "std_msgs/String", slots);
            slots.next();
            subscription.close();
            slots.clear();
            assertFalse(RosTool.run(master.uri(), "/usr/bin/rostopic", "info", "/closing").contains("* /dpros_test"),
                    talker.output());
            assertEquals(0, slots.size());
        }
    }

    @Test
    void shouldShareOneRegistrationBetweenSubscriptionsOfATopic() {
        CollectingSlots one = new CollectingSlots();
        CollectingSlots two = new CollectingSlots();
        try (RosTool talker = talker("shared", "/shared", "String", "s")) {
            Subscription first = node.subscribe("/shared", "std_msgs/String", one);
            node.subscribe("/shared", "std_msgs/String", two);
            one.next();
            two.next();
            first.close();
            two.clear();
            two.next();
            assertTrue(RosTool.run(master.uri(), "/usr/bin/rostopic", "info", "/shared").contains("* /dpros_test"),
                    talker.output());
        }
    }

    @Test
    void shouldBeRecordedAndPlayedBackByRosbag(@TempDir Path folder) {
        RosTool.assumeInstalled("rosbag");
        Path bag = folder.resolve("test.bag");
        Publication publication = node.advertise("/bagged", "std_msgs/String", PLAIN);
        try (RosTool record = RosTool.start(master.uri(), "/usr/bin/rosbag", "record", "-O", bag.toString(), "-l", "5",
                "/bagged", "__name:=recorder")) {
            Await.until("rosbag has its five messages", () -> {
                publication.publish(Map.of("data", "kept"));
                return !record.isAlive();
            });
        }
        publication.close();
        String info = RosTool.run(master.uri(), "/usr/bin/rosbag", "info", bag.toString());
        assertTrue(info.contains("/bagged") && info.contains("5 msgs") && info.contains("992ce8a1687cec8c8bd883ec73ca41d1"),
                info);
        CollectingSlots slots = new CollectingSlots();
        node.subscribe("/bagged", "std_msgs/String", slots);
        try (RosTool play = RosTool.start(master.uri(), "/usr/bin/rosbag", "play", "--loop", bag.toString())) {
            assertEquals("kept", slots.next(STRING).get("data"), play.output());
        }
    }
}
