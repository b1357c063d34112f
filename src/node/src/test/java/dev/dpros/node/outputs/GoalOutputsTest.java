package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.ActionSection;
import dev.dpros.config.MeasuredSection;
import dev.dpros.config.PerJoint;
import dev.dpros.config.QosSection;
import dev.dpros.control.AtRest;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.core.ActionClient.State;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.OutputPhase;
import dev.dpros.core.SystemClock;
import dev.dpros.core.Transport;
import dev.dpros.messages.TrajectoryStart;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When goals are sent and canceled, and what is made of their ends. Real servers: the tests with peers. */
@Timeout(60)
class GoalOutputsTest {
    private static final long TICK_NS = 20_000_000;
    private static final double OPEN = 0.08;
    private static final double STEP = 0.002;

    private final HeardGoals server = new HeardGoals();
    private RobotOutput output;
    private CommandFrame frame;
    private long stampNs = 1_000_000_000;

    @AfterEach
    void close() {
        if (output != null) {
            output.close();
        }
    }

    private void arm(boolean cancels) {
        frame = new CommandFrame(List.of("elbow"), 8);
        TrajectoryGoalWords words = new TrajectoryGoalWords(SchemaCatalog.packaged(), frame, "", TrajectoryStart.NOW);
        output = new TrajectoryGoals(new GoalSender(server, words, frame, new SystemClock(), true), cancels);
        output.begin();
        output.enter(OutputPhase.DRIVES);
    }

    private void gripper(boolean cancels, double openAt) {
        frame = new CommandFrame(List.of("gripper"), 8);
        output = new GripperGoals(new GoalSender(server, new GripperGoalWords(5), frame, new SystemClock(), cancels), STEP, cancels, openAt);
        output.begin();
        output.enter(OutputPhase.DRIVES);
    }

    /** A tick with these positions, a tenth of a second apart. */
    private void tick(long motion, double... positions) {
        frame.motion = motion;
        frame.stampNs = stampNs += TICK_NS;
        frame.points = positions.length;
        for (int i = 0; i < positions.length; i++) {
            frame.timeFromStartNs[i] = i * 100_000_000L;
            frame.positions[i] = positions[i];
            frame.velocities[i] = 0;
        }
        output.publish(frame);
    }

    private void awaitGoals(int count) {
        Await.until(count + " goals", () -> server.goals().size() >= count);
        assertEquals(count, server.goals().size());
    }

    private double position(int goal) {
        return (double) ((Map<?, ?>) server.goals().get(goal).get("command")).get("position");
    }

    @Test
    void shouldSendAMotionOnceAndCancelItAtAStop() {
        arm(true);
        tick(1, 0, 0.1, 0.2);
        awaitGoals(1);
        tick(1, 0.05, 0.1, 0.2);
        tick(1, 0.06, 0.2);
        tick(2, 0.07, 0.3);
        awaitGoals(2);
        Map<?, ?> trajectory = (Map<?, ?>) server.goals().get(1).get("trajectory");
        assertEquals(List.of("elbow"), trajectory.get("joint_names"));
        assertEquals(2, ((List<?>) trajectory.get("points")).size());
        output.enter(OutputPhase.HOLDS);
        tick(3, 0.08, 0.09);
        Await.until("canceled", () -> server.cancellations() == 1);
        assertFalse(output.lost(), output::lostText);
        output.enter(OutputPhase.DRIVES);
        tick(4, 0.09, 0.2);
        awaitGoals(3);
        assertEquals(3, output.sent());
    }

    @Test
    void shouldSendTheStoppingMotionWhereTheGoalIsToStand() {
        arm(false);
        tick(1, 0, 0.1, 0.2);
        awaitGoals(1);
        output.enter(OutputPhase.STOPPED);
        tick(2, 0.05, 0.06);
        awaitGoals(2);
        assertEquals(0, server.cancellations());
    }

    @Test
    void shouldTellALossInTheServersWordsUntilSomeoneBeginsAnew() {
        arm(true);
        tick(1, 0, 0.1);
        awaitGoals(1);
        server.end(State.ABORTED, "path\ntolerance", Map.of("error_code", -4, "error_string", "elbow is behind"));
        Await.until("lost", output::lost);
        assertEquals("the goal was aborted: path tolerance; PATH_TOLERANCE_VIOLATED: elbow is behind", output.lostText());
        tick(2, 0, 0.2);
        output.enter(OutputPhase.HOLDS);
        output.enter(OutputPhase.DRIVES);
        output.begin();
        assertFalse(output.lost());
        tick(3, 0, 0.3);
        awaitGoals(2);
        server.end(State.CANCELED, "", Map.of());
        Await.until("lost", output::lost);
        assertEquals("the goal was preempted by another client or its server", output.lostText());
        output.begin();
        tick(4, 0, 0.4);
        awaitGoals(3);
        server.end(State.REJECTED, "no such joints", Map.of("error_code", -2));
        Await.until("lost", output::lost);
        assertEquals("the goal was rejected: no such joints; INVALID_JOINTS", output.lostText());
        output.begin();
        server.missing("its server has been silent for 2.1 s");
        Await.until("lost", output::lost);
        assertEquals("its server has been silent for 2.1 s", output.lostText());
        assertEquals(0, output.receivers());
        server.missing(null);
        output.begin();
        server.othersRun(true);
        Await.until("lost", output::lost);
        assertEquals("another client's goal runs on it", output.lostText());
        assertEquals(5, output.dropped());
    }

    /** The goal before goes on at the server: nothing else would end it. */
    @Test
    void shouldCancelWhatGoesOnWhereTheNextGoalIsRejected() {
        arm(true);
        tick(1, 0, 0.1, 0.2);
        awaitGoals(1);
        tick(2, 0.05, 0.3);
        awaitGoals(2);
        server.end(State.REJECTED, "", Map.of());
        Await.until("lost", output::lost);
        Await.until("canceled", () -> server.cancellations() > 0);
    }

    @Test
    void shouldNotMissAServerWhileNobodyDrives() {
        arm(true);
        tick(1, 0, 0.1);
        awaitGoals(1);
        server.end(State.SUCCEEDED, "", Map.of());
        output.enter(OutputPhase.STOPPED);
        Await.until("canceled or ended", () -> server.progress().state().ended());
        server.missing("nobody offers it");
        Await.until("noticed", () -> output.receivers() == 0);
        assertFalse(output.lost(), output::lostText);
    }

    @Test
    void shouldSendWhereAGripperGoesOnceItGoes() {
        gripper(false, Double.NaN);
        tick(1, OPEN, OPEN, OPEN, 0.04, 0, 0);
        awaitGoals(1);
        assertEquals(OPEN, position(0), "it closes later");
        tick(1, OPEN, OPEN, 0.04, 0, 0);
        tick(2, 0.07, 0.04, 0, 0);
        awaitGoals(2);
        assertEquals(0, position(1), "it closes");
        for (double now = 0.06; now > 0; now -= 0.01) {
            tick(3, now, 0, 0);
        }
        tick(4, 0.001, 0.001);
        tick(5, 0, 0.0005);
        tick(6, 0, 0, OPEN);
        tick(7, 0.01, 0.05, 0.06);
        awaitGoals(3);
        assertEquals(0.06, position(2), "as far as the plan goes");
        tick(8, 0.02, 0.06, OPEN);
        awaitGoals(4);
        assertEquals(OPEN, position(3), "a plan that goes further");
        tick(9, 0.03, 0);
        awaitGoals(5);
        assertEquals(0.03, position(4), "a plan that turns stops it where it is");
        tick(10, 0.02, 0);
        awaitGoals(6);
        assertEquals(0, position(5));
    }

    @Test
    void shouldMakeUpForWhatIsLeftOnceTheGripperStands() {
        gripper(false, Double.NaN);
        tick(1, OPEN, OPEN);
        awaitGoals(1);
        tick(2, 0.04, 0.0015, 0.0015);
        awaitGoals(2);
        for (int i = 0; i < 30; i++) {
            tick(3, 0, 0);
        }
        awaitGoals(3);
        assertEquals(0, position(2));
    }

    @Test
    void shouldKeepAGrippersGoalAtEveryKindOfStop() {
        gripper(false, Double.NaN);
        tick(1, OPEN, OPEN);
        awaitGoals(1);
        tick(2, 0.06, 0, 0);
        awaitGoals(2);
        for (OutputPhase phase : List.of(OutputPhase.HOLDS, OutputPhase.STOPPED, OutputPhase.FAULT, OutputPhase.EXIT)) {
            output.enter(phase);
            tick(3, 0.05, 0.05);
        }
        output.close();
        assertEquals(2, server.goals().size());
        assertEquals(0, server.cancellations());
    }

    @Test
    void shouldOpenAGripperWhereTheLoopOpensIt() {
        gripper(false, OPEN);
        tick(1, 0.04, 0.04);
        awaitGoals(1);
        output.enter(OutputPhase.HOLDS);
        tick(2, 0.04, 0.05);
        output.enter(OutputPhase.STOPPED);
        tick(3, 0.04, 0.04);
        tick(4, 0.041, 0.042);
        tick(5, 0.05, OPEN);
        awaitGoals(2);
        assertEquals(OPEN, position(1));
    }

    @Test
    void shouldCancelAnArmsGoalAtOnceWhenTheNodeIsEndedFromOutside() {
        arm(true);
        tick(1, 0, 0.1);
        awaitGoals(1);
        output.leave();
        assertEquals(1, server.cancellations());
        tick(2, 0, 0.2);
        output.close();
        assertEquals(1, server.goals().size());
        gripper(false, Double.NaN);
        tick(1, OPEN, OPEN);
        awaitGoals(2);
        output.leave();
        assertEquals(1, server.cancellations(), "a gripper's goal stays");
    }

    @Test
    void shouldTakeAStallForAGrasp() {
        gripper(false, Double.NaN);
        tick(1, 0, 0);
        awaitGoals(1);
        server.end(State.ABORTED, "", Map.of("stalled", true, "reached_goal", false));
        tick(2, 0.04, OPEN);
        awaitGoals(2);
        server.end(State.ABORTED, "overheated", Map.of("stalled", false));
        Await.until("lost", output::lost);
        assertEquals("the goal was aborted: overheated", output.lostText());
    }

    @Test
    void shouldAllocateNothingOnTheControlThread() {
        gripper(false, Double.NaN);
        tick(1, 0, 0.04, 0.05);
        long bytes = Allocation.least(20, this::ticks);
        output.close();
        arm(true);
        tick(1, 0, 0.1, 0.2);
        assertEquals(0, bytes + Allocation.least(20, this::ticks));
    }

    private void ticks() {
        for (int i = 0; i < 100; i++) {
            frame.motion++;
            frame.stampNs = stampNs += TICK_NS;
            frame.positions[0] = i % 10 * 0.01;
            output.publish(frame);
        }
    }

    /** A server of one goal after the other, which notes them. */
    private static ActionGoals server(Transport node, String name, String type, List<Map<String, Object>> goals) {
        ActionGoals server = new ActionGoals(node.clock(), new ActionGoals.Work() {
            @Override
            public String begin(Map<String, Object> goal) {
                goals.add(goal);
                return goals.size() > 1 ? "busy" : null;
            }

            @Override
            public void cancel() {
                goals.add(Map.of());
            }
        });
        node.advertiseAction(name, type, server);
        return server;
    }

    @Test
    void shouldDriveServersOfRos2() {
        int domain = 60 + (int) (ProcessHandle.current().pid() % 10);
        try (Ros2Node robot = Ros2Node.open(Ros2NodeConfig.local(domain, "robot")); Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(domain, "dpros"))) {
            List<Map<String, Object>> motions = new CopyOnWriteArrayList<>();
            List<Map<String, Object>> grips = new CopyOnWriteArrayList<>();
            ActionGoals arm = server(robot, "/arm/follow", "control_msgs/FollowJointTrajectory", motions);
            ActionGoals gripper = server(robot, "/gripper/command", "control_msgs/GripperCommand", grips);
            frame = new CommandFrame(List.of("elbow"), 8);
            ControlConfig control = ControlConfig.of(List.of("elbow"), 50, 10, 15, 8);
            output = GoalOutputs.open(node, section("/arm/follow", ActionSection.FOLLOW, List.of("elbow"), Interpolation.LINEAR), "action", control, 8);
            try (RobotOutput hand = GoalOutputs.open(node, section("/gripper/command", ActionSection.GRIP, List.of("elbow"), null), "action", control, 8)) {
                Await.until("there", () -> output.missing() == null && hand.missing() == null);
                output.enter(OutputPhase.DRIVES);
                hand.enter(OutputPhase.DRIVES);
                tick(1, 0, 0.1, 0.3);
                hand.publish(frame);
                Await.until("taken", () -> arm.running() != null && gripper.running() != null);
                assertEquals(Map.of("position", 0.3, "max_effort", 7.0), grips.get(0).get("command"));
                hand.enter(OutputPhase.STOPPED);
                output.enter(OutputPhase.STOPPED);
                Await.until("canceled", () -> motions.size() == 2);
            }
            assertEquals(1, grips.size(), "kept");
            Map<?, ?> trajectory = (Map<?, ?>) motions.get(0).get("trajectory");
            assertEquals(List.of("elbow"), trajectory.get("joint_names"));
            assertEquals(List.of(0L, 100_000_000L, 200_000_000L), ((List<?>) trajectory.get("points")).stream()
                    .map(point -> ((Map<?, ?>) point).get("time_from_start")).toList());
            assertEquals(Map.of("stamp", frame.stampNs, "frame_id", "base"), trajectory.get("header"));
        }
    }

    private static ActionSection section(String topic, String type, List<String> joints, Interpolation interpolation) {
        return new ActionSection(topic, type, joints, "base", Map.of(), new MeasuredSection("", "", ""), AtRest.SILENT, PerJoint.NONE, Map.of(),
                ActionSection.Stamp.NOW, ActionSection.FirstPoint.NOW, QosSection.NONE, interpolation, null, null, 7);
    }

    private static InputException refused(String type, List<String> joints, Interpolation interpolation) {
        ActionSection section = section("/server", type, joints, interpolation);
        return assertThrows(InputException.class, () -> GoalOutputs.open(null, section, "actions.1", ControlConfig.of(joints, 50, 10, 15, 8), 4));
    }

    @Test
    void shouldRefuseWhatNoGoalCanSayBeforeItAsksForAServer() {
        assertEquals("actions.1: type control_msgs/FollowJointTrajectoryAction: expected interpolation linear or cubic, found zero_order_hold; "
                + "a goal is a whole motion", refused(ActionSection.FOLLOW, List.of("a", "b"), Interpolation.ZERO_ORDER_HOLD).getMessage());
        assertEquals("actions.1: type control_msgs/GripperCommandAction: expected one joint, found joints [a, b]; a gripper has one position",
                refused(ActionSection.GRIP, List.of("a", "b"), null).getMessage());
        assertTrue(refused("control_msgs/FollowJointTrajectorAction", List.of("a"), null).getMessage()
                .endsWith("did you mean 'control_msgs/FollowJointTrajectoryAction'?"));
    }
}
