package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.process.Owned;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.ControllerServers;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The control node with an arm and a gripper behind actionlib's own servers. */
@Tag("realpeer")
@Timeout(120)
class GoalServersPeerTest {
    private static final String ACTION = """
            action:
              topic: /command
              joints: [x, y]
              frame_id: world
              limits:
                default: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 500000}
            """;
    private static final String ACTIONS = """
            actions:
              - topic: /arm/follow
                type: control_msgs/FollowJointTrajectoryAction
                joints: [x]
                interpolation: linear
                limits: {x: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 500000}}
              - topic: /gripper/command
                type: control_msgs/GripperCommandAction
                joints: [y]
                max_effort: 5
                limits: {y: {position: [0, 512], velocity: 500}}
            """;
    private static final String DIAGNOSTICS = "diagnostic_msgs/DiagnosticArray";

    private final Owned started = new Owned();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        started.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        return started.own(resource);
    }

    private static String call(RosNode node, String service) {
        return (String) node.callService("/dpros/" + service, "std_srvs/Trigger", Map.of()).get("message");
    }

    private static long count(RosTool servers, String line) {
        return servers.output().lines().filter(each -> each.startsWith(line)).count();
    }

    private static void awaitMore(RosTool servers, String line) {
        long before = count(servers, line);
        Await.until("another '" + line + "'", () -> count(servers, line) > before);
    }

    private static Predicate<Map<String, Object>> says(String text) {
        return message -> ((List<?>) message.get("status")).stream().map(status -> (Map<?, ?>) status)
                .anyMatch(status -> status.get("name").equals("dpros: watchdog") && status.get("message").toString().contains(text));
    }

    @Test
    void shouldDriveServersOfActionsGoalByGoal() throws Exception {
        RosMasterProcess master = own(RosMasterProcess.rosmaster());
        own(RosTool.rospy(master.uri(), PolicyProcess.WORLD)).awaitLine("ready");
        PolicyProcess policy = own(PolicyProcess.start(master.uri(), PolicyProcess.config(folder, ACTION, ACTIONS, "realtime_priority: false",
                "realtime_priority: false, max_tracking_error: 0", "outputs:\n", "outputs:\n  chunk: true\n")));
        RosNode node = own(RosNode.connect(RosNodeConfig.local(master.uri(), "operator")));
        Await.until("offered", () -> node.isServiceAvailable("/dpros/start"));
        assertEquals("waiting for /arm/follow: nobody offers it", call(node, "start"));
        assertFalse(policy.error().contains(" drive"), policy::error);
        Subscription chunks = node.subscribe("/dpros/chunk", "diffusion_policy_msgs/ActionChunk", new CollectingSlots());
        RosTool servers = own(ControllerServers.start(master.uri(), folder.resolve("made")));
        policy.awaitReady();
        servers.awaitLine(line -> line.startsWith("arm goal x True [0.0]"), "a goal of the arm");
        servers.awaitLine(line -> line.matches("gripper goal [0-9.]+ 5.0"), "a goal of the gripper");
        stopAndStart(node, servers);
        long goals = count(servers, "arm goal");
        assertTrue(goals > 2 && goals <= chunks.received(), () -> goals + " goals, " + chunks.received() + " chunks");
        lose(master, node, servers);
        RosTool again = own(ControllerServers.start(master.uri(), folder.resolve("again")));
        again.awaitLine("ready");
        Await.until("started again", () -> call(node, "start").startsWith("started"));
        again.awaitLine(line -> line.startsWith("gripper goal"), "a goal of the gripper");
        awaitMore(again, "arm goal");
        policy.close();
        again.awaitLine("arm preempted False");
        assertEquals(0, count(again, "gripper preempted False"), "kept at the exit");
    }

    private static void stopAndStart(RosNode node, RosTool servers) {
        awaitMore(servers, "arm goal");
        String stopped = call(node, "stop");
        assertTrue(stopped.contains("now hold"), stopped);
        Await.until("canceled", () -> count(servers, "arm preempted False") == 1);
        long goals = count(servers, "gripper goal");
        assertEquals(0, count(servers, "gripper preempted False"), "its goal stays");
        assertTrue(call(node, "start").startsWith("started"));
        Await.until("goes on", () -> count(servers, "gripper goal") > goals);
        awaitMore(servers, "arm goal");
    }

    private void lose(RosMasterProcess master, RosNode node, RosTool servers) {
        OwnTopic diagnostics = own(new OwnTopic(master.uri(), "/diagnostics", DIAGNOSTICS));
        servers.send("abort");
        diagnostics.await(says("output lost: x: /arm/follow: the goal was aborted: path tolerance; PATH_TOLERANCE_VIOLATED: elbow is 0.3 rad behind"));
        long goals = count(servers, "arm goal");
        diagnostics.await(says("output lost"));
        assertEquals(goals, count(servers, "arm goal"), "nothing is sent in a hold");
        assertTrue(call(node, "start").startsWith("started"));
        awaitMore(servers, "arm goal");
        servers.send("other");
        diagnostics.await(says("another client"));
        Await.until("the other's goal is over", () -> count(servers, "arm goal theirs") == 1 && count(servers, "arm succeeded") >= 1);
        assertTrue(call(node, "start").startsWith("started"));
        awaitMore(servers, "arm goal x");
        servers.kill();
        diagnostics.await(says("output lost"));
        assertTrue(call(node, "start").startsWith("waiting for /arm/follow: "));
    }
}
