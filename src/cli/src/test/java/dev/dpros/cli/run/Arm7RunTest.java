package dev.dpros.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.cli.setup.SmallArm;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.simnode.Arm7WorldNode;
import dev.dpros.simnode.WorldPace;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code launch/arm7.yaml} as it stands, with a small policy in the place of the recipe's: arm and gripper are two outputs. */
@Timeout(120)
class Arm7RunTest {
    private static final double[] LOW = {-0.1, 0.2, -0.1, -1.8, -0.1, 0.8, -0.1, 0.005};
    /** So slow that a busy machine keeps up: what is shown is what is driven, not how fast. */
    private static final WorldPace SLOW = new WorldPace(0.1, true);
    private static final double[] HIGH = {0.1, 0.5, 0.1, -1.6, 0.1, 1.0, 0.1, 0.015};

    @TempDir
    private Path folder;

    @Test
    void shouldDriveTheArmAndCloseItsGripper() throws Exception {
        Path policy = folder.resolve("policy");
        PolicyWriter.write(SmallArm.within(LOW, HIGH), policy);
        Path config = Files.writeString(folder.resolve("arm7.yaml"), Files.readString(Path.of("launch/arm7.yaml"))
                .replace("../models/your_policy", policy.toString()));
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode side = RosNode.connect(RosNodeConfig.local(master.uri(), "arm7"));
                Arm7WorldNode robot = new Arm7WorldNode(side, SLOW, 10)) {
            robot.start();
            try (PolicyProcess run = PolicyProcess.start(master.uri(), config, "--start", "_metrics/enabled:=false")) {
                run.awaitReady();
                assertTrue(run.error().contains("drives /arm_controller/command and /gripper/command")
                        || run.error().contains("ready to drive /arm_controller/command and /gripper/command"), run.error());
                Await.until("the gripper closes", () -> robot.opening() <= 0.015 && robot.opening() >= 0.005);
            }
            double closed = robot.opening();
            assertEquals(0, robot.commandsRefused());
            assertTrue(robot.opening() <= closed, "it keeps its last goal when the node has ended");
        }
    }

    @Test
    void shouldTakeAGoalAtItsOwnSpeed() throws Exception {
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode side = RosNode.connect(RosNodeConfig.local(master.uri(), "arm7"));
                Arm7WorldNode robot = new Arm7WorldNode(side, WorldPace.REAL_TIME, 10);
                Publication goals = side.advertise("/gripper/command", "control_msgs/GripperCommand", new PublicationOptions(true, 1))) {
            robot.start();
            goals.publish(Map.of("position", 0.0, "max_effort", 5.0));
            Await.until("closed", () -> robot.opening() == 0);
            assertEquals(1, robot.commandsAccepted());
        }
    }
}
