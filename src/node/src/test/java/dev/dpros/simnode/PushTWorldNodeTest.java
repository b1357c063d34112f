package dev.dpros.simnode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.sim.PushTRobot;
import dev.dpros.simnode.PushTWorldNode.Options;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The PushT robot over TCPROS, on an embedded master. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class PushTWorldNodeTest {
    private static final SchemaCatalog CATALOG = SchemaCatalog.packaged();
    private static final MessageSchema JOINT_STATE = CATALOG.message("sensor_msgs/JointState");
    private static final MessageSchema IMAGE = CATALOG.message("sensor_msgs/Image");
    private static final MessageSchema FLOAT = CATALOG.message("std_msgs/Float64");
    private static final String TRAJECTORY = "trajectory_msgs/JointTrajectory";

    private EmbeddedMaster master;
    private RosNode robotSide;
    private RosNode client;
    private PushTWorldNode world;

    @BeforeEach
    void connect() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        robotSide = RosNode.connect(RosNodeConfig.local(master.uri(), "pusht"));
        client = RosNode.connect(RosNodeConfig.local(master.uri(), "client"));
    }

    @AfterEach
    void close() throws Exception {
        if (world != null) {
            world.close();
        }
        client.close();
        robotSide.close();
        master.close();
    }

    private void start(WorldPace pace) {
        world = new PushTWorldNode(robotSide, new Options(PushTRobot.Options.REFERENCE, pace, 30, 100, 0));
        world.start();
    }

    private CollectingSlots subscribe(String topic, String type) {
        CollectingSlots slots = new CollectingSlots();
        client.subscribe(topic, type, slots);
        slots.next();
        return slots;
    }

    private void reset(int seed) {
        client.setParameter("/pusht/seed", seed);
        assertEquals(Map.of("success", true, "message", "seed " + seed),
                client.callService("/pusht/reset", "std_srvs/Trigger", Map.of()));
    }

    private static long stampNs(Map<String, Object> message) {
        return (Long) ((Map<?, ?>) message.get("header")).get("stamp");
    }

    @Test
    void shouldPublishTheEpisodeOfTheSeedThatItIsResetTo() {
        start(WorldPace.REAL_TIME);
        CollectingSlots images = subscribe("/camera/image_raw", "sensor_msgs/Image");
        CollectingSlots joints = subscribe("/joint_states", "sensor_msgs/JointState");
        CollectingSlots keypoints = subscribe("/keypoints", "sensor_msgs/JointState");
        CollectingSlots coverage = subscribe("/pusht/coverage", "std_msgs/Float64");
        reset(100_007);
        PushTEnv expected = new PushTEnv();
        expected.reset(100_007);
        double[] state = new double[5];
        double[] points = new double[18];
        byte[] pixels = new byte[PushTCamera.BYTES];
        expected.readState(state, 0);
        expected.readKeypoints(points, 0);
        new PushTCamera().render(expected.world(), pixels, 0);

        Map<String, Object> joint = joints.nextWhere(JOINT_STATE, m -> ((double[]) m.get("position"))[0] == state[0]);
        assertEquals(List.of("x", "y"), joint.get("name"));
        assertArrayEquals(new double[] {state[0], state[1]}, (double[]) joint.get("position"));
        assertArrayEquals(new double[2], (double[]) joint.get("velocity"));
        keypoints.nextWhere(JOINT_STATE, m -> Arrays.equals(points, (double[]) m.get("position")));
        Map<String, Object> image =
                images.nextWhere(IMAGE, m -> Arrays.equals(pixels, (byte[]) m.get("data")));
        assertEquals(List.of(96L, 96L, 288L, "rgb8"),
                List.of(image.get("width"), image.get("height"), image.get("step"), image.get("encoding")));
        assertTrue(Math.abs(stampNs(image) - client.clock().rosNs()) < 60_000_000_000L, "the machine's clock");
        coverage.nextWhere(FLOAT, m -> (Double) m.get("data") == expected.coverage());
    }

    @Test
    void shouldObeyTrajectoriesByTheirStampsAndStayAtTheLastPoint() {
        start(WorldPace.REAL_TIME);
        reset(0);
        CollectingSlots joints = subscribe("/joint_states", "sensor_msgs/JointState");
        try (Publication commands = client.advertise("/arm_controller/command", TRAJECTORY, new PublicationOptions(false, 1))) {
            Await.until("the world subscribes", () -> commands.subscribers() == 1);
            commands.publish(trajectory(client.clock().rosNs(), List.of("y", "x"), 20, 30));
            Map<String, Object> there = joints.nextWhere(JOINT_STATE, m -> Math.hypot(
                    ((double[]) m.get("position"))[0] - 30, ((double[]) m.get("position"))[1] - 20) < 1e-3);
            assertTrue(Math.abs(((double[]) there.get("velocity"))[0]) < 0.1);
            assertEquals(1, world.commandsAccepted());
            commands.publish(trajectory(0, List.of("x", "z"), 20, 30));
            Await.until("the other robot's trajectory is refused", () -> world.commandsRefused() == 1);
        }
    }

    @Test
    void shouldLeadTheGraphsTimeWhenItRunsAsFastAsItCan() {
        start(WorldPace.FASTEST);
        assertEquals(true, client.getParameter("/use_sim_time"));
        Await.until("the client follows /clock", () -> client.clock().rosNs() > 0);
        long before = client.clock().rosNs();
        Await.until("ten seconds have passed", () -> client.clock().rosNs() - before > 10_000_000_000L);
        CollectingSlots joints = subscribe("/joint_states", "sensor_msgs/JointState");
        long stampNs = stampNs(joints.next(JOINT_STATE));
        assertEquals(0, stampNs % 10_000_000);
        reset(42);
        joints.nextWhere(JOINT_STATE, m -> stampNs(m) > stampNs + 10_000_000_000L);
    }

    @Test
    void shouldAllocateNothingPerTickOnceWarm() {
        start(WorldPace.FASTEST);
        client.subscribe("/camera/image_raw", "sensor_msgs/Image", new Discarding());
        awaitTicks(5_000);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            long bytes = Allocation.ofThreads("pusht-world");
            long ticks = awaitTicks(2_000);
            least = Math.min(least, (Allocation.ofThreads("pusht-world") - bytes) / ticks);
        }
        assertEquals(0, least, "bytes per tick");
    }

    private long awaitTicks(int count) {
        long before = world.ticks();
        Await.until(count + " ticks", () -> world.ticks() >= before + count);
        return world.ticks() - before;
    }

    /** Takes any image and keeps none. */
    private static final class Discarding implements MessageSlots {
        private final ByteBuffer slot = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

        @Override
        public ByteBuffer claim(int length) {
            return slot.clear().limit(length);
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            slot.clear();
        }

        @Override
        public void abandon() {
            slot.clear();
        }
    }

    @Test
    void shouldGoToTheNextSeedWhenNoneIsSetAndRefuseWhatIsNoSeed() {
        start(WorldPace.REAL_TIME);
        assertEquals("seed 1", client.callService("/pusht/reset", "std_srvs/Trigger", Map.of()).get("message"));
        client.setParameter("/pusht/seed", "many");
        Map<String, Object> answer = client.callService("/pusht/reset", "std_srvs/Trigger", Map.of());
        assertEquals(false, answer.get("success"));
        assertEquals("~seed: expected an integer, 0 or more, found many", answer.get("message"));
    }

    @Test
    void shouldRejectOptionsThatItCannotKeep() {
        assertThrows(IllegalArgumentException.class, () -> new WorldPace(2, false));
        assertThrows(IllegalArgumentException.class, () -> new WorldPace(-1, true));
        assertThrows(IllegalArgumentException.class,
                () -> new Options(PushTRobot.Options.REFERENCE, WorldPace.REAL_TIME, 0, 100, 0));
        assertThrows(IllegalArgumentException.class,
                () -> new Options(PushTRobot.Options.REFERENCE, WorldPace.REAL_TIME, 30, 101, 0));
        assertThrows(IllegalArgumentException.class,
                () -> new Options(PushTRobot.Options.REFERENCE, WorldPace.REAL_TIME, 30, 100, -1));
    }

    private static Map<String, Object> trajectory(long stampNs, List<String> joints, double... position) {
        return Map.of("header", Map.of("seq", 0, "stamp", stampNs, "frame_id", ""), "joint_names", joints,
                "points", List.of(Map.of("positions", position, "time_from_start", 100_000_000L)));
    }
}
