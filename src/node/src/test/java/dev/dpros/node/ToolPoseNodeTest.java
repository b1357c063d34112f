package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PoseConfig;
import dev.dpros.diffusion.PoseRepresentation;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.reference.Procedural;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A policy of tool poses drives a tool on a real master: relative targets become poses in the tool's frame, within the box. */
@Timeout(120)
class ToolPoseNodeTest {
    private static final int HOLD = 2;
    private static final String CONFIG = """
            policy: tool
            node: {autostart: true}
            observations:
              robot0_eef_pose: {topic: /tool_pose, type: geometry_msgs/PoseStamped, field: pose, align: nearest}
              robot0_gripper_width: {topic: /width, field: "position[width]"}
            actions:
              - topic: /tool_target
                type: geometry_msgs/PoseStamped
                frame_id: base
                joints: [x, y, z, qx, qy, qz, qw]
                measured: {topic: /tool_pose, type: geometry_msgs/PoseStamped, field: pose}
                workspace_box: {x: [0.2, 0.7], y: [-0.2, 0.1], z: [0.1, 0.5]}
                limits:
                  default: {velocity: 0.3, acceleration: 3, jerk: 100}
                  qx: &turn {position: [-1.01, 1.01], velocity: 0.3, acceleration: 3, jerk: 100}
                  qy: *turn
                  qz: *turn
                  qw: *turn
              - topic: /gripper
                type: std_msgs/Float64
                joints: [width]
                measured: {topic: /width, type: sensor_msgs/JointState, field: "position[width]"}
                limits: {width: {position: [0, 0.09], velocity: 0.2, acceleration: 2, jerk: 100}}
            control: {rate_hz: 50, policy_rate_hz: 10, interpolation: linear, realtime_priority: false, ROTATIONS}
            metrics: {enabled: false}
            """;

    @TempDir
    private Path folder;

    private RobotConfig config(String rotations) throws IOException {
        Path file = Files.writeString(folder.resolve("robot.yaml"), CONFIG.replace("ROTATIONS", rotations));
        return ConfigReader.read(file, Layer.settings("test", Map.of())).config();
    }

    /** A network of whatever weights whose actions are nearly always the same: 5 cm along the tool's own x, gripper at 4 cm. */
    private static PolicyDefinition policy() {
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 50, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 2);
        PolicyConfig config = new PolicyConfig(2, 9, 8, List.of(FeatureSpec.of("robot0_eef_pos", Kind.STATE, 3),
                FeatureSpec.of("robot0_eef_rot_axis_angle", Kind.STATE, 6), FeatureSpec.of("robot0_gripper_width", Kind.STATE, 1)),
                FeatureSpec.of("action", Kind.ACTION, 10), new UnetConfig(List.of(8, 16), 3, 8, 8, true), null, scheduler,
                new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL, true, true,
                        new PoseConfig(PoseRepresentation.RELATIVE, PoseRepresentation.RELATIVE)));
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name, Procedural.weight(name, shape)));
        double[] action = {0.05, 0, 0, 1, 0, 0, 0, 1, 0, 0.04};
        double[] scale = new double[10];
        double[] offset = new double[10];
        for (int i = 0; i < 10; i++) {
            scale[i] = 1e4;
            offset[i] = -1e4 * action[i];
        }
        return new PolicyDefinition(config, weights, Map.of("action", new Normalizer(scale, offset)), "tool");
    }

    /** A tool that is where it was told to be, turned by a quarter about z; its gripper likewise. */
    private static final class World implements AutoCloseable {
        private final AtomicReference<double[]> pose = new AtomicReference<>(new double[] {0.4, 0, 0.3, 0, 0, Math.sqrt(0.5), Math.sqrt(0.5)});
        private final AtomicReference<Double> width = new AtomicReference<>(0.08);
        private final Publication poses;
        private final Publication widths;
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

        World(RosNode node) {
            poses = node.advertise("/tool_pose", "geometry_msgs/PoseStamped", new PublicationOptions(false, 2));
            widths = node.advertise("/width", "sensor_msgs/JointState", new PublicationOptions(false, 2));
            timer.scheduleWithFixedDelay(this::tell, 0, 20, TimeUnit.MILLISECONDS);
        }

        private void tell() {
            Instant now = Instant.now();
            Map<String, Object> header = Map.of("stamp", now.getEpochSecond() * 1_000_000_000L + now.getNano(), "frame_id", "base");
            double[] p = pose.get();
            poses.publish(Map.of("header", header, "pose", Map.of("position", Map.of("x", p[0], "y", p[1], "z", p[2]),
                    "orientation", Map.of("x", p[3], "y", p[4], "z", p[5], "w", p[6]))));
            widths.publish(Map.of("header", header, "name", List.of("width"), "position", new double[] {width.get()}));
        }

        void follow(Map<String, Object> target) {
            pose.set(values(target));
        }

        static double[] values(Map<String, Object> target) {
            Map<?, ?> at = (Map<?, ?>) target.get("pose");
            Map<?, ?> position = (Map<?, ?>) at.get("position");
            Map<?, ?> turn = (Map<?, ?>) at.get("orientation");
            return new double[] {number(position, "x"), number(position, "y"), number(position, "z"), number(turn, "x"), number(turn, "y"),
                number(turn, "z"), number(turn, "w")};
        }

        private static double number(Map<?, ?> of, String name) {
            return ((Number) of.get(name)).doubleValue();
        }

        @Override
        public void close() {
            timer.shutdownNow();
        }
    }

    @Test
    void shouldDriveTheToolWithinTheBoxAndRestOnWhatIsNoPose() throws Exception {
        RobotConfig robot = config("rotations: [{first: qx, kind: quaternion}]");
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode worldNode = RosNode.connect(RosNodeConfig.local(master.uri(), "world"));
                World world = new World(worldNode);
                OwnTopic targets = new OwnTopic(master.uri(), "/tool_target", "geometry_msgs/PoseStamped");
                OwnTopic state = new OwnTopic(master.uri(), "/dpros/state", "diffusion_policy_msgs/ControllerState");
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                MetricsRegistry metrics = new MetricsRegistry();
                PolicyNode policy = new PolicyNode(robot, policy(), node, metrics)) {
            assertTrue(policy.start(true));
            double[] first = World.values(targets.next());
            assertEquals(0.4, first[0], 1e-2);
            Map<String, Object> last = targets.await(target -> {
                double[] at = World.values(target);
                world.follow(target);
                assertTrue(at[1] <= 0.1 + 1e-9, "left the box: " + at[1]);
                return at[1] > 0.099; // x of the tool is y of the base
            });
            double[] at = World.values(last);
            assertEquals(0.4, at[0], 2e-3);
            assertEquals(0.3, at[2], 2e-3);
            double half = Math.sqrt(0.5);
            for (int i = 0; i < 4; i++) {
                assertEquals(new double[] {0, 0, half, half}[i], at[3 + i], 2e-3);
            }
            world.pose.set(new double[] {at[0], at[1], at[2], 0, 0, 0, 0}); // an orientation that nobody filled in
            state.await(message -> ((Number) message.get("state")).intValue() == HOLD);
        }
    }

    @Test
    void shouldAskForTheRotationsAndRefuseChunksThatAreTied() throws Exception {
        RobotConfig plain = config("rotations: []");
        RobotConfig tied = config("rotations: [{first: qx, kind: quaternion}], join: {strategy: real_time_chunking}");
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                MetricsRegistry metrics = new MetricsRegistry()) {
            String rotations = assertThrows(InputException.class, () -> new PolicyNode(plain, policy(), node, metrics)).getMessage();
            assertTrue(rotations.contains("rotations: expected {first: qx, kind: quaternion}"), rotations);
            String strategy = assertThrows(InputException.class, () -> new PolicyNode(tied, policy(), node, metrics)).getMessage();
            assertTrue(strategy.contains("control.join: strategy: expected replace"), strategy);
        }
    }
}
