package dev.dpros.simnode;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.simnode.PushTWorldNode.Options;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The PushT robot as ROS's own tools see it. */
@Tag("realpeer")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PushTWorldPeersTest {
    @Test
    void shouldBeResetDrivenAndWatchedByRosTools() throws Exception {
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "pusht"));
                PushTWorldNode world = new PushTWorldNode(node, Options.DEFAULT)) {
            world.start();
            RosTool.run(master.uri(), "/usr/bin/rosparam", "set", "/pusht/seed", "100000");
            String answer = RosTool.run(master.uri(), "/usr/bin/rosservice", "call", "/pusht/reset");
            assertTrue(answer.contains("success: True") && answer.contains("seed 100000"), answer);
            try (RosTool echo = RosTool.start(master.uri(), "/usr/bin/rostopic", "echo", "-p", "/joint_states/position");
                    RosTool drive = RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-1",
                            "/arm_controller/command", "trajectory_msgs/JointTrajectory",
                            "{joint_names: [x, y], points: [{positions: [400, 30], time_from_start: {secs: 1}}]}")) {
                echo.awaitLine(line -> line.matches("\\d+,(399\\.99\\d*|400\\.0\\d*),(29\\.99\\d*|30\\.0\\d*)"),
                        "agent at (400, 30)");
                assertTrue(world.commandsAccepted() == 1, drive.output());
            }
            String image = RosTool.run(master.uri(), "/usr/bin/rostopic", "echo", "-n", "1", "--noarr", "/camera/image_raw");
            assertTrue(image.contains("rgb8") && image.contains("height: 96") && image.contains("length: 27648"), image);
        }
    }
}
