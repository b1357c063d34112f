package dev.dpros.diffusion;

import dev.dpros.core.FeatureSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the features of a policy of tool poses mean, by UMI's names, for any number of arms N: {@code robotN_eef_pos} and
 * {@code robotN_eef_rot_axis_angle} (position, m, and {@code rotation_6d}, as {@link PoseConfig} has them), the same with
 * {@code _wrtM} (in the newest pose of arm M) and with {@code _wrt_start} (in the pose in which the episode began),
 * {@code robotN_gripper_width} (m). The action is position, {@code rotation_6d} and gripper width of each arm. All poses given
 * to this class are in one frame that the arms share. Immutable; any thread.
 */
public final class ToolPoses {
    /** Values of an action per arm. */
    public static final int ACTION = 10;
    private static final int WIDTH = 9;
    private static final int MOST_ARMS = 8;
    private static final Pattern NAME = Pattern.compile("robot(\\d)_(eef_pos|eef_rot_axis_angle|gripper_width)(?:_wrt(\\d|_start))?");

    /** What is told of an arm. */
    private enum Part {
        POSITION(3), ROTATION(Pose.ROTATION_6D), WIDTH(1);

        private final int values;

        Part(int values) {
            this.values = values;
        }
    }

    /** In what a pose is told. */
    private enum Base { OWN, OTHER, START }

    /** @param other the arm in whose pose it is told, or -1 */
    private record Meaning(int arm, Part part, Base base, int other) {}

    /**
     * What the tools did, arm by arm, oldest step first.
     *
     * @param poses {@code [arm][step]}
     * @param widths {@code [arm][step]}, m
     * @param starts in which the episode began, per arm; null where nothing is told in them
     */
    public record Tools(Pose[][] poses, double[][] widths, Pose[] starts) {
        /** The newest pose of an arm. */
        public Pose newest(int arm) {
            return poses[arm][poses[arm].length - 1];
        }
    }

    private final PoseConfig representations;
    private final Map<String, Meaning> meanings = new HashMap<>();
    private final int arms;

    /** @throws IllegalArgumentException naming the feature that has no meaning here */
    public ToolPoses(PolicyConfig policy) {
        representations = policy.trajectory().poses();
        PolicyConfig.require(representations != null, "pose_repr", "none", "how poses are represented");
        int values = policy.action().size();
        arms = values / ACTION;
        PolicyConfig.require(values % ACTION == 0 && arms >= 1 && arms <= MOST_ARMS, "action", values, "10 values of each arm, at most "
                + MOST_ARMS + " arms");
        for (FeatureSpec input : policy.inputs()) {
            if (input.kind() != FeatureSpec.Kind.VISUAL) {
                meanings.put(input.key(), meaning(input));
            }
        }
    }

    private Meaning meaning(FeatureSpec input) {
        Matcher name = NAME.matcher(input.key());
        PolicyConfig.require(name.matches(), "input '" + input.key() + "'", "another name", "robotN_eef_pos, robotN_eef_rot_axis_angle (both "
                + "also with _wrtM or _wrt_start), or robotN_gripper_width");
        Part part = name.group(2).equals("eef_pos") ? Part.POSITION : name.group(2).equals("gripper_width") ? Part.WIDTH : Part.ROTATION;
        String base = name.group(3);
        boolean other = base != null && !base.equals("_start");
        Meaning meaning = new Meaning(Integer.parseInt(name.group(1)), part, base == null ? Base.OWN : other ? Base.OTHER : Base.START,
                other ? Integer.parseInt(base) : -1);
        PolicyConfig.require(meaning.arm < arms && meaning.other < arms && meaning.other != meaning.arm && (part != Part.WIDTH || base == null),
                "input '" + input.key() + "'", "other arms", "arms 0 to " + (arms - 1) + ", a pose in that of another");
        PolicyConfig.require(input.size() == part.values, "input '" + input.key() + "'", input.size() + " values", part.values + " values");
        return meaning;
    }

    /** Number of arms. */
    public int arms() {
        return arms;
    }

    /** Whether something is told in the poses in which the episode began. */
    public boolean needsStarts() {
        return meanings.values().stream().anyMatch(meaning -> meaning.base == Base.START);
    }

    /** Whether the width of an arm's gripper is observed. */
    public boolean observesWidth(int arm) {
        return meanings.values().stream().anyMatch(meaning -> meaning.arm == arm && meaning.part == Part.WIDTH);
    }

    /**
     * An input as the policy takes it.
     *
     * @param out receives {@code [To, D]}
     */
    public void observation(FeatureSpec input, Tools tools, float[] out) {
        Meaning meaning = meanings.get(input.key());
        int size = input.size();
        if (meaning.part == Part.WIDTH) {
            for (int t = 0; t < out.length; t++) {
                out[t] = (float) tools.widths[meaning.arm][t];
            }
            return;
        }
        Pose[] poses = tools.poses[meaning.arm];
        Pose[] told = switch (meaning.base) {
            case OWN -> representations.observation().represented(poses, tools.newest(meaning.arm));
            case OTHER -> PoseRepresentation.RELATIVE.represented(poses, tools.newest(meaning.other));
            case START -> PoseRepresentation.RELATIVE.represented(poses, tools.starts[meaning.arm]);
        };
        double[] values = new double[size];
        for (int t = 0; t < told.length; t++) {
            if (meaning.part == Part.POSITION) {
                told[t].position(values, 0);
            } else {
                told[t].rotation6d(values, 0);
            }
            for (int i = 0; i < size; i++) {
                out[t * size + i] = (float) values[i];
            }
        }
    }

    /**
     * Actions as the policy has them.
     *
     * @param tools what was observed
     * @param poses {@code [arm][step]}, where the tools are to be
     * @param widths {@code [arm][step]}, m
     * @return {@code [steps, 10 arms]}
     */
    public double[] represented(Tools tools, Pose[][] poses, double[][] widths) {
        int steps = poses[0].length;
        int values = ACTION * arms;
        double[] out = new double[steps * values];
        for (int arm = 0; arm < arms; arm++) {
            Pose[] told = representations.action().represented(poses[arm], tools.newest(arm));
            for (int t = 0; t < steps; t++) {
                int at = t * values + arm * ACTION;
                told[t].position(out, at);
                told[t].rotation6d(out, at + 3);
                out[at + WIDTH] = widths[arm][t];
            }
        }
        return out;
    }

    /**
     * Where the tools are to be.
     *
     * @param actions {@code [steps, 10 arms]}, as the policy has them
     * @param arm whose
     * @param newest the arm's newest pose that was observed
     * @throws IllegalArgumentException if they are no poses
     */
    public Pose[] restored(double[] actions, int arm, Pose newest) {
        int values = ACTION * arms;
        Pose[] told = new Pose[actions.length / values];
        for (int t = 0; t < told.length; t++) {
            int at = t * values + arm * ACTION;
            told[t] = Pose.ofRotation6d(actions, at, actions, at + 3);
        }
        return representations.action().restored(told, newest);
    }

    /** The gripper's width in an action, m. @param actions {@code [steps, 10 arms]} */
    public double width(double[] actions, int arm, int step) {
        return actions[step * ACTION * arms + arm * ACTION + WIDTH];
    }
}
