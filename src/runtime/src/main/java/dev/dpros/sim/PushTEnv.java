package dev.dpros.sim;

/**
 * PushT as it is evaluated: episodes of control steps at 10 Hz, scored by how much of the goal the block covers. Follows
 * diffusion_policy's {@code PushTEnv} and {@code PushTKeypointsEnv} with {@code legacy_test} resets.
 *
 * <p>Not thread-safe; stepping and resetting allocate nothing. Deterministic: the same seed and actions give the same
 * states on any machine.
 */
public final class PushTEnv {
    /** Control rate in Hz. */
    public static final int CONTROL_HZ = 10;
    /** Coverage of the goal above which an episode has succeeded. */
    public static final double SUCCESS_COVERAGE = 0.95;
    /** Number of keypoints on the block. */
    public static final int KEYPOINTS = 9;
    /** Physics steps in one control step. */
    static final int PHYSICS_STEPS = 10;

    private final PushTWorld world = new PushTWorld();
    private final NumpyRandom random = new NumpyRandom();
    private final GoalCoverage goal = new GoalCoverage();
    private double coverage;
    private double maxReward;
    private int steps;
    private int contacts;

    /** An environment that stands at seed 0. */
    public PushTEnv() {
        reset(0);
    }

    /**
     * The start of the episode that the reference draws from {@code numpy.random.RandomState(seed)}: agent in
     * [50, 450) px, block in [100, 400) px, then turned by a normal deviate times 2 pi minus pi about its centre of
     * gravity.
     *
     * @param seed 0 to 2^32 - 1
     * @throws IllegalArgumentException if the seed is out of that range
     */
    public void reset(long seed) {
        if (seed < 0 || seed >>> 32 != 0) {
            throw new IllegalArgumentException("seed " + seed + " is not in 0 to 4294967295");
        }
        random.seed(seed);
        int agentX = random.randint(50, 450);
        int agentY = random.randint(50, 450);
        int blockX = random.randint(100, 400);
        int blockY = random.randint(100, 400);
        double angleRad = random.randn() * 2 * Math.PI - Math.PI;
        world.resetLegacy(agentX, agentY, blockX, blockY, angleRad);
        started();
    }

    /** An episode that starts from a given state: px and rad. */
    public void reset(double agentX, double agentY, double blockX, double blockY, double blockAngleRad) {
        world.reset(agentX, agentY, blockX, blockY, blockAngleRad);
        started();
    }

    /**
     * One control step of 0.1 s towards a target position of the agent, in px.
     *
     * @return the reward after it
     */
    public double step(double targetX, double targetY) {
        int sum = 0;
        for (int i = 0; i < PHYSICS_STEPS; i++) {
            world.step(targetX, targetY);
            sum += world.contacts();
        }
        contacts = (sum + PHYSICS_STEPS - 1) / PHYSICS_STEPS;
        steps++;
        coverage = measure();
        maxReward = Math.max(maxReward, reward());
        return reward();
    }

    /** Coverage of the goal after the last step, 0 to 1. */
    public double coverage() {
        return coverage;
    }

    /** Coverage over {@link #SUCCESS_COVERAGE}, at most 1. */
    public double reward() {
        return reward(coverage);
    }

    /** Largest reward of a step in this episode: its score. */
    public double maxReward() {
        return maxReward;
    }

    /** Whether the last step reached the goal. */
    public boolean done() {
        return steps > 0 && coverage > SUCCESS_COVERAGE;
    }

    /** Control steps since the reset. */
    public int steps() {
        return steps;
    }

    /** Mean points of contact per physics step of the last control step, rounded up. */
    public int contacts() {
        return contacts;
    }

    /** The simulated world, to look at. */
    public PushTWorld world() {
        return world;
    }

    /** Agent x, y, block x, y in px, block angle wrapped to [0, 2 pi) rad: {@code out[offset .. offset + 4]}. */
    public void readState(double[] out, int offset) {
        out[offset] = world.agentX();
        out[offset + 1] = world.agentY();
        out[offset + 2] = world.blockX();
        out[offset + 3] = world.blockY();
        out[offset + 4] = wrap(world.blockAngleRad());
    }

    /** The nine keypoints of the block, px, as x, y pairs: {@code out[offset .. offset + 17]}. */
    public void readKeypoints(double[] out, int offset) {
        PushTKeypoints.read(world.blockX(), world.blockY(), world.blockAngleRad(), out, offset);
    }

    /** The nine keypoints of a block at a pose, px and rad: {@code out[offset .. offset + 17]}. */
    public static void keypointsAt(double blockX, double blockY, double blockAngleRad, double[] out, int offset) {
        PushTKeypoints.read(blockX, blockY, blockAngleRad, out, offset);
    }

    static double reward(double coverage) {
        return Math.min(Math.max(coverage / SUCCESS_COVERAGE, 0), 1);
    }

    /** Python's {@code angle % (2 pi)}. */
    private static double wrap(double angleRad) {
        double wrapped = angleRad % (2 * Math.PI);
        return wrapped < 0 ? wrapped + 2 * Math.PI : wrapped;
    }

    private void started() {
        steps = 0;
        contacts = 0;
        maxReward = 0;
        coverage = measure();
    }

    /** Coverage of the goal by the block as it is now. */
    double measure() {
        return goal.of(world.blockX(), world.blockY(), world.blockAngleRad());
    }
}
