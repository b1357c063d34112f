package dev.dpros.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.Finding;
import dev.dpros.core.Finding.Grade;
import dev.dpros.core.InputException;
import dev.dpros.core.SystemClock;
import dev.dpros.core.Transport;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import dev.dpros.simnode.PushTWorldNode;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A simulated robot examined, as it should be and with one thing wrong at a time. */
@Timeout(120)
class DoctorTest {
    private static final Path FILE = Path.of("launch/pusht_keypoints.yaml");

    private static EmbeddedMaster master;
    private static RosNode world;
    private static PushTWorldNode robot;

    @BeforeAll
    static void start() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        world = RosNode.connect(RosNodeConfig.local(master.uri(), "pusht"));
        robot = new PushTWorldNode(world, PushTWorldNode.Options.DEFAULT);
        robot.start();
    }

    @AfterAll
    static void close() throws Exception {
        robot.close();
        world.close();
        master.close();
    }

    private static List<Finding> examine(Map<String, Object> changes, Supplier<Transport> join) throws InterruptedException {
        RobotConfig config = ConfigReader.read(FILE, Layer.settings("few steps", Map.of("sampler", Map.of("scheduler", "ddim", "steps", 1))),
                Layer.settings("test", changes)).config();
        return new Doctor(config, new Doctor.Settings(FILE, 0.5, List.of()), new SystemClock()).examine(join, doing -> { });
    }

    private static List<Finding> examine(Map<String, Object> changes) throws InterruptedException {
        return examine(changes, () -> RosNode.connect(RosNodeConfig.local(master.uri(), "doctor")));
    }

    private static Finding of(List<Finding> findings, String subject) {
        return findings.stream().filter(finding -> finding.subject().startsWith(subject)).findFirst()
                .orElseThrow(() -> new AssertionError(subject + " is not in " + findings));
    }

    /** But for what depends on how busy this machine is. */
    private static List<Finding> faults(List<Finding> findings) {
        return findings.stream().filter(finding -> finding.grade() == Grade.FAULT && !finding.subject().equals("policy latency")).toList();
    }

    @Test
    void shouldFindNothingWrongWithARobotThatIsReadyAndCommandNothing() throws InterruptedException {
        CollectingSlots commands = new CollectingSlots();
        try (RosNode watches = RosNode.connect(RosNodeConfig.local(master.uri(), "watches"))) {
            Transport.Subscription subscription = watches.subscribe("/arm_controller/command", "trajectory_msgs/JointTrajectory", commands);
            List<Finding> found = examine(Map.of());
            assertEquals(List.of(), faults(found));
            assertTrue(of(found, "policy latency").found().startsWith("a chunk takes "), found::toString);
            assertTrue(of(found, "observation.state /joint_states").found().matches("sensor_msgs/JointState, \\d+\\.\\d Hz, stamps .* behind"),
                    found::toString);
            assertEquals("inside the limits of all 2 joints", of(found, "measured position").found());
            assertEquals(Grade.OK, of(found, "action /arm_controller/command").grade());
            assertEquals(0, subscription.received());
            assertEquals(0, subscription.publishers(), "not even advertised");
        }
    }

    @Test
    void shouldNameATopicThatNobodyPublishesAndThoseThatThereAre() throws InterruptedException {
        List<Finding> found = examine(Map.of("observations", Map.of("observation.state", Map.of("topic", "/joint_state"))));
        Finding fault = of(found, "observation.state /joint_state");
        assertEquals(Grade.FAULT, fault.grade());
        assertEquals("nobody publishes it; did you mean '/joint_states'?", fault.found());
        assertTrue(fault.remedy().contains("/joint_states"), fault.remedy());
        assertEquals(Grade.NOTE, of(found, "measured position").grade(), "commanded in steps: it may do without");
    }

    @Test
    void shouldNameAFieldThatMessagesDoNotHave() throws InterruptedException {
        List<Finding> found = examine(Map.of("observations", Map.of("observation.state", Map.of("field", "position[x,z]")),
                "action", Map.of("joints", List.of("x", "z"))));
        assertTrue(of(found, "observation.state").found().contains("z"), found::toString);
        assertEquals(Grade.FAULT, of(found, "observation.state").grade());
    }

    @Test
    void shouldNameAPositionOutsideTheLimitsAndWhoElseCommands() throws InterruptedException {
        try (RosNode other = RosNode.connect(RosNodeConfig.local(master.uri(), "other"))) {
            other.advertise("/arm_controller/command", "trajectory_msgs/JointTrajectory", new Transport.PublicationOptions(false, 1));
            List<Finding> found = examine(Map.of("action", Map.of("limits", Map.of("default", Map.of("position", List.of(-3, -2))))));
            assertEquals(Grade.FAULT, of(found, "measured position").grade());
            assertTrue(of(found, "measured position").found().contains("limits -3 to -2"), found::toString);
            assertEquals("1 other node publishes commands there", of(found, "action").found());
        }
    }

    @Test
    void shouldSayWhetherTheServerOfAnActionAnswers() throws Exception {
        Map<String, Object> arm = Map.of("action", Map.of("topic", "/arm/follow", "type", "control_msgs/FollowJointTrajectoryAction",
                "interpolation", "linear", "limits", Map.of("default", Map.of("position", List.of(0, 512), "velocity", 500, "acceleration", 5000,
                        "jerk", 500_000))));
        Finding missing = of(examine(arm), "action /arm/follow");
        assertEquals(Grade.FAULT, missing.grade());
        assertEquals("nobody offers it, and a run waits for it", missing.found());
        ActionGoals goals = new ActionGoals(world.clock(), new ActionGoals.Work() {
            @Override
            public String begin(Map<String, Object> goal) {
                throw new AssertionError("nothing is sent");
            }

            @Override
            public void cancel() {
                throw new AssertionError("nothing runs");
            }
        });
        try (AutoCloseable server = world.advertiseAction("/arm/follow", "control_msgs/FollowJointTrajectory", goals)) {
            Finding there = of(examine(arm), "action /arm/follow");
            assertEquals("control_msgs/FollowJointTrajectoryAction, its server answers", there.found());
            assertEquals(Grade.OK, there.grade());
        }
    }

    @Test
    void shouldGoOnWhereThePolicyOrTheGraphIsMissing() throws InterruptedException {
        List<Finding> found = examine(Map.of("policy", "/no/such/policy"));
        assertEquals(Grade.FAULT, of(found, "policy").grade());
        assertEquals(Grade.OK, of(found, "ROS master").grade());
        found = examine(Map.of(), () -> {
            throw new InputException("ROS master cannot be reached; start one");
        });
        assertEquals("ROS master cannot be reached; start one", of(found, "graph").found());
        assertEquals(Grade.OK, of(found, "policy").grade());
    }

    @Test
    void shouldExamineARobotOfRos2() throws Exception {
        try (Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(71, "pusht"));
                PushTWorldNode other = new PushTWorldNode(node, PushTWorldNode.Options.DEFAULT)) {
            other.start();
            List<Finding> found = examine(Map.of(), () -> Ros2Node.open(Ros2NodeConfig.local(71, "doctor")));
            assertEquals(List.of(), faults(found));
            assertEquals("1 without a vendor (dpros)", of(found, "participants").found());
            assertTrue(of(found, "domain").found().startsWith("71 (ROS_DOMAIN_ID)"), found::toString);
            assertEquals(Grade.OK, of(found, "observation.environment_state /keypoints").grade());
            assertEquals(Grade.OK, of(found, "action /arm_controller/command").grade());
        }
    }
}
