package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.Pose;
import dev.dpros.diffusion.ToolPoses;
import dev.dpros.diffusion.ToolPoses.Tools;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * Windows of tool poses as UMI's data set makes them (umi_dataset.py, sampler.py): vectors are taken so many recorded steps
 * apart, each key by its latency late (positions between two steps linearly, rotations along the shortest arc), and told in
 * the newest pose; actions begin at the present step. Each window becomes an episode of its own, of T + To - 1 steps: the
 * observations, the newest of them repeated; and the first action repeated up to the newest observation, then the actions.
 * Immutable; any thread.
 *
 * @param data the windows, one after the other, with the policy's features
 * @param origins of each window the recorded episode
 * @param pictures of each row of the windows the recorded step whose pictures it shows
 */
public record ToolWindows(ReplayData data, int[] origins, IntUnaryOperator pictures) {
    private static final String ACTION = "action";
    private static final int RECORDED_ACTION = 7;
    private static final String START = "_demo_start_pose";

    /**
     * How windows are made.
     *
     * @param downSampleSteps recorded steps from one step of the policy's grid to the next
     * @param latencySteps by key, recorded steps by which its values come late; 0 if absent
     * @param actionPadding whether windows may end after their episode: the last action is repeated
     * @param startNoise standard deviation of what is added to the pose in which an episode began, m and rad, drawn once a window
     * @param seed of that
     */
    public record Options(int downSampleSteps, Map<String, Double> latencySteps, boolean actionPadding, double startNoise, long seed) {
        private double latency(String key) {
            return latencySteps.getOrDefault(key, 0.0);
        }
    }

    /** The columns of the data that a policy's windows are made of, by UMI's names. */
    public static List<FeatureSpec> columns(PolicyConfig policy, EpisodeDataset dataset) {
        ToolPoses tools = tools(policy);
        List<FeatureSpec> columns = new ArrayList<>(policy.cameras());
        for (int arm = 0; arm < tools.arms(); arm++) {
            columns.add(FeatureSpec.of(position(arm), Kind.STATE, 3));
            columns.add(FeatureSpec.of(rotation(arm), Kind.STATE, 3));
            columns.add(FeatureSpec.of(width(arm), Kind.STATE, 1));
            if (tools.needsStarts()) {
                columns.add(FeatureSpec.of("robot" + arm + START, Kind.STATE, 6));
            }
        }
        if (dataset.features().stream().anyMatch(feature -> feature.key().equals(ACTION))) {
            columns.add(FeatureSpec.of(ACTION, Kind.ACTION, RECORDED_ACTION * tools.arms()));
        }
        return columns;
    }

    private static ToolPoses tools(PolicyConfig policy) {
        try {
            if (!policy.trajectory().actionStepsOnly()) {
                throw new IllegalArgumentException("trajectory: expected one that begins at the newest observation (pred_action_steps_only), "
                        + "found another");
            }
            return new ToolPoses(policy);
        } catch (IllegalArgumentException e) {
            throw new InputException("policy: " + e.getMessage(), e);
        }
    }

    private static String position(int arm) {
        return "robot" + arm + "_eef_pos";
    }

    private static String rotation(int arm) {
        return "robot" + arm + "_eef_rot_axis_angle";
    }

    private static String width(int arm) {
        return "robot" + arm + "_gripper_width";
    }

    /** How many windows some episodes have. @param ends cumulative */
    public static long count(int[] ends, PolicyConfig policy, Options options, IntPredicate chosen) {
        long count = 0;
        for (int e = 0; e < ends.length; e++) {
            count += chosen.test(e) ? windows(ends[e] - (e == 0 ? 0 : ends[e - 1]), policy, options) : 0;
        }
        return count;
    }

    private static int windows(int length, PolicyConfig policy, Options options) {
        return options.actionPadding() ? length : Math.max(0, length - (policy.denoisedSteps() - 1) * options.downSampleSteps());
    }

    /**
     * All windows of some data.
     *
     * @param recorded with the columns that {@link #columns} names
     * @throws InputException if there is none, or a value is not finite
     */
    public static ToolWindows of(ReplayData recorded, PolicyConfig policy, Options options) {
        return new Maker(recorded, policy, options).make();
    }

    /** Makes the windows of one set of data. */
    private static final class Maker {
        private final ReplayData recorded;
        private final PolicyConfig policy;
        private final Options options;
        private final ToolPoses meanings;
        private final int steps;
        private final int rows;
        private final Map<String, float[]> vectors = new LinkedHashMap<>();
        private final SplittableRandom random;
        private int[] pictures;

        Maker(ReplayData recorded, PolicyConfig policy, Options options) {
            this.recorded = recorded;
            this.policy = policy;
            this.options = options;
            meanings = tools(policy);
            steps = policy.denoisedSteps();
            rows = policy.horizon();
            random = new SplittableRandom(options.seed());
            recorded.vectors().forEach((key, values) -> {
                for (float value : values) {
                    if (!Float.isFinite(value)) {
                        throw InputException.of(recorded.name(), "'" + key + "'", "finite numbers", String.valueOf(value), "remove the episode");
                    }
                }
            });
        }

        ToolWindows make() {
            int count = Math.toIntExact(count(recorded.ends(), policy, options, e -> true));
            if (count == 0) {
                throw InputException.of(recorded.name(), "episodes", "one of more than " + (steps - 1) * options.downSampleSteps()
                        + " steps: those of a window", "none", "");
            }
            List<FeatureSpec> features = new ArrayList<>(policy.inputs());
            features.add(policy.action());
            for (FeatureSpec feature : features) {
                if (feature.kind() != Kind.VISUAL) {
                    vectors.put(feature.key(), new float[Math.multiplyExact(Math.multiplyExact(count, rows), feature.size())]);
                }
            }
            pictures = new int[Math.multiplyExact(count, policy.nObsSteps())];
            int[] origins = new int[count];
            int[] ends = new int[count];
            int window = 0;
            for (int e = 0; e < recorded.episodes(); e++) {
                for (int i = 0; i < windows(recorded.ends()[e] - recorded.start(e), policy, options); i++, window++) {
                    fill(window, e, recorded.start(e) + i);
                    origins[window] = e;
                    ends[window] = (window + 1) * rows;
                }
            }
            int obsSteps = policy.nObsSteps();
            IntUnaryOperator shown = row -> pictures[row / rows * obsSteps + Math.min(row % rows, obsSteps - 1)];
            Map<String, Frames> frames = new LinkedHashMap<>();
            recorded.frames().forEach((key, all) -> frames.put(key, (row, rgb) -> all.read(shown.applyAsInt(row), rgb)));
            return new ToolWindows(new ReplayData(recorded.name(), features, ends, vectors, frames), origins, shown);
        }

        private void fill(int window, int episode, int now) {
            int obsSteps = policy.nObsSteps();
            int first = recorded.start(episode);
            int valid = Math.min(obsSteps, (now - first) / options.downSampleSteps() + 1);
            for (int t = 0; t < obsSteps; t++) {
                pictures[window * obsSteps + t] = now - Math.min(obsSteps - 1 - t, valid - 1) * options.downSampleSteps();
            }
            Tools tools = observed(episode, now);
            for (FeatureSpec input : policy.inputs()) {
                if (input.kind() != Kind.VISUAL) {
                    float[] values = new float[obsSteps * input.size()];
                    meanings.observation(input, tools, values);
                    for (int row = 0; row < rows; row++) {
                        System.arraycopy(values, Math.min(row, obsSteps - 1) * input.size(), vectors.get(input.key()),
                                (window * rows + row) * input.size(), input.size());
                    }
                }
            }
            actions(window, episode, now, tools);
        }

        private Tools observed(int episode, int now) {
            int arms = meanings.arms();
            int obsSteps = policy.nObsSteps();
            Pose[][] poses = new Pose[arms][obsSteps];
            double[][] widths = new double[arms][obsSteps];
            Pose[] starts = meanings.needsStarts() ? new Pose[arms] : null;
            for (int arm = 0; arm < arms; arm++) {
                for (int t = 0; t < obsSteps; t++) {
                    double back = now - (double) (obsSteps - 1 - t) * options.downSampleSteps();
                    Pose place = pose(arm, episode, back + options.latency(position(arm)));
                    Pose turn = pose(arm, episode, back + options.latency(rotation(arm)));
                    poses[arm][t] = place.turnedAs(turn);
                    double at = clipped(episode, back + options.latency(width(arm)));
                    widths[arm][t] = between(recorded.vectors().get(width(arm)), at);
                }
                if (starts != null) {
                    starts[arm] = start(arm, episode, now);
                }
            }
            return new Tools(poses, widths, starts);
        }

        /** As it was recorded at the oldest observation (it is the same for all of an episode), and a little noise. */
        private Pose start(int arm, int episode, int now) {
            float[] column = recorded.vectors().get("robot" + arm + START);
            int row = Math.max(recorded.start(episode), now - (policy.nObsSteps() - 1) * options.downSampleSteps());
            double[] values = new double[6];
            for (int i = 0; i < values.length; i++) {
                values[i] = column[row * 6 + i] + (options.startNoise() > 0 ? options.startNoise() * random.nextGaussian() : 0);
            }
            return Pose.ofRotationVector(values, 0, values, 3);
        }

        private double clipped(int episode, double at) {
            return Math.min(Math.max(at, recorded.start(episode)), recorded.ends()[episode] - 1);
        }

        private static double between(float[] column, double at) {
            int before = (int) at;
            double share = at - before;
            return share == 0 ? column[before] : column[before] + share * (column[before + 1] - column[before]);
        }

        private Pose pose(int arm, int episode, double wanted) {
            double at = clipped(episode, wanted);
            int before = (int) at;
            Pose pose = pose(arm, before);
            return at == before ? pose : pose.towards(pose(arm, before + 1), at - before);
        }

        private Pose pose(int arm, int row) {
            return read(recorded.vectors().get(position(arm)), row * 3, recorded.vectors().get(rotation(arm)), row * 3);
        }

        private static Pose read(float[] positions, int positionAt, float[] vectors, int vectorAt) {
            double[] values = new double[6];
            for (int i = 0; i < 3; i++) {
                values[i] = positions[positionAt + i];
                values[3 + i] = vectors[vectorAt + i];
            }
            return Pose.ofRotationVector(values, 0, values, 3);
        }

        private void actions(int window, int episode, int now, Tools tools) {
            int arms = meanings.arms();
            float[] told = recorded.vectors().get(ACTION);
            Pose[][] poses = new Pose[arms][steps];
            double[][] widths = new double[arms][steps];
            int last = (recorded.ends()[episode] - 1 - now) / options.downSampleSteps();
            for (int arm = 0; arm < arms; arm++) {
                for (int t = 0; t < steps; t++) {
                    int row = now + Math.min(t, last) * options.downSampleSteps();
                    int at = (row * arms + arm) * RECORDED_ACTION;
                    poses[arm][t] = told == null ? pose(arm, row) : read(told, at, told, at + 3);
                    widths[arm][t] = told == null ? recorded.vectors().get(width(arm))[row] : told[at + RECORDED_ACTION - 1];
                }
            }
            double[] values = meanings.represented(tools, poses, widths);
            int size = policy.action().size();
            float[] out = vectors.get(policy.action().key());
            for (int row = 0; row < rows; row++) {
                int from = Math.max(0, row - (policy.nObsSteps() - 1)) * size;
                for (int i = 0; i < size; i++) {
                    out[(window * rows + row) * size + i] = (float) values[from + i];
                }
            }
        }
    }

    /** By reference: a record of arrays has no equality of its own. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "ToolWindows[" + data.name() + ", windows=" + origins.length + ", episodes=" + Arrays.stream(origins).distinct().count() + "]";
    }
}
