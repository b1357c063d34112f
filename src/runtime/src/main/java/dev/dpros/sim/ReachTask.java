package dev.dpros.sim;

import java.util.SplittableRandom;

/**
 * What there is to do in the arm's world: a block lies somewhere on the table, and the finger tips are to come to rest above it, hand down.
 * Knows where a seed puts the block, how near a position is, and which position of the packaged robot does it. One thread; lengths
 * in m in the robot's base frame, z up, the table at 0.
 */
public final class ReachTask {
    /** How near the finger tips are to come. */
    public static final double NEAR_M = 0.03;
    /** Height of the finger tips above the table when they are there. */
    public static final double HEIGHT_M = 0.10;
    /** Distance beyond which the reward is 0. */
    private static final double FAR_M = 0.5;

    private static final double LEAST_RADIUS_M = 0.40;
    private static final double MOST_RADIUS_M = 0.56;
    private static final double MOST_YAW_RAD = 0.6;

    // the packaged robot's links
    private static final double SHOULDER_M = 0.33;
    private static final double UPPER_M = 0.40;
    private static final double FORE_M = 0.38;
    private static final double HAND_M = 0.10 + ArmCamera.TIP_M;

    private final JointFrames frames;
    private final int hand;
    private double blockX;
    private double blockY;

    /** The task for a robot whose last joint is its gripper; the block lies where seed 0 puts it. */
    public ReachTask(Urdf urdf) {
        frames = new JointFrames(urdf);
        hand = urdf.joints().size() - 1;
        reset(0);
    }

    /** Puts the block where a seed says: the same place for the same seed. */
    public void reset(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double radius = random.nextDouble(LEAST_RADIUS_M, MOST_RADIUS_M);
        double yaw = random.nextDouble(-MOST_YAW_RAD, MOST_YAW_RAD);
        blockX = radius * Math.cos(yaw);
        blockY = radius * Math.sin(yaw);
    }

    /** The block's middle on the table. */
    public double blockX() {
        return blockX;
    }

    /** The block's middle on the table. */
    public double blockY() {
        return blockY;
    }

    /** How far the finger tips are from the place above the block, m. @param positions rad, m; all joints. Allocates nothing */
    public double distance(double[] positions) {
        frames.update(positions);
        double x = tip(0) - blockX;
        double y = tip(1) - blockY;
        double z = tip(2) - HEIGHT_M;
        return Math.sqrt(x * x + y * y + z * z);
    }

    /** 1 where the finger tips are as near as they are to come, 0 where they are far, straight in between. */
    public static double reward(double distance) {
        return Math.min(1, Math.max(0, 1 - (distance - NEAR_M) / (FAR_M - NEAR_M)));
    }

    /** Position of the seven joints with the finger tips at the place above the block, hand straight down: {@code [7]} rad, as a new array. */
    public double[] goal() {
        double radius = Math.hypot(blockX, blockY);
        double up = HEIGHT_M + HAND_M - SHOULDER_M;
        double elbow = Math.acos((radius * radius + up * up - UPPER_M * UPPER_M - FORE_M * FORE_M) / (2 * UPPER_M * FORE_M));
        double shoulder = Math.atan2(radius, up) - Math.atan2(FORE_M * Math.sin(elbow), UPPER_M + FORE_M * Math.cos(elbow));
        double yaw = Math.atan2(blockY, blockX);
        return new double[] {yaw, shoulder, 0, -elbow, 0, Math.PI - shoulder - elbow, yaw};
    }

    private double tip(int coordinate) {
        return frames.origin(hand, coordinate) + ArmCamera.TIP_M * frames.axis(hand, 2, coordinate);
    }
}
