package dev.dpros.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.CheckMark;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import dev.dpros.safety.JointLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Configurations written for robots that are there, and for one of which there is a URDF alone. */
@Timeout(60)
class RobotSetupTest {
    /** Joints, limits and speeds as the maker of a well-known seven-joint arm publishes them, with its hand. */
    private static final String ARM = """
            <?xml version="1.0" ?>
            <robot name="panda">
              <joint name="panda_joint1" type="revolute"><limit effort="87" lower="-2.8973" upper="2.8973" velocity="2.1750"/></joint>
              <joint name="panda_joint2" type="revolute"><limit effort="87" lower="-1.7628" upper="1.7628" velocity="2.1750"/></joint>
              <joint name="panda_joint3" type="revolute"><limit effort="87" lower="-2.8973" upper="2.8973" velocity="2.1750"/></joint>
              <joint name="panda_joint4" type="revolute"><limit effort="87" lower="-3.0718" upper="-0.0698" velocity="2.1750"/></joint>
              <joint name="panda_joint5" type="revolute"><limit effort="12" lower="-2.8973" upper="2.8973" velocity="2.6100"/></joint>
              <joint name="panda_joint6" type="revolute"><limit effort="12" lower="-0.0175" upper="3.7525" velocity="2.6100"/></joint>
              <joint name="panda_joint7" type="revolute"><limit effort="12" lower="-2.8973" upper="2.8973" velocity="2.6100"/></joint>
              <joint name="panda_joint8" type="fixed"/>
              <joint name="panda_finger_joint1" type="prismatic"><limit effort="20" lower="0.0" upper="0.04" velocity="0.2"/></joint>
              <joint name="panda_finger_joint2" type="prismatic"><limit effort="20" lower="0.0" upper="0.04" velocity="0.2"/>
                <mimic joint="panda_finger_joint1"/></joint>
            </robot>
            """;

    @TempDir
    private Path folder;

    private final List<String> assumed = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final Questions likeliest = new Questions() {
        @Override
        public String choose(String question, List<String> options) {
            asked.add(question);
            return options.get(0);
        }

        @Override
        public double number(String question, double likely) {
            asked.add(question);
            return likely;
        }

        @Override
        public void assume(String assumption) {
            assumed.add(assumption);
        }
    };

    private static PolicyDefinition policy(int joints, String... cameras) {
        List<FeatureSpec> inputs = new ArrayList<>();
        for (String camera : cameras) {
            inputs.add(FeatureSpec.of(camera, Kind.VISUAL, 3, 96, 128));
        }
        inputs.add(FeatureSpec.of("observation.state", Kind.STATE, joints));
        SchedulerConfig ddpm = new SchedulerConfig(SchedulerConfig.Type.DDPM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 100);
        VisionConfig vision = cameras.length == 0 ? null : new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP, null, List.of(84, 112),
                false, VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, true, false, List.of());
        PolicyConfig config = new PolicyConfig(2, 16, 8, inputs, FeatureSpec.of("action", Kind.ACTION, joints), new UnetConfig(List.of(64, 128, 256), 5, 8,
                128, true), vision, ddpm);
        double[] low = new double[joints];
        double[] high = new double[joints];
        Arrays.fill(low, -10);
        Arrays.fill(high, 30);
        return new PolicyDefinition(config, Map.of(), Map.of("action", Normalizer.ofRange(low, high)), "test");
    }

    private RobotConfig write(PolicyDefinition policy, String urdf, MoveItLimits moveIt, double rate, Transport transport) throws Exception {
        String named = transport instanceof Ros2Node ? "ros2" : "";
        Path file = urdf == null ? null : Files.writeString(folder.resolve("arm.urdf"), urdf);
        Path output = folder.resolve("robot.yaml");
        new RobotSetup(policy, new RobotSetup.Wish(folder.resolve("policy"), output, file, moveIt, rate, named), likeliest).write(transport);
        return ConfigReader.read(output).config();
    }

    private long marks() throws Exception {
        return Files.readAllLines(folder.resolve("robot.yaml")).stream().filter(CheckMark::on).count();
    }

    @Test
    void shouldLimitAnArmAsItsUrdfSaysAndMarkWhatItDoesNotSay() throws Exception {
        RobotConfig config = write(policy(7), ARM, MoveItLimits.NONE, 10, null);
        List<JointLimits> limits = config.action().jointLimits();
        assertEquals(new JointLimits("panda_joint1", -2.8973, 2.8973, 0.54375, 0.54375, 5.4375), limits.get(0));
        assertEquals(new JointLimits("panda_joint4", -3.0718, -0.0698, 0.54375, 0.54375, 5.4375), limits.get(3));
        assertEquals(new JointLimits("panda_joint6", -0.0175, 3.7525, 0.6525, 0.6525, 6.525), limits.get(5));
        assertEquals("position[panda_joint1,panda_joint2,panda_joint3,panda_joint4,panda_joint5,panda_joint6,panda_joint7]",
                config.observations().get("observation.state").field());
        assertEquals(folder.resolve("policy"), config.policy());
        assertEquals(7 * 2 + 2, marks(), "acceleration and jerk of each joint, and two topics that nobody was there to show");
        assertEquals(List.of(), asked);
        assertTrue(assumed.stream().anyMatch(line -> line.endsWith("leaves out panda_finger_joint1")), assumed::toString);
    }

    @Test
    void shouldTakeFromMoveItWhatAUrdfDoesNotSay() throws Exception {
        Path limits = Files.writeString(folder.resolve("joint_limits.yaml"), """
                default_velocity_scaling_factor: 0.1
                joint_limits:
                  panda_joint1: {has_velocity_limits: true, max_velocity: 1.0, has_acceleration_limits: true, max_acceleration: 3.75,
                    has_jerk_limits: true, max_jerk: 7500}
                  panda_joint2: {has_position_limits: true, min_position: -1.0, max_position: 5.0, has_acceleration_limits: false}
                """);
        List<JointLimits> found = write(policy(7), ARM, MoveItLimits.read(limits), 10, null).action().jointLimits();
        assertEquals(new JointLimits("panda_joint1", -2.8973, 2.8973, 0.25, 3.75, 7500), found.get(0));
        assertEquals(new JointLimits("panda_joint2", -1.0, 1.7628, 0.54375, 0.54375, 5.4375), found.get(1));
    }

    @Test
    void shouldSayWhatItTakesWhereNobodyKnowsAnything() throws Exception {
        RobotConfig config = write(policy(3, "observation.images.top"), null, MoveItLimits.NONE, Double.NaN, null);
        assertEquals(List.of("dim1", "dim2", "dim3"), config.action().joints());
        assertEquals(new JointLimits("dim2", -10, 30, 10, 10, 100), config.action().jointLimits().get(1));
        assertEquals("/top/image_raw", config.observations().get("observation.images.top").topic());
        assertEquals(10, config.control().policyRateHz());
        assertEquals(1, asked.size(), asked::toString);
        assertEquals(3 * 4 + 4, marks(), "four lines of each joint, three topics, the rate");
        assertEquals(7, assumed.size(), assumed::toString);
    }

    @Test
    void shouldMatchTheTopicsOfARobotOfRos2AndTurnJointsAroundWhereTheyAre() throws Exception {
        String urdf = "<robot name='r'><joint name='turn' type='continuous'><limit velocity='2' effort='1'/></joint>"
                + "<joint name='bend' type='revolute'><limit lower='-1' upper='1' velocity='4' effort='1'/></joint></robot>";
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try (Ros2Node robot = Ros2Node.open(Ros2NodeConfig.local(72, "robot")); Ros2Node looks = Ros2Node.open(Ros2NodeConfig.local(72, "looks"))) {
            robot.advertise("/robot_description", "std_msgs/String", new PublicationOptions(true, 1)).publish(Map.of("data", urdf));
            Publication joints = robot.advertise("/arm/joint_states", "sensor_msgs/JointState", new PublicationOptions(false, 5));
            Publication side = robot.advertise("/side_view/image", "sensor_msgs/Image", new PublicationOptions(false, 2));
            Publication hand = robot.advertise("/hand_eye/image", "sensor_msgs/Image", new PublicationOptions(false, 2));
            robot.subscribe("/gripper_controller/joint_trajectory", "trajectory_msgs/JointTrajectory", new CollectingSlots());
            robot.subscribe("/arm_controller/joint_trajectory", "trajectory_msgs/JointTrajectory", new CollectingSlots());
            clock.scheduleAtFixedRate(() -> {
                joints.publish(Map.of("name", List.of("bend", "turn"), "position", List.of(0.5, 8.0)));
                Map<String, Object> picture = Map.of("width", 4, "height", 3, "encoding", "rgb8", "step", 12, "data", new byte[36]);
                side.publish(picture);
                hand.publish(picture);
            }, 0, 50, TimeUnit.MILLISECONDS);
            RobotConfig config = write(policy(2, "observation.images.hand", "observation.images.side"), null, MoveItLimits.NONE, 20, looks);
            assertEquals("/hand_eye/image", config.observations().get("observation.images.hand").topic());
            assertEquals("/side_view/image", config.observations().get("observation.images.side").topic());
            assertEquals("/arm/joint_states", config.observations().get("observation.state").topic());
            assertEquals("position[turn,bend]", config.observations().get("observation.state").field(), "in the URDF's order");
            assertEquals("/arm_controller/joint_trajectory", config.action().topic());
            assertFalse(Files.readString(folder.resolve("robot.yaml")).contains("first_point"), "ROS 2's controller would first go to a later one");
            JointLimits turn = config.action().jointLimits().get(0);
            assertEquals(0, turn.minPosition(), 1e-9, "2 pi before the turn that it is in");
            assertEquals(4 * Math.PI, turn.maxPosition(), 1e-9);
            assertEquals(0.5, turn.maxVelocity());
            assertEquals(List.of(), asked);
            assertEquals(1, assumed.size(), assumed::toString);
            assertEquals(5, marks(), "acceleration and jerk, and the order, which the topic has otherwise");
        } finally {
            clock.shutdownNow();
        }
    }
}
