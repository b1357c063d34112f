package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.ActionSection;
import dev.dpros.config.MeasuredSection;
import dev.dpros.config.PerJoint;
import dev.dpros.config.QosSection;
import dev.dpros.control.AtRest;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.Interpolation;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands and the controller's state on a node of our own. */
@Timeout(60)
class CommandOutputTest {
    private static final List<String> NAMES = List.of("x", "y");

    private EmbeddedMaster master;
    private RosNode node;

    @BeforeEach
    void connect() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        node = RosNode.connect(RosNodeConfig.local(URI.create(master.uri().toString().replaceAll("/$", "")), "dpros"));
    }

    @AfterEach
    void close() {
        node.close();
        master.close();
    }

    private CommandOutput output(String topic, String type, Interpolation interpolation) {
        return new CommandOutput(node, new ActionSection(topic, type, NAMES, "world", Map.of(), new MeasuredSection("", "", ""),
                AtRest.SILENT, PerJoint.NONE, Map.of(), ActionSection.Stamp.NOW, ActionSection.FirstPoint.NOW,
                QosSection.NONE, null, null, null, 0), "action",
                ControlConfig.of(NAMES, 50, 10, 15, 8).with(interpolation), 4);
    }

    @Test
    @Tag("realpeer")
    void shouldSendCommandsThatRostopicReadsAsEveryType() {
        RosTool.assumeInstalled("rostopic");
        Map<String, String> types = new LinkedHashMap<>(Map.of("trajectory_msgs/JointTrajectory", "joint_names",
                "std_msgs/Float64MultiArray", "data: [1.0, 2.0]", "sensor_msgs/JointState", "velocity: [3.0, 4.0]",
                "geometry_msgs/PoseStamped", "orientation:", "geometry_msgs/TwistStamped", "angular:"));
        CommandFrame frame = new CommandFrame(NAMES, 4);
        frame.points = 1;
        System.arraycopy(new double[] {1, 2}, 0, frame.positions, 0, 2);
        System.arraycopy(new double[] {3, 4}, 0, frame.velocities, 0, 2);
        List<RosTool> readers = new ArrayList<>();
        types.forEach((type, expected) -> {
            String topic = "/" + type.replaceAll(".*/", "");
            CommandOutput output = output(topic, type, Interpolation.LINEAR);
            RosTool reader = RosTool.start(master.uri(), "/usr/bin/rostopic", "echo", "-n", "1", topic);
            readers.add(reader);
            Await.until(topic + " subscribed", () -> output.receivers() == 1);
            output.publish(frame);
            assertTrue(reader.awaitLine(expected).contains(expected));
        });
        readers.forEach(RosTool::close);
    }

    @Test
    void shouldGiveAFrameAtRestToASubscriberThatComesLater() {
        CommandFrame frame = new CommandFrame(NAMES, 4);
        frame.points = 1;
        frame.newcomersNs = 3600_000_000_000L;
        output("/command", "std_msgs/Float64MultiArray", Interpolation.ZERO_ORDER_HOLD).publish(frame);
        CollectingSlots received = new CollectingSlots();
        try (RosNode reader = RosNode.connect(RosNodeConfig.local(URI.create(master.uri().toString().replaceAll("/$", "")), "reader"))) {
            reader.subscribe("/command", "std_msgs/Float64MultiArray", received);
            Await.until("the frame", () -> received.size() == 1);
        }
    }

    @Test
    void shouldNameTheNearestCommandType() {
        String message = assertThrows(InputException.class,
                () -> output("/command", "trajectory_msgs/JointTrajectry", Interpolation.LINEAR)).getMessage();
        assertTrue(message.startsWith("action.type: expected one of trajectory_msgs/JointTrajectory, "), message);
        assertTrue(message.endsWith("found 'trajectory_msgs/JointTrajectry'; did you mean 'trajectory_msgs/JointTrajectory'?"), message);
    }

    @Test
    void shouldRefuseTwistsOfAMotionInSteps() {
        String message = assertThrows(InputException.class,
                () -> output("/command", "geometry_msgs/TwistStamped", Interpolation.ZERO_ORDER_HOLD)).getMessage();
        assertTrue(message.contains("expected control.interpolation linear or cubic, found zero_order_hold"), message);
    }

    @Test
    void shouldPublishTheStateOfEveryTickWithoutAllocation() {
        ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
        SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100_000_000L);
        ControlConfig config = ControlConfig.of(NAMES, 50, 10, 15, 8);
        CommandOutput commands = output("/command", "trajectory_msgs/JointTrajectory", Interpolation.ZERO_ORDER_HOLD);
        PositionSource positions = out -> {
            out[0] = 7;
            out[1] = 8;
            return true;
        };
        StateOutput state = new StateOutput(node, NAMES, List.of(joints));
        ControlLoop loop = new ControlLoop(ControlLoop.Wiring.of(config, config.safetyFilter(List.of(JointLimits.positions("x", 0, 512),
                JointLimits.positions("y", 0, 512))), List.of(joints), positions, new NeverBusy(), commands).hearing("state", state));
        Runnable ticks = () -> {
            for (int i = 0; i < 2_000; i++) {
                clock.advanceNs(20_000_000L);
                joints.received(clock.monotonicNs());
                loop.tick(clock.rosNs(), clock.monotonicNs());
            }
        };
        CollectingSlots unread = new CollectingSlots(0);
        try (RosNode reader = RosNode.connect(RosNodeConfig.local(URI.create(master.uri().toString().replaceAll("/$", "")), "reader"))) {
            reader.subscribe("/dpros/state", "diffusion_policy_msgs/ControllerState", unread);
            loop.watchdog().request(SafetyEvent.STARTED);
            Await.until("subscribed", () -> {
                loop.tick(clock.rosNs(), clock.monotonicNs());
                return state.publication().subscribers() == 1;
            });
            ticks.run();
            assertEquals(0, Allocation.least(8, ticks));
        }
    }

    @Test
    void shouldReportCommandMeasurementAndChunkOfATick() {
        ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
        ControlConfig config = ControlConfig.of(NAMES, 50, 10, 15, 8);
        SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100_000_000L);
        List<String> heard = new ArrayList<>();
        ControlLoop loop = new ControlLoop(ControlLoop.Wiring.of(config, config.safetyFilter(List.of(JointLimits.positions("x", 0, 5),
                JointLimits.positions("y", 0, 5))), List.of(joints), PositionSource.NONE, new NeverBusy(), frame -> { })
                .hearing("heard", report -> heard.add(report.chunkId + " " + report.command[0] + " " + report.inputs.measuredKnown + " "
                        + report.status + " " + report.actionsLeft)));
        loop.watchdog().request(SafetyEvent.STARTED);
        joints.received(clock.monotonicNs());
        loop.tick(clock.rosNs(), clock.monotonicNs());
        assertEquals("0 0.0 false 64 0", heard.get(0), "nothing to send yet");
        loop.inbox().accept(new ActionChunk(3, clock.rosNs(), clock.rosNs(), 100_000_000L, 2, new double[] {9, 4, 9, 4}, 2));
        clock.advanceNs(1_000_000L);
        joints.received(clock.monotonicNs());
        loop.tick(clock.rosNs(), clock.monotonicNs());
        loop.tick(clock.rosNs(), clock.monotonicNs());
        assertEquals("3 5.0 false 1 1", heard.get(1), "limited to 5");
    }

    /** A sampler that takes every request and never delivers. */
    private static final class NeverBusy implements ChunkRequester {
        @Override
        public boolean request(long requestNs, long deadlineNs, int executedSteps) {
            return true;
        }

        @Override
        public boolean busy() {
            return false;
        }

        @Override
        public long runningSinceNs() {
            return Long.MIN_VALUE;
        }
    }
}
