package dev.dpros.sim;

/**
 * How much of the goal the block covers: area of the intersection of two Ts over the area of one. Each T is two boxes
 * that share an edge, so the intersection is the sum of four rectangle-rectangle intersections, clipped in the goal's
 * frame (Sutherland and Hodgman, 1974). Not thread-safe; allocates nothing after construction.
 */
final class GoalCoverage {
    /** Goal pose: origin in px and angle in rad. */
    static final double GOAL_X = 256;
    static final double GOAL_Y = 256;
    static final double GOAL_ANGLE_RAD = Math.PI / 4;

    private static final double GOAL_AREA = 120 * 30 + 30 * 90;
    private static final int LARGEST_POLYGON = 8;

    private double[] x = new double[LARGEST_POLYGON];
    private double[] y = new double[LARGEST_POLYGON];
    private double[] clippedX = new double[LARGEST_POLYGON];
    private double[] clippedY = new double[LARGEST_POLYGON];
    private int count;

    /** Coverage in [0, 1] of a block with this origin (px) and angle (rad). */
    double of(double blockX, double blockY, double blockAngleRad) {
        return (boxArea(PushTWorld.BAR_X, PushTWorld.BAR_Y, blockX, blockY, blockAngleRad)
                + boxArea(PushTWorld.STEM_X, PushTWorld.STEM_Y, blockX, blockY, blockAngleRad)) / GOAL_AREA;
    }

    private double boxArea(double[] boxX, double[] boxY, double blockX, double blockY, double blockAngleRad) {
        return clippedArea(boxX, boxY, blockX, blockY, blockAngleRad, PushTWorld.BAR_X, PushTWorld.BAR_Y)
                + clippedArea(boxX, boxY, blockX, blockY, blockAngleRad, PushTWorld.STEM_X, PushTWorld.STEM_Y);
    }

    private double clippedArea(double[] boxX, double[] boxY, double blockX, double blockY, double blockAngleRad,
            double[] goalX, double[] goalY) {
        double turn = blockAngleRad - GOAL_ANGLE_RAD;
        double cos = Math.cos(turn);
        double sin = Math.sin(turn);
        double goalCos = Math.cos(GOAL_ANGLE_RAD);
        double goalSin = Math.sin(GOAL_ANGLE_RAD);
        double dx = blockX - GOAL_X;
        double dy = blockY - GOAL_Y;
        double offsetX = goalCos * dx + goalSin * dy;
        double offsetY = goalCos * dy - goalSin * dx;
        count = boxX.length;
        for (int i = 0; i < count; i++) {
            x[i] = cos * boxX[i] - sin * boxY[i] + offsetX;
            y[i] = sin * boxX[i] + cos * boxY[i] + offsetY;
        }
        // the boxes start at their corner of least x and y; the opposite corner is third
        clip(1, 0, -goalX[0]);
        clip(-1, 0, goalX[2]);
        clip(0, 1, -goalY[0]);
        clip(0, -1, goalY[2]);
        return area();
    }

    /** Keeps the part where ax + by + c is not negative. */
    private void clip(double a, double b, double c) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int next = i + 1 == count ? 0 : i + 1;
            double d0 = a * x[i] + b * y[i] + c;
            double d1 = a * x[next] + b * y[next] + c;
            if (d0 >= 0) {
                clippedX[kept] = x[i];
                clippedY[kept++] = y[i];
            }
            if (d0 >= 0 != d1 >= 0) {
                double t = d0 / (d0 - d1);
                clippedX[kept] = x[i] + t * (x[next] - x[i]);
                clippedY[kept++] = y[i] + t * (y[next] - y[i]);
            }
        }
        double[] swapped = x;
        x = clippedX;
        clippedX = swapped;
        swapped = y;
        y = clippedY;
        clippedY = swapped;
        count = kept;
    }

    private double area() {
        double twice = 0;
        for (int i = 0; i < count; i++) {
            int next = i + 1 == count ? 0 : i + 1;
            twice += x[i] * y[next] - x[next] * y[i];
        }
        return twice / 2;
    }
}
