package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What robots do to nodes: the master dies, comes back, or never was there. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RosNodeSurvivalTest {
    private static final PublicationOptions PLAIN = new PublicationOptions(false, 10);
    private static final MessageSchema STRING = SchemaCatalog.packaged().message("std_msgs/String");
    private static final String TALKER = """
            import rospy
            from std_msgs.msg import String
            rospy.init_node('old_talker', disable_signals=True)
            pub = rospy.Publisher('/in', String, queue_size=10)
            rate = rospy.Rate(50)
            while not rospy.is_shutdown():
                pub.publish('tick')
                rate.sleep()
            """;

    @Test
    void shouldSayWhatToDoWhenNoMasterIsThere() {
        URI nowhere = URI.create("http://127.0.0.1:" + RosTool.freePort());
        InputException error = assertThrows(InputException.class,
                () -> RosNode.connect(RosNodeConfig.local(nowhere, "lonely")));
        assertTrue(error.getMessage().startsWith("ROS master " + nowhere + " cannot be reached")
                && error.getMessage().contains("roscore") && error.getMessage().contains("ROS_MASTER_URI"),
                error.getMessage());
        assertFalse(error.getMessage().contains("\n"));
    }

    @Test
    @Tag("realpeer")
    void shouldRegisterAgainWhenTheMasterIsRestarted() {
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "survivor"));
                RosTool talker = RosTool.rospy(master.uri(), TALKER)) {
            CollectingSlots slots = new CollectingSlots();
            Subscription subscription = node.subscribe("/in", "std_msgs/String", slots);
            Publication publication = node.advertise("/out", "std_msgs/String", PLAIN);
            node.advertiseService("/ask", "std_srvs/Trigger", request -> Map.of("success", true));
            slots.next(STRING);
            master.kill();
            slots.clear();
            slots.next(STRING);
            master.restart();
            Await.until("the node is known again", () -> {
                String list = RosTool.run(master.uri(), "/usr/bin/rosnode", "info", "/survivor");
                return list.contains("* /out") && list.contains("* /in") && list.contains("* /ask");
            });
            // the rospy publisher never registers again: the connection to it is kept
            slots.clear();
            slots.next(STRING);
            assertEquals(1, subscription.publishers(), talker.output());
            try (RosTool echo = RosTool.start(master.uri(), "/usr/bin/rostopic", "echo", "-n1", "/out");
                    RosTool late = RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/in",
                            "std_msgs/String", "data: late")) {
                slots.nextWhere(STRING, message -> message.get("data").equals("late"));
                Await.until("rostopic echo hears the node", () -> {
                    publication.publish(Map.of("data", "again"));
                    return echo.output().contains("again");
                });
                assertTrue(late.isAlive());
            }
            assertTrue(RosTool.run(master.uri(), "/usr/bin/rosservice", "call", "/ask").contains("success: True"));
        }
    }

    @Test
    @Tag("realpeer")
    void shouldCloseSoonAlthoughTheMasterDoesNotAnswer() {
        try (RosMasterProcess master = RosMasterProcess.rosmaster()) {
            RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "closing"));
            for (int i = 0; i < 10; i++) {
                node.advertise("/t" + i, "std_msgs/String", PLAIN);
            }
            master.signal("STOP");
            try {
                // a bound that only a hang exceeds: each call to a stopped master waits 5 s
                assertTimeoutPreemptively(Duration.ofSeconds(4), node::close);
            } finally {
                master.signal("CONT");
            }
            try (RosNode next = RosNode.connect(RosNodeConfig.local(master.uri(), "closing_2"))) {
                master.kill();
                assertTimeoutPreemptively(Duration.ofSeconds(4), next::close);
            }
        }
    }

    @Test
    @Tag("realpeer")
    void shouldUnregisterEverythingWhenClosed() {
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "tidy"))) {
            node.advertise("/tidy_out", "std_msgs/String", PLAIN);
            node.subscribe("/tidy_in", "std_msgs/String", new CollectingSlots());
            node.advertiseService("/tidy_ask", "std_srvs/Trigger", request -> Map.of());
            assertTrue(RosTool.run(master.uri(), "/usr/bin/rosnode", "list").contains("/tidy"));
            node.close();
            assertFalse(RosTool.run(master.uri(), "/usr/bin/rosnode", "list").contains("/tidy"));
        }
    }
}
