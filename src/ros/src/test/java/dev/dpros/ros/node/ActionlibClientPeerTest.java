package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionClient.State;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.ControllerServers;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client of actions with actionlib's own servers, and messages that ROS's generators make of the packaged texts. */
@Tag("realpeer")
@Timeout(120)
class ActionlibClientPeerTest {
    private static final String FOLLOW = "control_msgs/FollowJointTrajectory";

    @TempDir
    private Path folder;

    private static Map<String, Object> motion(double to, long durationNs) {
        return Map.of("trajectory", Map.of("joint_names", List.of("elbow"), "points", List.of(
                Map.of("positions", List.of(0.0), "velocities", List.of(0.0)),
                Map.of("positions", List.of(to), "velocities", List.of(0.0), "time_from_start", durationNs))));
    }

    private static void await(ActionClient client, State state) {
        Await.until(state + " of " + client.name(), () -> client.progress().state() == state);
    }

    @Test
    void shouldDriveActionlibsServers() {
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                ActionClient arm = node.actionClient("/arm/follow", FOLLOW);
                ActionClient strict = node.actionClient("/strict/follow", FOLLOW);
                ActionClient gripper = node.actionClient("/gripper/command", "control_msgs/GripperCommand")) {
            assertEquals("nobody offers it", arm.missing());
            RosTool servers = ControllerServers.start(master.uri(), folder);
            try {
                Await.until("there", () -> arm.missing() == null && strict.missing() == null && gripper.missing() == null);
                for (String name : List.of("FollowJointTrajectory", "GripperCommand")) {
                    servers.awaitLine("md5 " + name + " " + SchemaCatalog.packaged().message("control_msgs/" + name + "Action").md5());
                }
                drive(arm, servers);
                refuse(strict, gripper);
                arm.send(motion(0.1, 20_000_000_000L));
                await(arm, State.ACTIVE);
                servers.kill();
                Await.until("gone", () -> arm.missing() != null);
            } finally {
                servers.close();
            }
            try (RosTool again = ControllerServers.start(master.uri(), folder)) {
                again.awaitLine("ready");
                Await.until("there again", () -> arm.missing() == null);
                await(arm, State.LOST);
                assertEquals("the server knows the goal no more", arm.progress().text());
                arm.send(motion(0.2, 50_000_000L));
                await(arm, State.SUCCEEDED);
            }
        }
    }

    private static void drive(ActionClient arm, RosTool servers) {
        arm.send(motion(0.1, 50_000_000L));
        await(arm, State.SUCCEEDED);
        servers.awaitLine("stamped 0"); // by its server: one stamped earlier than the last it had, from whatever clock, would be cancelled
        servers.awaitLine("arm goal elbow True [0.0] 0.100");
        arm.send(motion(0.2, 20_000_000_000L));
        await(arm, State.ACTIVE);
        arm.send(motion(0.3, 20_000_000_000L));
        servers.awaitLine("arm preempted True");
        servers.awaitLine("arm goal elbow True [0.0] 0.300");
        await(arm, State.ACTIVE);
        arm.cancel();
        await(arm, State.CANCELED);
        servers.awaitLine("arm preempted False");
        arm.send(motion(0.4, 20_000_000_000L));
        await(arm, State.ACTIVE);
        servers.send("abort");
        await(arm, State.ABORTED);
        assertEquals("path tolerance", arm.progress().text());
        assertEquals(Map.of("error_code", -4, "error_string", "elbow is 0.3 rad behind"), arm.progress().result());
        arm.send(motion(0.5, 20_000_000_000L));
        await(arm, State.ACTIVE);
        servers.send("other");
        await(arm, State.CANCELED);
        Await.until("seen", arm::othersRun);
        servers.awaitLine("arm goal theirs True [0.0] 0.500");
        Await.until("over", () -> !arm.othersRun());
    }

    private static void refuse(ActionClient strict, ActionClient gripper) {
        strict.send(motion(0.1, 50_000_000L));
        await(strict, State.REJECTED);
        assertEquals("no such joints", strict.progress().text());
        assertEquals(-2, strict.progress().result().get("error_code"));
        gripper.send(Map.of("command", Map.of("position", 0.0, "max_effort", 5.0)));
        await(gripper, State.ABORTED);
        assertTrue((boolean) gripper.progress().result().get("stalled"));
    }
}
