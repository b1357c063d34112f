package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.Pose;
import dev.dpros.diffusion.PoseConfig;
import dev.dpros.diffusion.PoseRepresentation;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a network of tool poses is told of two arms, and what becomes of its actions. */
class ToolPolicyTest {
    private static final List<FeatureSpec> INPUTS = List.of(FeatureSpec.of("camera0_rgb", Kind.VISUAL, 3, 4, 4),
            FeatureSpec.of("robot0_eef_pos", Kind.STATE, 3), FeatureSpec.of("robot0_eef_rot_axis_angle_wrt_start", Kind.STATE, 6),
            FeatureSpec.of("robot1_eef_pos_wrt0", Kind.STATE, 3), FeatureSpec.of("robot1_gripper_width", Kind.STATE, 1));

    private static PolicyConfig config() {
        VisionConfig.Vit vit = new VisionConfig.Vit(2, 4, 1, 1);
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.TIMM_VIT, VisionConfig.Norm.GROUP, null, null, true,
                VisionConfig.Pool.FIRST_TOKEN, 0, 4, false, false, List.of(), vit);
        return new PolicyConfig(2, 3, 2, INPUTS, FeatureSpec.of("action", Kind.ACTION, 20), new UnetConfig(List.of(8), 3, 8, 8, true),
                vision, TestPolicies.ddim(1), new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL, true, true,
                new PoseConfig(PoseRepresentation.RELATIVE, PoseRepresentation.RELATIVE)));
    }

    /** A network that gives the same actions whatever it is told, and remembers that. */
    private static final class Network implements ChunkPolicy {
        private final float[][] told = new float[INPUTS.size()][];
        private double[] actions = new double[2 * 20];

        @Override
        public PolicyConfig config() {
            return ToolPolicyTest.config();
        }

        @Override
        public void warmUp() {}

        @Override
        public Prediction predictAction(ObservationWindow window, Sampling sampling) {
            for (int f = 0; f < told.length; f++) {
                told[f] = window.values(f).clone();
            }
            return new Prediction(1, new float[0], new float[0], 2, actions, 1);
        }

        @Override
        public void close() {}
    }

    private final Network network = new Network();
    private final AtomicLong episodes = new AtomicLong();
    private final ToolPolicy policy = new ToolPolicy(network, new ToolPolicy.Starts(), episodes::get);
    private final ObservationWindow window = new ObservationWindow(policy.config().inputs(), 2);
    private final Sampling sampling = Sampling.of(NoiseSource.seeded(1), StepListener.NONE);

    private void pose(int arm, int step, double x, double y, double z, double aboutZ) {
        double[] q = new double[4];
        Pose.ofRotationVector(new double[3], 0, new double[] {0, 0, aboutZ}, 0).quaternion(q, 0);
        double[] all = {x, y, z, q[0], q[1], q[2], q[3]};
        float[] values = window.values(window.indexOf("robot" + arm + "_eef_pose"));
        for (int i = 0; i < 7; i++) {
            values[step * 7 + i] = (float) all[i];
        }
    }

    private void stand() {
        pose(0, 0, 1, 0, 0, 0);
        pose(0, 1, 1, 1, 0, Math.PI / 2);
        pose(1, 0, 0, 0, 0, 0);
        pose(1, 1, 0, 3, 1, 0);
        window.values(window.indexOf("robot1_gripper_width"))[1] = 0.03f;
    }

    private void act(int step, int arm, double[] position, double aboutZ, double width) {
        double[] rows = new double[6];
        Pose.ofRotationVector(new double[3], 0, new double[] {0, 0, aboutZ}, 0).rotation6d(rows, 0);
        int at = step * 20 + arm * 10;
        System.arraycopy(position, 0, network.actions, at, 3);
        System.arraycopy(rows, 0, network.actions, at + 3, 6);
        network.actions[at + 9] = width;
    }

    @Test
    void shouldAskTheRobotForPosesAndWidths() {
        assertEquals(List.of("camera0_rgb", "robot0_eef_pose", "robot1_eef_pose", "robot1_gripper_width"),
                policy.config().inputs().stream().map(FeatureSpec::key).toList());
        assertEquals(16, policy.config().action().size());
        assertEquals(2, policy.config().chunkSteps());
    }

    @Test
    void shouldTellTheNetworkRelativePoses() {
        stand();
        window.values(0)[5] = 0.25f;

        policy.predictAction(window, samplingOfRest());

        assertEquals(0.25f, network.told[0][5]);
        assertArrayEquals(new float[] {-1, 0, 0, 0, 0, 0}, network.told[1], 1e-6f);
        assertArrayEquals(new float[] {-1, 1, 0, 2, 1, 1}, network.told[3], 1e-6f);
        assertArrayEquals(new float[] {0, 0.03f}, network.told[4]);
    }

    private Sampling samplingOfRest() {
        for (int step = 0; step < 2; step++) {
            act(step, 0, new double[3], 0, 0);
            act(step, 1, new double[3], 0, 0);
        }
        return sampling;
    }

    @Test
    void shouldKeepThePoseInWhichAnEpisodeBeganUntilTheNext() {
        stand();
        policy.predictAction(window, samplingOfRest());
        assertArrayEquals(new float[] {0, 1, 0, -1, 0, 0, 1, 0, 0, 0, 1, 0}, network.told[2], 1e-6f);
        pose(0, 1, 1, 1, 0, Math.PI);
        policy.predictAction(window, sampling);
        assertEquals(-1, network.told[2][6 + 1], 1e-6f); // a quarter from the start
        episodes.set(1);
        policy.predictAction(window, sampling);
        assertEquals(1, network.told[2][6], 1e-6f); // the start itself
    }

    @Test
    void shouldSendTheToolsWhereTheNetworkMeans() {
        stand();
        act(0, 0, new double[] {0.1, 0, 0}, 0, 0.05);
        act(1, 0, new double[] {0.2, 0.1, 0}, Math.PI / 2, 0.06);
        act(0, 1, new double[] {0, 0, 0.5}, 0, 0.01);
        act(1, 1, new double[] {0, 0, 1}, -Math.PI / 2, 0.02);

        double[] actions = policy.predictAction(window, sampling).actions();

        double half = Math.sqrt(0.5);
        assertArrayEquals(new double[] {1, 1.1, 0, 0, 0, half, half, 0.05, 0, 3, 1.5, 0, 0, 0, 1, 0.01,
            0.9, 1.2, 0, 0, 0, 1, 0, 0.06, 0, 3, 2, 0, 0, -half, half, 0.02}, actions, 1e-6);
    }

    @Test
    void shouldNotLeapFromOneQuaternionOfARotationToTheOther() {
        stand();
        float[] observed = window.values(window.indexOf("robot0_eef_pose"));
        for (int i = 3; i < 7; i++) {
            observed[7 + i] = -observed[7 + i];
        }
        act(0, 0, new double[3], 0.1, 0);
        act(1, 0, new double[3], 2.5, 0);
        act(0, 1, new double[3], 0, 0);
        act(1, 1, new double[3], 0, 0);

        double[] actions = policy.predictAction(window, sampling).actions();

        for (int step = 0; step < 2; step++) {
            double dot = 0;
            for (int i = 3; i < 7; i++) {
                dot += actions[step * 16 + i] * (step == 0 ? observed[7 + i] : actions[i]);
            }
            assertTrue(dot > 0, "step " + step);
        }
    }

    @Test
    void shouldMakeNoChunkOfWhatIsNoPose() {
        stand();
        float[] observed = window.values(window.indexOf("robot1_eef_pose"));
        observed[7 + 6] = 0;
        String message = assertThrows(IllegalArgumentException.class, () -> policy.predictAction(window, samplingOfRest())).getMessage();
        assertEquals("robot1_eef_pose: quaternion: expected length 1, found 0.0", message);
        stand();
        network.actions[3] = 0; // the first row of a rotation is zero
        assertThrows(IllegalArgumentException.class, () -> policy.predictAction(window, sampling));
        network.actions[3] = Double.NaN;
        assertFalse(policy.predictAction(window, sampling).finite());
    }
}
