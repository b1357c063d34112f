package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import dev.dpros.control.MotionRules;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import dev.dpros.messages.CommandWriter;
import dev.dpros.messages.TrajectoryStart;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.names.Ros2Arguments;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands that are velocities: what moves the robot ends with a zero. */
@Timeout(60)
class JogOutputTest {
    private static final List<String> JOINTS = List.of("a", "b");
    private static final String JOG = "control_msgs/JointJog";
    private static final long PERIOD_NS = 20_000_000L;
    private static final ControlConfig CONTROL = ControlConfig.of(JOINTS, 50, 10, 15, 8).with(Interpolation.CUBIC)
            .with(MotionRules.silent(2, 0.02));
    private static final List<JointLimits> LIMITS = JOINTS.stream().map(name -> new JointLimits(name, -2, 2, 0.5, 2, 20)).toList();

    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100_000_000L);
    private final List<double[]> sent = new ArrayList<>();
    private final ControlLoop loop = loop();

    private ControlLoop loop() {
        SchemaCatalog types = SchemaCatalog.packaged();
        CommandWriter writer = CommandType.of(JOG, "action").writer(types, new CommandFrame(JOINTS, 4), section(), CONTROL, TrajectoryStart.NOW);
        PositionSource still = out -> {
            Arrays.fill(out, 0.1);
            return true;
        };
        return new ControlLoop(ControlLoop.Wiring.of(CONTROL, CONTROL.safetyFilter(LIMITS), List.of(joints), still, new Asked(),
                frame -> sent.add((double[]) types.message(JOG).decode(writer.write(frame)).get("velocities"))));
    }

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            clock.advanceNs(PERIOD_NS);
            joints.received(clock.monotonicNs());
            loop.tick(clock.rosNs(), clock.monotonicNs());
        }
    }

    /** A chunk of a motion of joint a to the right, from where it is. */
    private void drive() {
        double[] values = new double[2 * 15];
        for (int step = 0; step < 15; step++) {
            values[2 * step] = 0.1 + 0.04 * step;
            values[2 * step + 1] = 0.1;
        }
        loop.watchdog().request(SafetyEvent.STARTED);
        ticks(1);
        loop.inbox().accept(new ActionChunk(1, clock.rosNs(), clock.rosNs(), 100_000_000L, 2, values, 4));
        ticks(25);
    }

    @Test
    void shouldSendNothingUnaskedAndZeroForHalfASecondAfterAStop() {
        ticks(50);
        assertEquals(List.of(), sent, "nothing moves before the start");
        drive();
        double[] moving = sent.get(sent.size() - 1);
        assertTrue(moving[0] > 0.2 && moving[0] <= 0.5 && Math.abs(moving[1]) < 1e-9, Arrays.toString(moving));
        loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        ticks(100);
        int first = first(sent);
        assertTrue(first < sent.size(), "it came to rest");
        for (double[] rest : sent.subList(first, sent.size())) {
            assertArrayEquals(new double[2], rest, 0);
        }
        assertEquals(26, sent.size() - first, 1, "zero for half a second");
        int until = sent.size();
        ticks(100);
        assertEquals(until, sent.size(), "then silence");
    }

    @Test
    void shouldEndAFaultWithZero() {
        drive();
        loop.watchdog().request(SafetyEvent.EMERGENCY_STOP);
        ticks(100);
        assertArrayEquals(new double[2], sent.get(sent.size() - 1), 0);
    }

    /** Index of the first zero after the last velocity. */
    private static int first(List<double[]> sent) {
        int index = sent.size();
        while (index > 0 && sent.get(index - 1)[0] == 0 && sent.get(index - 1)[1] == 0) {
            index--;
        }
        return index;
    }

    private static ActionSection section() {
        return new ActionSection("/jog", JOG, JOINTS, "", Map.of(), new MeasuredSection("", "", ""),
                AtRest.SILENT, PerJoint.NONE, Map.of(), ActionSection.Stamp.NOW, ActionSection.FirstPoint.NOW, QosSection.NONE, null, null, null, 0);
    }

    @Test
    void shouldRefuseAMotionInSteps() {
        String message = assertThrows(InputException.class, () -> CommandType.of(JOG, "action").writer(SchemaCatalog.packaged(),
                new CommandFrame(JOINTS, 4), section(), CONTROL.with(Interpolation.ZERO_ORDER_HOLD), TrajectoryStart.NOW)).getMessage();
        assertTrue(message.contains("expected control.interpolation linear or cubic, found zero_order_hold"), message);
    }

    @Test
    void shouldEndWithZeroWhenItIsClosedInMotionOnRos1() {
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                RosNode reader = RosNode.connect(RosNodeConfig.local(master.uri(), "reader"))) {
            closeInMotion(node, reader);
        }
    }

    @Test
    void shouldEndWithZeroWhenItIsClosedInMotionOnRos2() {
        try (Ros2Node node = ros2("dpros"); Ros2Node reader = ros2("reader")) {
            closeInMotion(node, reader);
        }
    }

    private static Ros2Node ros2(String name) {
        return Ros2Node.open(new Ros2NodeConfig(DomainSettings.local(50 + (int) (ProcessHandle.current().pid() % 10)), name, "/",
                Ros2Arguments.none(), Map.of(), null, null));
    }

    private static void closeInMotion(Transport node, Transport reader) {
        CollectingSlots received = new CollectingSlots();
        CommandOutput output = new CommandOutput(node, section(), "action", CONTROL, 4);
        Transport.Subscription subscription = reader.subscribe("/jog", JOG, received);
        Await.until("connected", () -> output.receivers() == 1 && subscription.publishers() == 1);
        CommandFrame frame = new CommandFrame(JOINTS, 4);
        frame.points = 1;
        frame.velocities[1] = 0.5;
        output.publish(frame);
        assertArrayEquals(new double[] {0, 0.5}, velocities(reader, received), 0);
        output.close();
        assertArrayEquals(new double[2], velocities(reader, received), 0);
    }

    private static double[] velocities(Transport reader, CollectingSlots received) {
        return (double[]) reader.messages().message(JOG).decode(received.next()).get("velocities");
    }

    /** A sampler that takes every request and never delivers. */
    private static final class Asked implements ChunkRequester {
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
