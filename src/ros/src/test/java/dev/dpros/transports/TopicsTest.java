package dev.dpros.transports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.Finding;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each middleware knows of its topics, as one port. */
@Timeout(60)
class TopicsTest {
    private static final PublicationOptions TEN = new PublicationOptions(false, 10);

    private static void publishAndHear(Transport one, Transport other) {
        one.advertise("/chat", "std_msgs/String", TEN);
        other.advertise("/chat", "std_msgs/String", TEN);
        other.subscribe("/unheard", "sensor_msgs/JointState", new CollectingSlots());
    }

    @Test
    void shouldKnowTypesPublishersAndSubscribersOfRos1() {
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode one = RosNode.connect(RosNodeConfig.local(master.uri(), "one"));
                RosNode other = RosNode.connect(RosNodeConfig.local(master.uri(), "other"))) {
            publishAndHear(one, other);
            assertEquals(new TopicInfo("std_msgs/String", 2, 0), one.topics().get("/chat"));
            assertEquals(new TopicInfo("sensor_msgs/JointState", 0, 1), one.topics().get("/unheard"));
            assertEquals(Finding.Grade.OK, one.findings().get(0).grade());
            assertEquals(1, one.findings().size(), "the master is on this machine, as the node is");
        }
    }

    @Test
    void shouldSayThatAMasterIsGone() {
        EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        URI uri = master.uri();
        try (RosNode node = RosNode.connect(RosNodeConfig.local(uri, "one"))) {
            master.close();
            assertEquals(Finding.Grade.FAULT, node.findings().get(0).grade());
            assertTrue(node.findings().get(0).found().contains("does not answer"));
            assertTrue(node.topics().isEmpty());
        }
    }

    @Test
    void shouldKnowTypesPublishersAndSubscribersOfRos2() {
        try (Ros2Node one = Ros2Node.open(Ros2NodeConfig.local(70, "one")); Ros2Node other = Ros2Node.open(Ros2NodeConfig.local(70, "other"));
                Ros2Node looks = Ros2Node.open(Ros2NodeConfig.local(70, "looks"))) {
            publishAndHear(one, other);
            Await.until("both publishers", () -> new TopicInfo("std_msgs/String", 2, 0).equals(looks.topics().get("/chat")));
            Await.until("the subscriber", () -> new TopicInfo("sensor_msgs/JointState", 0, 1).equals(looks.topics().get("/unheard")));
            assertTrue(looks.findings().contains(Finding.ok("participants", "2 without a vendor (dpros)")), () -> looks.findings().toString());
        }
    }
}
