package dev.dpros.ros.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.JointStateWriter;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every implementation of the port {@link Transport} must do; a subclass provides nodes of one. */
@Timeout(60)
abstract class TransportConformance {
    private static final MessageSchema JOINTS = SchemaCatalog.packaged().message("sensor_msgs/JointState");
    private static final PublicationOptions PLAIN = new PublicationOptions(false, 10);
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 1);

    private EmbeddedMaster master;
    private Transport robot;
    private Transport policy;

    /** A node of the implementation. */
    abstract Transport connect(URI master, String name);

    @BeforeEach
    void startNodes() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        robot = connect(master.uri(), "robot");
        policy = connect(master.uri(), "policy");
    }

    @AfterEach
    void stop() {
        policy.close();
        robot.close();
        master.close();
    }

    private static Map<String, Object> joints(String name) {
        return Map.of("name", List.of(name), "position", new double[] {0.5});
    }

    @Test
    void shouldCarryMessagesWithTypeDefinitionAndCounts() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        Await.until("connected", () -> publication.subscribers() == 1 && subscription.publishers() == 1);
        publication.publish(joints("elbow"));
        assertEquals(List.of("elbow"), slots.next(JOINTS).get("name"));
        assertEquals("sensor_msgs/JointState", subscription.messageType());
        assertTrue(subscription.messageDefinition().contains("string[] name"));
        Await.until("counted", () -> publication.sent() == 1 && subscription.received() == 1);
        assertEquals(0, publication.dropped() + subscription.rejected());
    }

    @Test
    void shouldCopyASerializedMessageBeforePublishReturns() {
        CollectingSlots slots = new CollectingSlots();
        policy.subscribe("/joints", "*", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        Await.until("connected", () -> publication.subscribers() == 1);
        ByteBuffer message = new JointStateWriter(List.of("a", "b"), "base").write(5_000_000_001L, new double[] {1, 2}, null);
        publication.publish(message);
        for (int i = 0; i < message.limit(); i++) {
            message.put(i, (byte) 0);
        }
        Map<String, Object> received = slots.next(JOINTS);
        assertEquals(List.of("a", "b"), received.get("name"));
        assertEquals(5_000_000_001L, ((Map<?, ?>) received.get("header")).get("stamp"));
    }

    @Test
    void shouldGiveTheLastLatchedMessageToALateSubscriber() {
        Publication publication = robot.advertise("/plan", "sensor_msgs/JointState", LATCHED);
        publication.publish(joints("first"));
        publication.publish(joints("last"));
        CollectingSlots slots = new CollectingSlots();
        policy.subscribe("/plan", "sensor_msgs/JointState", slots);
        assertEquals(List.of("last"), slots.next(JOINTS).get("name"));
    }

    @Test
    void shouldSkipAndCountWhatTheSlotsDoNotAccept() {
        CollectingSlots slots = new CollectingSlots(80);
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        Await.until("connected", () -> publication.subscribers() == 1);
        publication.publish(joints("j".repeat(100)));
        publication.publish(joints("short"));
        assertEquals(List.of("short"), slots.next(JOINTS).get("name"));
        assertEquals(1, subscription.rejected());
    }

    @Test
    void shouldDeliverNothingAfterTheSubscriptionIsClosed() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        Await.until("connected", () -> publication.subscribers() == 1);
        subscription.close();
        Await.until("disconnected", () -> publication.subscribers() == 0);
        publication.publish(joints("late"));
        assertEquals(0, slots.size());
    }

    @Test
    void shouldResolvePrivateNamesBelowTheNode() {
        assertEquals("/robot", robot.nodeName());
        robot.advertise("~state", "sensor_msgs/JointState", LATCHED).publish(joints("own"));
        CollectingSlots slots = new CollectingSlots();
        policy.subscribe("/robot/state", "sensor_msgs/JointState", slots);
        assertEquals(List.of("own"), slots.next(JOINTS).get("name"));
    }

    @Test
    void shouldRefuseATopicOfAnotherType() {
        robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        InputException error = assertThrows(InputException.class,
                () -> policy.subscribe("/joints", "sensor_msgs/Image", new CollectingSlots()));
        assertTrue(error.getMessage().contains("sensor_msgs/JointState") && error.getMessage().lines().count() == 1,
                error.getMessage());
    }

    @Test
    void shouldCallServicesAndPassTheirFailuresOn() throws Exception {
        try (AutoCloseable reset = robot.advertiseService("~reset", "std_srvs/SetBool", request -> {
                    if (!(boolean) request.get("data")) {
                        throw new IllegalStateException("the gripper is closed");
                    }
                    return Map.of("success", true, "message", "home");
                })) {
            assertEquals("home", policy.callService("/robot/reset", "std_srvs/SetBool", Map.of("data", true)).get("message"));
            InputException error = assertThrows(InputException.class,
                    () -> policy.callService("/robot/reset", "std_srvs/SetBool", Map.of("data", false)));
            assertTrue(error.getMessage().contains("the gripper is closed"), error.getMessage());
        }
        assertThrows(InputException.class, () -> policy.callService("/robot/reset", "std_srvs/SetBool", Map.of("data", true)));
    }

    @Test
    void shouldShareParametersOfEveryType() {
        Map<String, Object> tree = Map.of("rate", 25, "gain", 0.5, "on", true, "name", "arm", "joints", List.of("a", "b"));
        robot.setParameter("~limits", tree);
        assertEquals(tree, policy.getParameter("/robot/limits"));
        assertEquals(0.5, policy.getParameter("/robot/limits/gain"));
        assertNull(policy.getParameter("/robot/nothing"));
    }

    @Test
    void shouldSayWhyItIsShutDownWhenAnotherNodeTakesItsName() throws Exception {
        CompletableFuture<String> reason = new CompletableFuture<>();
        policy.onShutdown(reason::complete);
        try (Transport other = connect(master.uri(), "policy")) {
            assertTrue(reason.get(30, TimeUnit.SECONDS).contains("new node registered"), other::nodeName);
        }
    }
}
