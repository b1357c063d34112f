package dev.dpros.sim;

/**
 * The physics of PushT: a round agent under position control pushes a T-shaped block between four walls. Lengths in
 * pixels of a 512 x 512 world, y down; angles in rad; 100 steps a second.
 *
 * <p>A solver for this scene alone that reproduces the reference (diffusion_policy's {@code PushTEnv} on pymunk 6.2.1)
 * to rounding error. Collision detection, the order of contacts, their persistence and the sequential impulses follow
 * Chipmunk 7.0.3 (MIT, see NOTICE). No friction, no elasticity; the block keeps no velocity from step to step.
 *
 * <p>Not thread-safe; stepping and resetting allocate nothing.
 */
public final class PushTWorld {
    /** Side of the world in px. */
    public static final double SIZE = 512;
    /** Radius of the agent in px. */
    public static final double AGENT_RADIUS = 15;
    /** Physics step in s. */
    public static final double STEP_S = 1.0 / 100;

    static final double[] BAR_X = {-60, 60, 60, -60};
    static final double[] BAR_Y = {0, 0, 30, 30};
    static final double[] STEM_X = {-15, 15, 15, -15};
    static final double[] STEM_Y = {30, 30, 120, 120};
    static final double[][] WALLS = {{5, 506, 5, 5}, {5, 5, 506, 5}, {506, 5, 506, 506}, {5, 506, 506, 506}};
    static final double WALL_RADIUS = 2;

    private static final double STIFFNESS = 100;
    private static final double DAMPING = 20;
    private static final double BLOCK_INERTIA = 3000;
    private static final double GRAVITY_OFFSET_Y = 45;
    private static final int ITERATIONS = 10;
    /** 1 - collision_bias^dt with Chipmunk's default, made of single-precision constants. */
    private static final double BIAS_COEFFICIENT = 1 - Math.pow(Math.pow(1.0f - 0.1f, 60), STEP_S);
    private static final int AGENT_ID = WALLS.length;
    /** Order of the leaves in the reference's hash table: bar, stem, agent. */
    private static final int[] UPDATE_ORDER = {1, 2, 0};

    private final RigidBody agent = new RigidBody(0, 0, 0);
    private final RigidBody block = new RigidBody(1, 1 / BLOCK_INERTIA, GRAVITY_OFFSET_Y);
    private final ConvexShape agentShape;
    private final ConvexShape bar;
    private final ConvexShape stem;
    private final Arbiter[] arbiters;
    private final Arbiter[] active;
    private final ClosestPoints closest = new ClosestPoints();
    private final BoundingTree tree;
    private int activeCount;
    private long step;

    /** The world with the agent at (256, 400) and the block upright at (256, 300). */
    public PushTWorld() {
        RigidBody ground = new RigidBody(0, 0, 0);
        ConvexShape[] walls = new ConvexShape[WALLS.length];
        for (int i = 0; i < walls.length; i++) {
            double[] w = WALLS[i];
            walls[i] = new ConvexShape(i, ground, WALL_RADIUS, new double[] {w[0], w[2]}, new double[] {w[1], w[3]});
        }
        agentShape = new ConvexShape(AGENT_ID, agent, AGENT_RADIUS, new double[1], new double[1]);
        bar = new ConvexShape(AGENT_ID + 1, block, 0, BAR_X, BAR_Y);
        stem = new ConvexShape(AGENT_ID + 2, block, 0, STEM_X, STEM_Y);
        arbiters = new Arbiter[2 * (walls.length + 1)];
        for (int i = 0; i <= walls.length; i++) {
            ConvexShape pusher = i < walls.length ? walls[i] : agentShape;
            arbiters[2 * i] = new Arbiter(pusher, bar);
            arbiters[2 * i + 1] = new Arbiter(pusher, stem);
        }
        active = new Arbiter[arbiters.length];
        tree = new BoundingTree(walls, new ConvexShape[] {agentShape, bar, stem}, UPDATE_ORDER, this::visit);
        clear();
    }

    /**
     * A new episode from a pose, as the reference's current code sets it: the block's origin is at (blockX, blockY).
     * One physics step is run, with the agent at rest.
     */
    public void reset(double agentX, double agentY, double blockX, double blockY, double blockAngleRad) {
        clear();
        agent.setPosition(agentX, agentY);
        block.setAngle(blockAngleRad);
        block.setPosition(blockX, blockY);
        stepPhysics();
    }

    /**
     * As {@link #reset}, in the order of the public data set: the block is put at (blockX, blockY) upright and then
     * turned about its centre of gravity, which moves its origin.
     */
    public void resetLegacy(double agentX, double agentY, double blockX, double blockY, double blockAngleRad) {
        clear();
        agent.setPosition(agentX, agentY);
        block.setPosition(blockX, blockY);
        block.setAngle(blockAngleRad);
        stepPhysics();
    }

    /** One physics step of {@link #STEP_S} with the agent drawn towards a target, in px. */
    public void step(double targetX, double targetY) {
        double ax = STIFFNESS * (targetX - agent.x) + DAMPING * (0 - agent.vx);
        double ay = STIFFNESS * (targetY - agent.y) + DAMPING * (0 - agent.vy);
        agent.vx += ax * STEP_S;
        agent.vy += ay * STEP_S;
        stepPhysics();
    }

    /** Agent, px. */
    public double agentX() {
        return agent.x;
    }

    /** Agent, px. */
    public double agentY() {
        return agent.y;
    }

    /** Agent's velocity, px/s. */
    public double agentVelocityX() {
        return agent.vx;
    }

    /** Agent's velocity, px/s. */
    public double agentVelocityY() {
        return agent.vy;
    }

    /** Origin of the block (middle of the bar's outer edge), px. */
    public double blockX() {
        return block.originX;
    }

    /** Origin of the block, px. */
    public double blockY() {
        return block.originY;
    }

    /** Angle of the block in rad, not wrapped. */
    public double blockAngleRad() {
        return block.angleRad;
    }

    /** Points of contact between block and agent or walls in the last physics step. */
    public int contacts() {
        int sum = 0;
        for (int i = 0; i < activeCount; i++) {
            sum += active[i].contacts();
        }
        return sum;
    }

    int activeArbiters() {
        return activeCount;
    }

    Arbiter activeArbiter(int i) {
        return active[i];
    }

    ConvexShape bar() {
        return bar;
    }

    ConvexShape stem() {
        return stem;
    }

    private void clear() {
        agent.clear();
        block.clear();
        agent.setPosition(256, 400);
        block.setPosition(256, 300);
        updateShapes();
        for (Arbiter arbiter : arbiters) {
            arbiter.clear();
        }
        activeCount = 0;
        step = 0;
        tree.reset();
    }

    private void updateShapes() {
        agentShape.update();
        bar.update();
        stem.update();
    }

    private void stepPhysics() {
        step++;
        for (int i = 0; i < activeCount; i++) {
            active[i].solved();
        }
        activeCount = 0;
        agent.integrate(STEP_S);
        block.integrate(STEP_S);
        updateShapes();
        tree.visitPairs();
        for (Arbiter arbiter : arbiters) {
            arbiter.age(step);
        }
        for (int i = 0; i < activeCount; i++) {
            active[i].prepare(BIAS_COEFFICIENT, STEP_S);
        }
        block.vx = 0;
        block.vy = 0;
        block.w = 0;
        for (int i = 0; i < activeCount; i++) {
            active[i].warmStart();
        }
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            for (int i = 0; i < activeCount; i++) {
                active[i].solve();
            }
        }
    }

    private int visit(ConvexShape a, ConvexShape b, int feature) {
        boolean inOrder = !a.isPolygon();
        ConvexShape pusher = inOrder ? a : b;
        ConvexShape target = inOrder ? b : a;
        // bar and stem are one body; agent and walls have infinite mass: neither pair can act
        if (pusher.isPolygon() || !target.isPolygon() || !a.boxTouches(b)) {
            return feature;
        }
        closest.compute(pusher, target, feature);
        Arbiter arbiter = arbiters[2 * pusher.id + (target == bar ? 0 : 1)];
        if (arbiter.collide(closest, step)) {
            active[activeCount++] = arbiter;
        }
        return closest.feature;
    }
}
