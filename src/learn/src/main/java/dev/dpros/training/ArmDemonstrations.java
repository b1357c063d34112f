package dev.dpros.training;

import dev.dpros.core.FeatureSpec;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.sim.Arm7World;
import dev.dpros.sim.ArmCamera;
import dev.dpros.sim.ReachTask;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Demonstrations in the arm's world, made by a script that knows where the block is: from a start near home the seven joints go, at
 * their ease, until the finger tips are above the block, and stay. Two cameras, of which every fourth pixel's neighbourhood is one pixel.
 * One thread; pictures are drawn when they are asked for.
 */
public final class ArmDemonstrations implements EpisodeDataset {
    /** Steps a second. */
    public static final double HZ = 10;

    private static final int JOINTS = 7;
    private static final int STEPS = 40;
    private static final int MOVING_STEPS = 30;
    private static final long STEP_NS = 100_000_000L;
    private static final double SPREAD_RAD = 0.15;
    private static final int SHRINK = 4;
    private static final int HEIGHT = ArmCamera.HEIGHT / SHRINK;
    private static final int WIDTH = ArmCamera.WIDTH / SHRINK;
    private static final List<String> NAMES = new Arm7World().names().subList(0, JOINTS);
    private static final List<DatasetFeature> FEATURES = List.of(
            new DatasetFeature("observation.images.scene", FeatureSpec.Kind.VISUAL, List.of(3, HEIGHT, WIDTH), List.of()),
            new DatasetFeature("observation.images.wrist", FeatureSpec.Kind.VISUAL, List.of(3, HEIGHT, WIDTH), List.of()),
            new DatasetFeature("observation.state", FeatureSpec.Kind.STATE, List.of(JOINTS), NAMES),
            new DatasetFeature("action", FeatureSpec.Kind.ACTION, List.of(JOINTS), NAMES));

    private final List<Long> seeds;
    private final Arm7World world = new Arm7World();
    private final ReachTask task = new ReachTask(world.urdf());
    private final List<ArmCamera> cameras = List.of(new ArmCamera(world.urdf(), ArmCamera.View.SCENE), new ArmCamera(world.urdf(), ArmCamera.View.WRIST));
    private final byte[] pixels = new byte[ArmCamera.BYTES];

    /** One episode for each seed, which says where the block lies and where the arm starts. */
    public ArmDemonstrations(List<Long> seeds) {
        this.seeds = List.copyOf(seeds);
    }

    @Override
    public String name() {
        return "demonstrations of the arm";
    }

    @Override
    public List<DatasetFeature> features() {
        return FEATURES;
    }

    @Override
    public double fps() {
        return HZ;
    }

    @Override
    public String robot() {
        return "arm7";
    }

    @Override
    public int episodes() {
        return seeds.size();
    }

    @Override
    public Episode episode(int index) {
        long seed = seeds.get(index);
        task.reset(seed);
        cameras.forEach(camera -> camera.block(task.blockX(), task.blockY()));
        return new Shown(seed, states(start(seed), task.goal()));
    }

    /** Where the arm and its gripper start, rad and m. */
    private static double[] start(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        double[] start = Arm7World.home();
        for (int joint = 0; joint < JOINTS; joint++) {
            start[joint] += random.nextDouble(-SPREAD_RAD, SPREAD_RAD);
        }
        return start;
    }

    /** Measured positions at each step, {@code [steps][joints]}, of a robot that is commanded the way from start to goal. */
    private List<double[]> states(double[] start, double[] goal) {
        Arm7World robot = new Arm7World(world.urdf(), start);
        long[] stamps = new long[STEPS];
        double[] way = new double[STEPS * JOINTS];
        for (int step = 0; step < STEPS; step++) {
            stamps[step] = step * STEP_NS;
            for (int joint = 0; joint < JOINTS; joint++) {
                way[step * JOINTS + joint] = start[joint] + eased((double) step / MOVING_STEPS) * (goal[joint] - start[joint]);
            }
        }
        robot.command(STEPS, stamps, way);
        List<double[]> states = new ArrayList<>();
        for (long stamp : stamps) {
            robot.advance(stamp);
            double[] positions = new double[start.length];
            robot.readPositions(positions);
            states.add(positions);
        }
        return states;
    }

    /** From 0 to 1 with the least jerk: at rest at both ends. */
    private static double eased(double share) {
        double s = Math.min(1, share);
        return s * s * s * (10 - 15 * s + 6 * s * s);
    }

    @Override
    public void close() {
        // in memory
    }

    /** Every {@value #SHRINK} x {@value #SHRINK} pixels of a picture become one. */
    private void shrink(byte[] rgb) {
        for (int y = 0, o = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                for (int c = 0; c < 3; c++) {
                    int sum = SHRINK * SHRINK / 2;
                    for (int dy = 0; dy < SHRINK; dy++) {
                        int from = 3 * ((SHRINK * y + dy) * ArmCamera.WIDTH + SHRINK * x) + c;
                        for (int dx = 0; dx < SHRINK; dx++) {
                            sum += pixels[from + 3 * dx] & 0xFF;
                        }
                    }
                    rgb[o++] = (byte) (sum / (SHRINK * SHRINK));
                }
            }
        }
    }

    private final class Shown implements Episode {
        private final long seed;
        private final List<double[]> states;

        private Shown(long seed, List<double[]> states) {
            this.seed = seed;
            this.states = states;
        }

        @Override
        public String id() {
            return "arm7-seed-" + seed;
        }

        @Override
        public int length() {
            return STEPS;
        }

        @Override
        public String task() {
            return "bring the finger tips above the block";
        }

        @Override
        public Boolean success() {
            return true;
        }

        /** The robot follows at once, so that the command for a time is where it then is. */
        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            for (int joint = 0; joint < JOINTS; joint++) {
                out[offset + joint] = (float) states.get(step)[joint];
            }
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            cameras.get(feature).render(states.get(step), pixels);
            shrink(rgb);
        }

        @Override
        public void close() {
            // in memory
        }
    }
}
