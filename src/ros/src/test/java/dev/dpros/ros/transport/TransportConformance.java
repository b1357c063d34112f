package dev.dpros.ros.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageType;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.LogLine;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Severity;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.core.VectorReader;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.process.Owned;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every implementation of the port {@link Transport} must do, whatever its middleware; a subclass provides the graph and nodes of
 * one, and says where middlewares differ.
 */
@Timeout(60)
abstract class TransportConformance {
    static final PublicationOptions PLAIN = new PublicationOptions(false, 10);
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 1);

    private static final String ACTION = "diffusion_policy_msgs/RunPolicy";

    private final Owned open = new Owned();
    Transport robot;
    Transport policy;

    /** Opens the graph that the nodes of one test share. */
    abstract AutoCloseable openGraph();

    /** A node of the implementation in that graph. */
    abstract Transport connect(String name);

    /** The type of {@code /rosout}, whose lines have the fields {@code name}, {@code msg} and {@code file}. */
    abstract String logType();

    /** What a node is called in its own log lines. */
    abstract String nameInLogs(Transport node);

    /** The words that a caller gets of a service that fails. */
    abstract String refusal(Transport caller, String service, String type, Map<String, Object> request);

    /** A node that may subscribe to logs. */
    Transport logReader() {
        return connect("log_reader");
    }

    @BeforeEach
    void startNodes() {
        open.own(openGraph());
        robot = open.own(connect("robot"));
        policy = open.own(connect("policy"));
    }

    @AfterEach
    void stop() {
        open.close();
    }

    private Map<String, Object> next(CollectingSlots slots) {
        return policy.messages().message("sensor_msgs/JointState").decode(slots.next());
    }

    private static void awaitConnected(Publication publication, Subscription subscription) {
        Await.until("connected", () -> publication.subscribers() == 1 && subscription.publishers() == 1);
    }

    private static Map<String, Object> joints(String name) {
        return Map.of("name", List.of(name), "position", new double[] {0.5});
    }

    @Test
    void shouldCarryMessagesWithTypeDefinitionAndCounts() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        awaitConnected(publication, subscription);
        publication.publish(joints("elbow"));
        assertEquals(List.of("elbow"), next(slots).get("name"));
        assertEquals("sensor_msgs/JointState", subscription.messageType());
        assertTrue(subscription.messageDefinition().contains("string[] name"));
        Await.until("counted", () -> publication.sent() == 1 && subscription.received() == 1);
        assertEquals(0, publication.dropped() + subscription.rejected());
    }

    @Test
    void shouldCopyASerializedMessageBeforePublishReturns() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/joints", "*", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        awaitConnected(publication, subscription);
        ByteBuffer message = new JointStateWriter(robot.messages(), List.of("a", "b"), "base").write(5_000_000_001L, new double[] {1, 2}, null);
        publication.publish(message);
        for (int i = 0; i < message.limit(); i++) {
            message.put(i, (byte) 0);
        }
        Map<String, Object> received = next(slots);
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
        assertEquals(List.of("last"), next(slots).get("name"));
    }

    @Test
    void shouldSkipAndCountWhatTheSlotsDoNotAccept() {
        CollectingSlots slots = new CollectingSlots(80);
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        awaitConnected(publication, subscription);
        publication.publish(joints("j".repeat(100)));
        publication.publish(joints("short"));
        assertEquals(List.of("short"), next(slots).get("name"));
        assertEquals(1, subscription.rejected());
    }

    @Test
    void shouldDeliverNothingAfterTheSubscriptionIsClosed() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        awaitConnected(publication, subscription);
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
        assertEquals(List.of("own"), next(slots).get("name"));
    }

    @Test
    void shouldRefuseATopicOfAnotherType() {
        robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        Await.until("the topic is known", () -> policy.publishedTopics().contains("/joints"));
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
            assertTrue(policy.isServiceAvailable("/robot/reset", "std_srvs/SetBool"));
            assertEquals("home", policy.callService("/robot/reset", "std_srvs/SetBool", Map.of("data", true)).get("message"));
            String refusal = refusal(policy, "/robot/reset", "std_srvs/SetBool", Map.of("data", false));
            assertTrue(refusal.contains("the gripper is closed"), refusal);
        }
        assertThrows(InputException.class, () -> policy.callService("/robot/reset", "std_srvs/SetBool", Map.of("data", true)));
        assertFalse(policy.isServiceAvailable("/robot/reset", "std_srvs/SetBool"));
    }

    @Test
    void shouldReadWhatThePeerWritesFieldByField() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/points", "trajectory_msgs/JointTrajectory", slots);
        Publication publication = robot.advertise("/points", "trajectory_msgs/JointTrajectory", PLAIN);
        awaitConnected(publication, subscription);
        CommandFrame frame = new CommandFrame(List.of("a", "bcd"), 2);
        frame.points = 2;
        frame.stampNs = 5_000_000_001L;
        System.arraycopy(new double[] {1, 2, 3, 4}, 0, frame.positions, 0, 4);
        frame.timeFromStartNs[1] = 20_000_000L;
        publication.publish(new JointTrajectoryWriter(robot.messages(), frame, "base").write(frame));
        ByteBuffer message = slots.next();
        MessageReader in = policy.messages().reader();
        assertEquals(5_000_000_001L, in.begin(message).header());
        assertEquals(2, in.count(4));
        assertEquals(1, in.text());
        assertEquals('a', message.get(in.textStart()));
        assertEquals(3, in.text());
        assertEquals(2, in.count(4));
        long timeNs = 0;
        for (int point = 0; point < 2; point++) {
            assertEquals(2, in.count(8));
            assertEquals(1 + 2 * point, in.f64());
            assertEquals(2 + 2 * point, in.f64());
            in.skip(in.count(8), 8);
            in.skip(in.count(8), 8);
            in.skip(in.count(8), 8);
            timeNs = in.durationNs();
        }
        assertEquals(20_000_000L, timeNs);
        assertTrue(in.whole());
        in.u8();
        assertFalse(in.sound(), "beyond the end");
        float[] second = new float[2];
        VectorReader path = policy.messages().parse(subscription.messageType(), subscription.messageDefinition())
                .vector("points[1].positions[0:2]");
        assertTrue(path.read(message, second, 0));
        assertArrayEquals(new float[] {3, 4}, second);
        assertEquals(5_000_000_001L, path.stampNs(message));
    }

    @Test
    void shouldGiveBackTheFieldsOfEncodedMessages() {
        MessageType type = robot.messages().message("sensor_msgs/JointState");
        Map<String, Object> fields = type.decode(type.encode(Map.of("header", Map.of("stamp", 7L, "frame_id", "base"), "name", List.of("a"),
                "effort", new double[] {2})));
        assertEquals(7L, ((Map<?, ?>) fields.get("header")).get("stamp"));
        assertEquals(List.of("a"), fields.get("name"));
        assertArrayEquals(new double[] {2}, (double[]) fields.get("effort"));
        assertTrue(type.hasHeader());
        assertEquals(type.checksum(), robot.messages().parse(type.type(), type.definition()).checksum());
        assertNull(robot.messages().messageOrNull("no_msgs/Such"));
    }

    @Test
    void shouldCountItsTrafficAndNameWhatIsPublished() {
        CollectingSlots slots = new CollectingSlots();
        Subscription subscription = policy.subscribe("/joints", "sensor_msgs/JointState", slots);
        Publication publication = robot.advertise("/joints", "sensor_msgs/JointState", PLAIN);
        awaitConnected(publication, subscription);
        publication.publish(joints("elbow"));
        slots.next();
        Await.until("received", () -> policy.traffic().in().get("/joints").received() == 1);
        Await.until("sent", () -> robot.traffic().out().get("/joints").sent() == 1);
        assertTrue(policy.publishedTopics().contains("/joints"), () -> policy.publishedTopics().toString());
        assertEquals("/robot/joints", robot.resolve("~joints"));
    }

    @Test
    void shouldPublishItsLog() {
        CollectingSlots slots = new CollectingSlots();
        try (Transport reader = logReader()) {
            Subscription logs = reader.subscribe("/rosout", logType(), slots);
            Await.until("connected", () -> logs.publishers() > 0);
            robot.log(new LogLine(Severity.WARN, "camera left is stale", "Watch", "main"));
            MessageType log = reader.messages().message(logType());
            Map<String, Object> line = log.decode(slots.next());
            while (!"camera left is stale".equals(line.get("msg"))) {
                line = log.decode(slots.next());
            }
            assertEquals(nameInLogs(robot), line.get("name"));
            assertEquals("Watch", line.get("file"));
        }
    }

    @Test
    void shouldShareParametersOfEveryType() {
        Map<String, Object> tree = Map.of("rate", 25, "gain", 0.5, "on", true, "name", "arm", "joints", List.of("a", "b"));
        robot.setParameter("~limits", tree);
        Await.until("its parameters are reached", () -> policy.getParameter("/robot/limits") != null);
        assertEquals(tree, policy.getParameter("/robot/limits"));
        assertEquals(0.5, policy.getParameter("/robot/limits/gain"));
        assertNull(policy.getParameter("/robot/nothing"));
        assertEquals(Map.of("limits", tree), robot.getParameter("~"));
        robot.deleteParameter("~limits");
        assertNull(policy.getParameter("/robot/limits"));
        assertThrows(InputException.class, () -> robot.deleteParameter("~limits"));
        assertFalse(robot.simulatedTime());
    }

    private static void awaitState(ActionClient client, ActionClient.State state) {
        Await.until(state.name(), () -> client.progress().state() == state);
    }

    @Test
    void shouldSendAnActionsGoalsAndLearnWhatBecomesOfThem() throws Exception {
        AtomicInteger cancellations = new AtomicInteger();
        ActionGoals goals = new ActionGoals(robot.clock(), new ActionGoals.Work() {
            @Override
            public String begin(Map<String, Object> fields) {
                return fields.get("task").equals("pick") ? null : "only pick";
            }

            @Override
            public void cancel() {
                cancellations.incrementAndGet();
            }
        });
        Map<String, Object> pick = Map.of("task", "pick", "time_limit", 2.5);
        try (ActionClient client = policy.actionClient("/robot/run_policy", ACTION); Transport third = connect("third");
                ActionClient other = third.actionClient("/robot/run_policy", ACTION)) {
            assertEquals("nobody offers it", client.missing());
            AutoCloseable action = robot.advertiseAction("~run_policy", ACTION, goals);
            Await.until("there", () -> client.missing() == null && other.missing() == null);
            assertEquals(ActionClient.Progress.NONE, client.progress());
            assertEquals(1, client.send(pick));
            awaitState(client, ActionClient.State.ACTIVE);
            Await.until("seen", other::othersRun);
            assertFalse(client.othersRun());
            goals.finish(goals.running().id(), ActionGoals.Status.SUCCEEDED, "done", Map.of("chunks", 3L));
            awaitState(client, ActionClient.State.SUCCEEDED);
            assertEquals(3L, client.progress().result().get("chunks"));
            client.send(Map.of("task", "drop"));
            awaitState(client, ActionClient.State.REJECTED);
            client.send(pick);
            awaitState(client, ActionClient.State.ACTIVE);
            client.cancel();
            Await.until("canceled", () -> cancellations.get() == 1);
            goals.finish(goals.running().id(), ActionGoals.Status.CANCELED, "", Map.of());
            awaitState(client, ActionClient.State.CANCELED);
            assertEquals(4, client.send(pick));
            awaitState(client, ActionClient.State.ACTIVE);
            goals.finish(goals.running().id(), ActionGoals.Status.ABORTED, "blocked", Map.of("reason", "blocked"));
            awaitState(client, ActionClient.State.ABORTED);
            assertEquals("blocked", client.progress().result().get("reason"));
            client.cancel();
            assertThrows(InputException.class, () -> client.send(Map.of("tusk", "pick")));
            assertEquals(4, client.progress().goal(), "what does not fit is not sent");
            assertEquals(1, cancellations.get(), "what has ended is not canceled");
            action.close();
            Await.until("gone", () -> client.missing() != null);
        }
    }
}
