package dev.dpros.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.ToolPoses.Tools;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two arms: what is observed of them, and actions both ways. */
class ToolPosesTest {
    private static final double EXACT = 1e-6;

    private static PolicyConfig policy(int arms, PoseConfig poses, FeatureSpec... inputs) {
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 50, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 16);
        return new PolicyConfig(2, 5, 4, List.of(inputs), FeatureSpec.of("action", Kind.ACTION, 10 * arms),
                new UnetConfig(List.of(8, 16), 3, 8, 8, true), null, scheduler,
                new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL, true, true, poses));
    }

    private static FeatureSpec state(String key, int size) {
        return FeatureSpec.of(key, Kind.STATE, size);
    }

    private static Pose turned(double x, double y, double z, double about) {
        return Pose.ofRotationVector(new double[] {x, y, z}, 0, new double[] {0, 0, about}, 0);
    }

    private static final PoseConfig RELATIVE = new PoseConfig(PoseRepresentation.RELATIVE, PoseRepresentation.RELATIVE);

    @Test
    void shouldTellEachArmInItsNewestPoseInTheOthersAndInTheFirst() {
        FeatureSpec own = state("robot0_eef_pos", 3);
        FeatureSpec turn = state("robot0_eef_rot_axis_angle", 6);
        FeatureSpec other = state("robot1_eef_pos_wrt0", 3);
        FeatureSpec otherTurn = state("robot1_eef_rot_axis_angle_wrt0", 6);
        FeatureSpec start = state("robot1_eef_rot_axis_angle_wrt_start", 6);
        FeatureSpec width = state("robot1_gripper_width", 1);
        ToolPoses poses = new ToolPoses(policy(2, RELATIVE, own, turn, other, otherTurn, start, width));
        double quarter = Math.PI / 2;
        Tools tools = new Tools(new Pose[][] {{turned(1, 0, 0, 0), turned(1, 1, 0, quarter)}, {turned(0, 0, 0, 0), turned(0, 3, 1, quarter)}},
                new double[][] {{0, 0}, {0.01, 0.02}}, new Pose[] {turned(0, 0, 0, 0), turned(0, 0, 0, -quarter)});

        assertEquals(2, poses.arms());
        assertTrue(poses.needsStarts());
        assertArrayEquals(new float[] {-1, 0, 0, 0, 0, 0}, observed(poses, own, tools), (float) EXACT); // one back along y is one back along its x
        assertArrayEquals(new float[] {0, 1, 0, -1, 0, 0, 1, 0, 0, 0, 1, 0}, observed(poses, turn, tools), (float) EXACT);
        assertArrayEquals(new float[] {-1, 1, 0, 2, 1, 1}, observed(poses, other, tools), (float) EXACT);
        assertArrayEquals(new float[] {0, 1, 0, -1, 0, 0, 1, 0, 0, 0, 1, 0}, observed(poses, otherTurn, tools), (float) EXACT);
        assertArrayEquals(new float[] {0, -1, 0, 1, 0, 0, -1, 0, 0, 0, -1, 0}, observed(poses, start, tools), (float) EXACT);
        assertArrayEquals(new float[] {0.01f, 0.02f}, observed(poses, width, tools));
    }

    private static float[] observed(ToolPoses poses, FeatureSpec input, Tools tools) {
        float[] out = new float[2 * input.size()];
        poses.observation(input, tools, out);
        return out;
    }

    @ParameterizedTest
    @EnumSource(PoseRepresentation.class)
    void shouldRestoreTheActionsThatItRepresents(PoseRepresentation representation) {
        ToolPoses poses = new ToolPoses(policy(2, new PoseConfig(PoseRepresentation.ABS, representation), state("robot0_gripper_width", 1)));
        Tools tools = new Tools(new Pose[][] {{turned(9, 9, 9, 9), turned(1, 2, 0, 0.3)}, {turned(9, 9, 9, 9), turned(0, 3, 1, -2)}},
                new double[2][2], null);
        Pose[][] wanted = new Pose[2][4];
        double[][] widths = new double[2][4];
        for (int arm = 0; arm < 2; arm++) {
            for (int t = 0; t < 4; t++) {
                wanted[arm][t] = Pose.ofRotationVector(new double[] {0.1 * t, arm, -0.2 * t}, 0, new double[] {0.3 * t, -0.4 * arm, 2}, 0);
                widths[arm][t] = 0.01 * t + 0.02 * arm;
            }
        }

        double[] actions = poses.represented(tools, wanted, widths);

        assertEquals(4 * 20, actions.length);
        for (int arm = 0; arm < 2; arm++) {
            Pose[] back = poses.restored(actions, arm, tools.newest(arm));
            for (int t = 0; t < 4; t++) {
                assertArrayEquals(values(wanted[arm][t]), values(back[t]), 1e-12);
                assertEquals(widths[arm][t], poses.width(actions, arm, t));
            }
        }
    }

    private static double[] values(Pose pose) {
        double[] values = new double[9];
        pose.position(values, 0);
        pose.rotation6d(values, 3);
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"robot2_eef_pos 3", "robot0_eef_pos 4", "robot0_eef_pos_wrt0 3", "robot0_eef_pos_wrt5 3", "robot0_gripper_width_wrt1 1",
        "robot0_eef_pos_abs 1", "joints 3"})
    void shouldNameWhatHasNoMeaning(String input) {
        List<String> parts = new ArrayList<>(List.of(input.split(" ")));
        String message = assertThrows(IllegalArgumentException.class,
                () -> new ToolPoses(policy(2, RELATIVE, state(parts.get(0), Integer.parseInt(parts.get(1)))))).getMessage();
        assertTrue(message.contains("'" + parts.get(0) + "'"), message);
    }

    @Test
    void shouldRefuseOtherPolicies() {
        assertThrows(IllegalArgumentException.class, () -> new ToolPoses(policy(2, null, state("robot0_eef_pos", 3))));
    }
}
