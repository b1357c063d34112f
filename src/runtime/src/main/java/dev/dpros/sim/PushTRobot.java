package dev.dpros.sim;

import java.util.Objects;

/**
 * PushT as a robot in continuous time: physics at 100 Hz on the caller's clock, an agent that follows stamped waypoints
 * as a trajectory controller does, measured joints, a camera and a score. The world advances by whole physics steps; in
 * each, the agent is drawn towards the position commanded for the step's start.
 *
 * <p>Thread-confined; deterministic; advancing, commanding and reading allocate nothing.
 */
public final class PushTRobot {
    /** Most waypoints a trajectory may have. */
    public static final int LARGEST_TRAJECTORY = 1024;
    /** Physics period in ns. */
    public static final long STEP_NS = 10_000_000;

    /** What the agent follows between two waypoints. */
    public enum Following {
        /** The last waypoint whose stamp has passed, as the reference holds an action for a control step. */
        HOLD,
        /** The straight line to the next waypoint, as a joint trajectory controller. */
        LINEAR
    }

    /** Why an episode is over. */
    public enum Ending {
        /** It goes on. */
        NONE,
        /** The block covers the goal. */
        SUCCESS,
        /** Its time is up. */
        TIME
    }

    /**
     * How the robot behaves.
     *
     * @param following between waypoints
     * @param episodeLimitNs length of an episode after which it ends, or 0 for none; 30 s in the reference
     * @param lowest least commanded position in px that is obeyed; less is clamped
     * @param highest greatest commanded position in px that is obeyed
     */
    public record Options(Following following, long episodeLimitNs, double lowest, double highest) {
        /** Held waypoints, episodes of 30 s, commands clamped to the picture. */
        public static final Options REFERENCE = new Options(Following.HOLD, 30_000_000_000L, 0, PushTWorld.SIZE);

        /** @throws IllegalArgumentException if a bound is not finite, out of order or the limit is negative */
        public Options {
            Objects.requireNonNull(following, "following");
            if (episodeLimitNs < 0 || !(lowest < highest) || Double.isInfinite(lowest) || Double.isInfinite(highest)) {
                throw new IllegalArgumentException("episode limit " + episodeLimitNs + " ns, positions " + lowest + " to "
                        + highest + ": expected a limit of at least 0 and finite, ordered positions");
            }
        }
    }

    private final Options options;
    private final PushTEnv env = new PushTEnv();
    private final Waypoints waypoints;
    private final double[] rest = new double[2];
    private long startNs;
    private long steps;
    private double maxReward;
    private Ending ending = Ending.NONE;

    /** A robot at the start of the episode of seed 0, at time 0. */
    public PushTRobot(Options options) {
        this.options = options;
        waypoints = new Waypoints(2, LARGEST_TRAJECTORY, options.following() == Following.HOLD
                ? Waypoints.Interpolation.HOLD : Waypoints.Interpolation.LINEAR);
        reset(0, 0);
    }

    /**
     * Starts the episode of a seed at a time, with the agent at rest and no waypoints.
     *
     * @throws IllegalArgumentException if the seed is not in 0 to 2^32 - 1
     */
    public void reset(long seed, long nowNs) {
        env.reset(seed);
        started(nowNs);
    }

    /** Starts an episode from a state: px and rad. */
    public void reset(double agentX, double agentY, double blockX, double blockY, double blockAngleRad, long nowNs) {
        env.reset(agentX, agentY, blockX, blockY, blockAngleRad);
        started(nowNs);
    }

    /**
     * Takes a trajectory. Its waypoints replace those from its first stamp on; what is in the past counts only as far as
     * it is the latest that is due. After its last waypoint the agent stays there.
     *
     * @param stampsNs strictly increasing, on the clock of {@link #advance}; the first {@code points} are read
     * @param positions {@code [points, 2]} px, x before y
     * @return false, with nothing changed, if the trajectory is empty, too long, not finite or its stamps do not increase
     */
    public boolean command(int points, long[] stampsNs, double[] positions) {
        return waypoints.replace(nowNs(), points, stampsNs, positions);
    }

    /**
     * Runs all physics steps that end at or before a time; a time in the past runs none.
     *
     * @return how many
     */
    public int advance(long toNs) {
        int run = 0;
        while (nowNs() + STEP_NS <= toNs) {
            waypoints.evaluate(nowNs());
            env.world().step(clamp(waypoints.target(0)), clamp(waypoints.target(1)));
            steps++;
            run++;
            if (steps % PushTEnv.PHYSICS_STEPS == 0) {
                score();
            }
        }
        return run;
    }

    /** Time to which the world has advanced. */
    public long nowNs() {
        return startNs + steps * STEP_NS;
    }

    /** Agent x, y in px: {@code out[offset .. offset + 1]}. */
    public void readPosition(double[] out, int offset) {
        out[offset] = env.world().agentX();
        out[offset + 1] = env.world().agentY();
    }

    /** Agent's velocity x, y in px/s: {@code out[offset .. offset + 1]}. */
    public void readVelocity(double[] out, int offset) {
        out[offset] = env.world().agentVelocityX();
        out[offset + 1] = env.world().agentVelocityY();
    }

    /** The nine keypoints of the block in px, x before y: {@code out[offset .. offset + 17]}. */
    public void readKeypoints(double[] out, int offset) {
        env.readKeypoints(out, offset);
    }

    /** Agent x, y, block x, y in px, block angle in [0, 2 pi) rad: {@code out[offset .. offset + 4]}. */
    public void readState(double[] out, int offset) {
        env.readState(out, offset);
    }

    /** The simulated world, for the camera. */
    public PushTWorld world() {
        return env.world();
    }

    /** Whether waypoints after now remain. */
    public boolean isMoving() {
        return waypoints.isMoving();
    }

    /** Coverage of the goal now, 0 to 1. */
    public double coverage() {
        return env.measure();
    }

    /** Reward now: coverage over 0.95, at most 1. */
    public double reward() {
        return PushTEnv.reward(coverage());
    }

    /** Largest reward at a multiple of 0.1 s of this episode, where the reference scores. */
    public double maxReward() {
        return maxReward;
    }

    /** Whether and why the episode is over; the world goes on regardless until it is reset. */
    public Ending ending() {
        return ending;
    }

    private void started(long nowNs) {
        startNs = nowNs;
        steps = 0;
        maxReward = 0;
        ending = Ending.NONE;
        readPosition(rest, 0);
        waypoints.hold(rest);
    }

    private void score() {
        if (ending != Ending.NONE) {
            return;
        }
        double coverage = coverage();
        maxReward = Math.max(maxReward, PushTEnv.reward(coverage));
        if (coverage > PushTEnv.SUCCESS_COVERAGE) {
            ending = Ending.SUCCESS;
        } else if (options.episodeLimitNs() > 0 && steps * STEP_NS >= options.episodeLimitNs()) {
            ending = Ending.TIME;
        }
    }

    private double clamp(double position) {
        return Math.min(Math.max(position, options.lowest()), options.highest());
    }
}
