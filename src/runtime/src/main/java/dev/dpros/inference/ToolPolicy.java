package dev.dpros.inference;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.Pose;
import dev.dpros.diffusion.ToolPoses;
import dev.dpros.diffusion.ToolPoses.Tools;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A policy of tool poses as a robot meets it. It observes, beside the pictures, {@code robotN_eef_pose} (x, y, z in m, then the
 * quaternion x, y, z, w, of the tool in a frame that all arms share) and {@code robotN_gripper_width} (m) of each arm N; its
 * actions are the same eight values per arm, where tool and gripper are to be. What the network takes and gives is made of that
 * and turned back here. Confined to one thread; allocates a little per prediction.
 */
public final class ToolPolicy implements ChunkPolicy {
    /** Values of an action per arm. */
    public static final int ACTION = 8;
    /** Where the quaternion begins among them. */
    public static final int QUATERNION = 3;
    private static final int POSE = 7;

    /** The poses in which the episode began, which outlive a sampler that is replaced. Any thread. */
    public static final class Starts {
        /** @param count of starts after which the poses were seen */
        private record Seen(long count, Pose[] poses) {}

        private volatile Seen seen;

        private Pose[] of(long count, Tools tools) {
            Seen last = seen;
            if (last == null || last.count != count) {
                Pose[] newest = new Pose[tools.poses().length];
                for (int arm = 0; arm < newest.length; arm++) {
                    newest[arm] = tools.newest(arm);
                }
                last = new Seen(count, newest);
                seen = last;
            }
            return last.poses;
        }
    }

    private final ChunkPolicy inner;
    private final ToolPoses meanings;
    private final PolicyConfig live;
    private final Starts starts;
    private final LongSupplier episodes;
    private final ObservationWindow told;

    /**
     * Around a policy of tool poses.
     *
     * @param starts of the running episode
     * @param episodes how often the policy was started so far
     * @throws InputException naming an input that a robot does not have
     */
    public ToolPolicy(ChunkPolicy inner, Starts starts, LongSupplier episodes) {
        this.inner = inner;
        this.starts = starts;
        this.episodes = episodes;
        meanings = meanings(inner.config());
        live = live(inner.config());
        told = new ObservationWindow(inner.config().inputs(), inner.config().nObsSteps());
    }

    /**
     * A policy's configuration as a robot meets it; itself, if it is none of tool poses.
     *
     * @throws InputException naming an input that a robot does not have
     */
    public static PolicyConfig live(PolicyConfig config) {
        if (config.trajectory().poses() == null) {
            return config;
        }
        ToolPoses meanings = meanings(config);
        List<FeatureSpec> inputs = new ArrayList<>(config.cameras());
        for (int arm = 0; arm < meanings.arms(); arm++) {
            inputs.add(FeatureSpec.of("robot" + arm + "_eef_pose", Kind.STATE, POSE));
        }
        for (int arm = 0; arm < meanings.arms(); arm++) {
            if (meanings.observesWidth(arm)) {
                inputs.add(FeatureSpec.of("robot" + arm + "_gripper_width", Kind.STATE, 1));
            }
        }
        return new PolicyConfig(config.nObsSteps(), config.horizon(), config.nActionSteps(), inputs,
                FeatureSpec.of(config.action().key(), Kind.ACTION, ACTION * meanings.arms()), config.denoiser(), config.vision(),
                config.scheduler(), config.trajectory());
    }

    private static ToolPoses meanings(PolicyConfig config) {
        try {
            return new ToolPoses(config);
        } catch (IllegalArgumentException e) {
            throw new InputException("policy: " + e.getMessage(), e);
        }
    }

    @Override
    public PolicyConfig config() {
        return live;
    }

    @Override
    public void warmUp() {
        inner.warmUp();
    }

    /** @throws IllegalArgumentException if what was observed, or what the network gave, is no pose */
    @Override
    public Prediction predictAction(ObservationWindow window, Sampling sampling) {
        Tools tools = observed(window);
        told.stampNs = window.stampNs;
        for (int f = 0; f < told.features().size(); f++) {
            FeatureSpec feature = told.features().get(f);
            if (feature.kind() == Kind.VISUAL) {
                float[] picture = window.values(window.indexOf(feature.key()));
                System.arraycopy(picture, 0, told.values(f), 0, picture.length);
            } else {
                meanings.observation(feature, tools, told.values(f));
            }
        }
        return restored(inner.predictAction(told, sampling), tools, window);
    }

    private Tools observed(ObservationWindow window) {
        int arms = meanings.arms();
        int steps = window.steps();
        Pose[][] poses = new Pose[arms][steps];
        double[][] widths = new double[arms][steps];
        for (int arm = 0; arm < arms; arm++) {
            float[] values = pose(window, arm);
            double[] row = new double[POSE];
            int width = window.indexOf("robot" + arm + "_gripper_width");
            for (int t = 0; t < steps; t++) {
                for (int i = 0; i < POSE; i++) {
                    row[i] = values[t * POSE + i];
                }
                poses[arm][t] = told(arm, row);
                widths[arm][t] = width < 0 ? 0 : window.values(width)[t];
            }
        }
        Tools tools = new Tools(poses, widths, null);
        return meanings.needsStarts() ? new Tools(poses, widths, starts.of(episodes.getAsLong(), tools)) : tools;
    }

    private static float[] pose(ObservationWindow window, int arm) {
        return window.values(window.indexOf("robot" + arm + "_eef_pose"));
    }

    private static Pose told(int arm, double[] row) {
        try {
            return Pose.ofQuaternion(row, 0, row, QUATERNION);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("robot" + arm + "_eef_pose: " + e.getMessage(), e);
        }
    }

    /** The same prediction in the robot's terms: all of it no numbers, if some of it is none. */
    private Prediction restored(Prediction network, Tools tools, ObservationWindow window) {
        int arms = meanings.arms();
        int steps = network.actionSteps();
        double[] actions = new double[network.batch() * steps * arms * ACTION];
        if (!network.finite()) {
            Arrays.fill(actions, Double.NaN);
        } else {
            for (int row = 0; row < network.batch(); row++) {
                double[] own = network.actions(row, steps);
                for (int arm = 0; arm < arms; arm++) {
                    restore(own, arm, tools, pose(window, arm), actions, row * steps * arms * ACTION);
                }
            }
        }
        return new Prediction(network.batch(), network.globalCond(), network.trajectory(), steps, actions, network.denoisingSteps(),
                network.origin());
    }

    /** Of the two quaternions of a rotation, each step has the one nearer to the step before, the first to the one observed. */
    private void restore(double[] own, int arm, Tools tools, float[] observed, double[] out, int from) {
        Pose[] poses = meanings.restored(own, arm, tools.newest(arm));
        double[] before = new double[4];
        for (int i = 0; i < 4; i++) {
            before[i] = observed[observed.length - 4 + i];
        }
        for (int t = 0; t < poses.length; t++) {
            int at = from + (t * meanings.arms() + arm) * ACTION;
            poses[t].position(out, at);
            poses[t].quaternion(out, at + QUATERNION);
            double dot = 0;
            for (int i = 0; i < 4; i++) {
                dot += before[i] * out[at + QUATERNION + i];
            }
            for (int i = 0; i < 4; i++) {
                out[at + QUATERNION + i] *= dot < 0 ? -1 : 1;
                before[i] = out[at + QUATERNION + i];
            }
            out[at + POSE] = meanings.width(own, arm, t);
        }
    }

    @Override
    public void close() {
        inner.close();
    }
}
