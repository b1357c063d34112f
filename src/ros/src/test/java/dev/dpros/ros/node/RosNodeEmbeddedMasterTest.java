package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.messages.ImageWriter;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes and the embedded master: what must work on a machine without ROS. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RosNodeEmbeddedMasterTest {
    private static final PublicationOptions PLAIN = new PublicationOptions(false, 4);
    private EmbeddedMaster master;
    private RosNode robot;
    private RosNode policy;

    @BeforeEach
    void start() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), RosTool.freePort());
        robot = RosNode.connect(RosNodeConfig.local(master.uri(), "robot"));
        policy = RosNode.connect(RosNodeConfig.local(master.uri(), "policy"));
    }

    @AfterEach
    void stop() {
        policy.close();
        robot.close();
        master.close();
    }

    @Test
    void shouldCarryMessagesServicesAndParameters() {
        CollectingSlots slots = new CollectingSlots();
        policy.subscribe("/state", "std_msgs/Float64MultiArray", slots);
        Publication publication = robot.advertise("/state", "std_msgs/Float64MultiArray", PLAIN);
        Await.until("connected", () -> publication.subscribers() == 1);
        publication.publish(Map.of("data", new double[] {1, 2}));
        Map<String, Object> state = slots.next(policy.messages().message("std_msgs/Float64MultiArray"));
        assertArrayEquals(new double[] {1, 2}, (double[]) state.get("data"));
        robot.advertiseService("/reset", "std_srvs/Trigger", request -> Map.of("success", true));
        assertEquals(true, policy.callService("/reset", "std_srvs/Trigger", Map.of()).get("success"));
        robot.setParameter("~rate", 50);
        assertEquals(50, policy.getParameter("/robot/rate"));
    }

    @Test
    void shouldRegisterAgainWithANewMasterOnTheSamePort() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/late", "std_msgs/String", slots);
        int port = master.uri().getPort();
        master.close();
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), port);
        try (Publication publication = robot.advertise("/late", "std_msgs/String", PLAIN)) {
            Await.until("the subscriber registers again and connects", () -> publication.subscribers() == 1);
            assertEquals(1, subscription.publishers());
        }
    }

    @Test
    void shouldShutDownWhenAnotherNodeTakesTheName() throws Exception {
        CompletableFuture<String> reason = new CompletableFuture<>();
        policy.onShutdown(reason::complete);
        try (RosNode other = RosNode.connect(RosNodeConfig.local(master.uri(), "policy"))) {
            assertTrue(reason.get(20, TimeUnit.SECONDS).contains("new node registered with same name"));
            assertEquals("/policy", other.nodeName());
        }
    }

    @Test
    void shouldRefuseToOfferAThingTwice() {
        robot.advertise("/once", "std_msgs/String", PLAIN);
        assertThrows(InputException.class, () -> robot.advertise("/once", "std_msgs/String", PLAIN));
        robot.advertiseService("/ask", "std_srvs/Trigger", request -> Map.of());
        assertThrows(InputException.class, () -> robot.advertiseService("/ask", "std_srvs/Trigger", request -> Map.of()));
        assertThrows(InputException.class, () -> robot.advertise("/typo", "std_msgs/Strin", PLAIN));
    }

    @Test
    void shouldAnswerTheSlaveApiAsNodesDo() throws Exception {
        XmlRpcClient client = new XmlRpcClient();
        robot.advertise("/out", "std_msgs/String", PLAIN);
        assertEquals(List.of(1, "node name", "/robot"), client.call(robot.slaveUri(), "getName", "/t"));
        assertEquals((int) ProcessHandle.current().pid(), ((List<?>) client.call(robot.slaveUri(), "getPid", "/t")).get(2));
        List<?> topic = (List<?>) client.call(robot.slaveUri(), "requestTopic", "/t", "/out", List.of(List.of("TCPROS")));
        assertEquals(1, topic.get(0));
        assertEquals(List.of("TCPROS", "127.0.0.1"), ((List<?>) topic.get(2)).subList(0, 2));
        assertEquals(0, ((List<?>) client.call(robot.slaveUri(), "requestTopic", "/t", "/out",
                List.of(List.of("UDPROS")))).get(0));
        assertEquals(-1, ((List<?>) client.call(robot.slaveUri(), "requestTopic", "/t", "/no", List.of())).get(0));
        assertEquals(-1, ((List<?>) client.call(robot.slaveUri(), "publisherUpdate", "/t", "/no")).get(0));
        assertEquals(-1, ((List<?>) client.call(robot.slaveUri(), "getPid")).get(0));
        for (String method : List.of("getBusStats", "getBusInfo", "getPublications", "getSubscriptions", "getMasterUri")) {
            assertEquals(1, ((List<?>) client.call(robot.slaveUri(), method, "/t")).get(0), method);
        }
    }

    @Test
    void shouldCarryImagesFromNodeToNodeWithoutAllocation() {
        ByteBuffer slot = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        policy.subscribe("/camera", "sensor_msgs/Image", new MessageSlots() {
            @Override
            public ByteBuffer claim(int length) {
                return slot.clear().limit(length);
            }

            @Override
            public void commit(long receivedNs, long receivedRosNs) {
                // the count of the subscription tells
            }

            @Override
            public void abandon() {
                slot.clear();
            }
        });
        Publication publication = robot.advertise("/camera", "sensor_msgs/Image", PLAIN);
        Await.until("connected", () -> publication.subscribers() == 1);
        ImageWriter writer = new ImageWriter(SchemaCatalog.packaged(), 640, 480, "rgb8", 3, "camera");
        byte[] pixels = new byte[640 * 480 * 3];
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long before = Allocation.ofThreads("ros-io-pub-/camera") + Allocation.ofThreads("ros-io-sub-/camera");
            for (int i = 0; i < 100; i++) {
                long sent = publication.sent() + 1;
                publication.publish(writer.write(i, pixels));
                while (publication.sent() < sent) {
                    Thread.onSpinWait();
                }
            }
            least = Math.min(least, Allocation.ofThreads("ros-io-pub-/camera")
                    + Allocation.ofThreads("ros-io-sub-/camera") - before);
        }
        assertEquals(0, least);
        assertEquals(0, publication.dropped());
    }

    @Test
    void shouldListenOnLoopbackUnlessToldOtherwise() {
        assertTrue(NodeAddress.of(null).bindAddress().isLoopbackAddress());
        assertTrue(NodeAddress.of("localhost").bindAddress().isLoopbackAddress());
        assertTrue(NodeAddress.of("127.0.0.1").bindAddress().isLoopbackAddress());
        assertEquals("[::1]", NodeAddress.of("::1").uriHost());
        assertTrue(assertThrows(InputException.class, () -> NodeAddress.of("no-such-host.invalid")).getMessage()
                .startsWith("ROS_IP / ROS_HOSTNAME"));
        InputException foreign = assertThrows(InputException.class, () -> RosNode.connect(new RosNodeConfig(
                master.uri(), "192.0.2.1", "far", "/", Map.of(), Map.of(), null)));
        assertTrue(foreign.getMessage().contains("cannot listen there"), foreign.getMessage());
    }
}
