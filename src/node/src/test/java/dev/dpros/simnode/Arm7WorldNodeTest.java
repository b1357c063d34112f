package dev.dpros.simnode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The seven-joint arm over TCPROS, on an embedded master. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class Arm7WorldNodeTest {
    private static final SchemaCatalog CATALOG = SchemaCatalog.packaged();
    private static final MessageSchema JOINT_STATE = CATALOG.message("sensor_msgs/JointState");

    @Test
    void shouldPublishJointsAndTwoCamerasAndObeyArmAndGripperTrajectories() throws Exception {
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode robotSide = RosNode.connect(RosNodeConfig.local(master.uri(), "arm7"));
                RosNode client = RosNode.connect(RosNodeConfig.local(master.uri(), "client"));
                Arm7WorldNode world = new Arm7WorldNode(robotSide, WorldPace.REAL_TIME, 30)) {
            world.start();
            assertTrue(client.getParameter("/robot_description").toString().contains("<robot name=\"arm7\">"));
            CollectingSlots joints = subscribe(client, "/joint_states", "sensor_msgs/JointState");
            CollectingSlots scene = subscribe(client, "/camera_scene/image_raw", "sensor_msgs/Image");
            CollectingSlots wrist = subscribe(client, "/camera_wrist/image_raw/compressed", "sensor_msgs/CompressedImage");
            CollectingSlots violations = subscribe(client, "/arm7/violations", "std_msgs/Float64MultiArray");

            Map<String, Object> home = joints.next(JOINT_STATE);
            assertEquals(8, ((List<?>) home.get("name")).size());
            Map<String, Object> image = scene.next(CATALOG.message("sensor_msgs/Image"));
            assertEquals(640 * 480 * 3, ((byte[]) image.get("data")).length);
            Map<String, Object> jpeg = wrist.next(CATALOG.message("sensor_msgs/CompressedImage"));
            assertEquals(480, ImageIO.read(new ByteArrayInputStream((byte[]) jpeg.get("data"))).getHeight());

            List<String> arm = List.of("joint1", "joint2", "joint3", "joint4", "joint5", "joint6", "joint7");
            double[] there = {0.3, 0.2, -0.1, -1.5, 0.1, 0.8, -0.2};
            send(client, "/arm_controller/command", arm, there);
            send(client, "/gripper_controller/command", List.of("gripper"), 0.5);
            Map<String, Object> arrived = joints.nextWhere(JOINT_STATE, m -> at(m, 0) == 0.3 && at(m, 7) == 0.08);
            assertArrayEquals(there, Arrays.copyOf((double[]) arrived.get("position"), 7), 1e-9);
            violations.nextWhere(CATALOG.message("std_msgs/Float64MultiArray"), m -> ((double[]) m.get("data"))[0] == 1);
            assertEquals(2, world.commandsAccepted());

            CollectingSlots rewards = subscribe(client, "/arm7/reward", "std_msgs/Float64");
            double moved = (double) rewards.next(CATALOG.message("std_msgs/Float64")).get("data");
            assertEquals("seed 1", client.callService("/arm7/reset", "std_srvs/Trigger", Map.of()).get("message"));
            rewards.nextWhere(CATALOG.message("std_msgs/Float64"), m -> (double) m.get("data") > 0 && (double) m.get("data") != moved);
            joints.nextWhere(JOINT_STATE, m -> at(m, 0) == at(home, 0) && at(m, 3) == at(home, 3));
        }
    }

    private static double at(Map<String, Object> jointState, int joint) {
        return ((double[]) jointState.get("position"))[joint];
    }

    private static CollectingSlots subscribe(RosNode client, String topic, String type) {
        CollectingSlots slots = new CollectingSlots();
        client.subscribe(topic, type, slots);
        slots.next();
        return slots;
    }

    private static void send(RosNode client, String topic, List<String> joints, double... positions) {
        try (Publication commands =
                client.advertise(topic, "trajectory_msgs/JointTrajectory", new PublicationOptions(true, 1))) {
            Await.until("the world subscribes", () -> commands.subscribers() == 1);
            commands.publish(Map.of("joint_names", joints, "points",
                    List.of(Map.of("positions", positions, "time_from_start", 300_000_000L))));
            Await.until("the trajectory is sent", () -> commands.sent() == 1);
        }
    }
}
