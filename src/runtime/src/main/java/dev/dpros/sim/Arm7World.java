package dev.dpros.sim;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A robot arm without dynamics: each joint follows its commanded position at no more than its greatest speed and within
 * its limits, which come from a URDF; what was commanded beyond them is counted. The last joint of the packaged robot is
 * its gripper, with a trajectory of its own. Steps of 2 ms.
 *
 * <p>Thread-confined; advancing, commanding and reading allocate nothing.
 */
public final class Arm7World {
    /** Length of a step in ns. */
    public static final long STEP_NS = 2_000_000;
    /** Most waypoints a trajectory may have. */
    public static final int LARGEST_TRAJECTORY = 1024;

    private static final String PACKAGED = "arm7.urdf";
    private static final double STEP_S = STEP_NS / 1e9;
    /** Ns in a second of motion at the greatest speed: a little slower than that. */
    private static final double OWN_PACE_NS = 1.02e9;
    /** Slack for a trajectory that moves at exactly the limit. */
    private static final double SPEED_SLACK = 1 + 1e-9;
    private static final double[] HOME = {0, 0.35, 0, -1.7, 0, 0.9, 0, 0.04};

    private final Urdf urdf;
    private final int armJoints;
    private final Waypoints arm;
    private final Waypoints gripper;
    private final double[] lower;
    private final double[] upper;
    private final double[] speed;
    private final double[] home;
    private final double[] positions;
    private final double[] velocities;
    private final long[] ownStampsNs = new long[2];
    private final double[] ownMotion = new double[2];
    private long startNs;
    private long steps;
    private long limitViolations;
    private long speedViolations;

    /** The packaged robot: joint1 to joint7 and a gripper. */
    public Arm7World() {
        this(Urdf.parse(packagedUrdf().getBytes(StandardCharsets.UTF_8), PACKAGED), HOME);
    }

    /**
     * Any serial robot; its last joint is taken as the gripper.
     *
     * @param home position of each joint at a reset, rad or m
     * @throws InputException if there are fewer than two joints or the home position is not within their limits
     */
    public Arm7World(Urdf urdf, double[] home) {
        this.urdf = urdf;
        this.home = home.clone();
        List<Urdf.Joint> joints = urdf.joints();
        if (joints.size() < 2 || home.length != joints.size()) {
            throw InputException.of("robot", "joints", "two or more, and as many home positions",
                    joints.size() + " joints, " + home.length + " positions", "");
        }
        armJoints = joints.size() - 1;
        lower = joints.stream().mapToDouble(Urdf.Joint::lower).toArray();
        upper = joints.stream().mapToDouble(Urdf.Joint::upper).toArray();
        speed = joints.stream().mapToDouble(Urdf.Joint::velocity).toArray();
        for (int i = 0; i < home.length; i++) {
            if (!(home[i] >= lower[i] && home[i] <= upper[i])) {
                throw InputException.of("robot", "home of " + joints.get(i).name(), lower[i] + " to " + upper[i],
                        Double.toString(home[i]), "");
            }
        }
        positions = new double[joints.size()];
        velocities = new double[joints.size()];
        arm = new Waypoints(armJoints, LARGEST_TRAJECTORY, Waypoints.Interpolation.LINEAR);
        gripper = new Waypoints(1, LARGEST_TRAJECTORY, Waypoints.Interpolation.LINEAR);
        reset(0);
    }

    /** The packaged robot's description. */
    public static String packagedUrdf() {
        try (InputStream in = Arm7World.class.getResourceAsStream(PACKAGED)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the packaged robot's joints and gripper are after a reset, rad and m: a new array. */
    public static double[] home() {
        return HOME.clone();
    }

    /** The robot. */
    public Urdf urdf() {
        return urdf;
    }

    /** Names of the joints, arm first, gripper last. */
    public List<String> names() {
        return urdf.names();
    }

    /** Puts the robot at its home position at a time, at rest, and the counts at zero. */
    public void reset(long nowNs) {
        startNs = nowNs;
        steps = 0;
        limitViolations = 0;
        speedViolations = 0;
        System.arraycopy(home, 0, positions, 0, positions.length);
        Arrays.fill(velocities, 0);
        arm.hold(positions);
        gripper.hold(new double[] {positions[armJoints]});
    }

    /**
     * Takes a trajectory of the arm, interpolated linearly; it replaces waypoints from its first stamp on. Points beyond
     * the limits are counted and clamped when they are reached.
     *
     * @param trajectory {@code [points, arm joints]} rad
     * @return false, with nothing changed, if it is empty, too long, not finite or its stamps do not increase
     */
    public boolean command(int points, long[] stampsNs, double[] trajectory) {
        return take(arm, 0, points, stampsNs, trajectory);
    }

    /** As {@link #command}, for the gripper: {@code [points]} m of opening. */
    public boolean commandGripper(int points, long[] stampsNs, double[] trajectory) {
        return take(gripper, armJoints, points, stampsNs, trajectory);
    }

    /**
     * Moves the gripper to an opening at its own speed, as a gripper's controller does: nothing is commanded too fast.
     *
     * @param opening m; one beyond the limits is counted, and clamped when it is reached
     * @return false, with nothing changed, if it is not finite
     */
    public boolean moveGripper(double opening) {
        double from = positions[armJoints];
        long ns = Math.round(Math.abs(opening - from) / speed[armJoints] * OWN_PACE_NS) + STEP_NS;
        ownStampsNs[0] = nowNs();
        ownStampsNs[1] = nowNs() + ns;
        ownMotion[0] = from;
        ownMotion[1] = opening;
        return Double.isFinite(opening) && commandGripper(2, ownStampsNs, ownMotion);
    }

    /** Runs all steps that end at or before a time; returns how many. */
    public int advance(long toNs) {
        int run = 0;
        while (nowNs() + STEP_NS <= toNs) {
            steps++;
            run++;
            arm.evaluate(nowNs());
            gripper.evaluate(nowNs());
            for (int i = 0; i < armJoints; i++) {
                follow(i, arm.target(i));
            }
            follow(armJoints, gripper.target(0));
        }
        return run;
    }

    /** Time to which the world has advanced. */
    public long nowNs() {
        return startNs + steps * STEP_NS;
    }

    /** Measured positions, rad or m, in the order of {@link #names}. */
    public void readPositions(double[] out) {
        System.arraycopy(positions, 0, out, 0, positions.length);
    }

    /** Measured velocities, rad/s or m/s, in the order of {@link #names}. */
    public void readVelocities(double[] out) {
        System.arraycopy(velocities, 0, out, 0, velocities.length);
    }

    /** Commanded positions that lay beyond a joint's limits, since the reset. */
    public long limitViolations() {
        return limitViolations;
    }

    /** Steps in which a joint was commanded faster than its limit, since the reset. */
    public long speedViolations() {
        return speedViolations;
    }

    private boolean take(Waypoints target, int firstJoint, int points, long[] stampsNs, double[] trajectory) {
        if (!target.replace(nowNs(), points, stampsNs, trajectory)) {
            return false;
        }
        for (int i = 0; i < points * target.dims(); i++) {
            int joint = firstJoint + i % target.dims();
            if (trajectory[i] < lower[joint] || trajectory[i] > upper[joint]) {
                limitViolations++;
            }
        }
        return true;
    }

    private void follow(int joint, double target) {
        double wanted = Math.min(Math.max(target, lower[joint]), upper[joint]) - positions[joint];
        double most = speed[joint] * STEP_S;
        if (Math.abs(wanted) > most * SPEED_SLACK) {
            speedViolations++;
        }
        double moved = Math.min(Math.max(wanted, -most), most);
        positions[joint] += moved;
        velocities[joint] = moved / STEP_S;
    }
}
