package dev.dpros.sim;

import java.util.List;

/**
 * Forward kinematics of a serial robot: the pose of the base and of every joint's child link, as rotation
 * (row-major) and origin in the base frame, m. Not thread-safe; allocates nothing after construction.
 */
final class JointFrames {
    private static final int POSE = 12;

    private final List<Urdf.Joint> joints;
    private final double[] fixed;
    private final double[] poses;
    private final double[] moved = new double[POSE];
    private final double[] attached = new double[POSE];

    JointFrames(Urdf urdf) {
        joints = urdf.joints();
        fixed = new double[POSE * joints.size()];
        for (int i = 0; i < joints.size(); i++) {
            setOrigin(joints.get(i).origin(), POSE * i);
        }
        poses = new double[POSE * (joints.size() + 1)];
        poses[0] = 1;
        poses[4] = 1;
        poses[8] = 1;
    }

    /** Number of frames: the base and one per joint. */
    int count() {
        return joints.size() + 1;
    }

    /** Computes all frames for these positions, rad or m. */
    void update(double[] positions) {
        for (int i = 0; i < joints.size(); i++) {
            move(joints.get(i), positions[i]);
            multiply(poses, POSE * i, fixed, POSE * i, attached, 0);
            multiply(attached, 0, moved, 0, poses, POSE * (i + 1));
        }
    }

    /** Coordinate 0 to 2 of a frame's origin, m. */
    double origin(int frame, int coordinate) {
        return poses[POSE * frame + 9 + coordinate];
    }

    /** Coordinate 0 to 2 of a frame's axis 0 to 2 (x, y, z). */
    double axis(int frame, int axis, int coordinate) {
        return poses[POSE * frame + 3 * coordinate + axis];
    }

    private void setOrigin(List<Double> origin, int at) {
        double cr = Math.cos(origin.get(3));
        double sr = Math.sin(origin.get(3));
        double cp = Math.cos(origin.get(4));
        double sp = Math.sin(origin.get(4));
        double cy = Math.cos(origin.get(5));
        double sy = Math.sin(origin.get(5));
        double[] r = {cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr,
            sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr, -sp, cp * sr, cp * cr};
        System.arraycopy(r, 0, fixed, at, 9);
        for (int k = 0; k < 3; k++) {
            fixed[at + 9 + k] = origin.get(k);
        }
    }

    /** Rodrigues' rotation about, or a translation along, the joint's axis. */
    private void move(Urdf.Joint joint, double position) {
        double x = joint.axis().get(0);
        double y = joint.axis().get(1);
        double z = joint.axis().get(2);
        boolean turns = joint.motion() == Urdf.Motion.REVOLUTE;
        double c = turns ? Math.cos(position) : 1;
        double s = turns ? Math.sin(position) : 0;
        double t = 1 - c;
        moved[0] = c + x * x * t;
        moved[1] = x * y * t - z * s;
        moved[2] = x * z * t + y * s;
        moved[3] = y * x * t + z * s;
        moved[4] = c + y * y * t;
        moved[5] = y * z * t - x * s;
        moved[6] = z * x * t - y * s;
        moved[7] = z * y * t + x * s;
        moved[8] = c + z * z * t;
        moved[9] = turns ? 0 : x * position;
        moved[10] = turns ? 0 : y * position;
        moved[11] = turns ? 0 : z * position;
    }

    private static void multiply(double[] a, int ai, double[] b, int bi, double[] out, int oi) {
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    sum += a[ai + 3 * row + k] * b[bi + 3 * k + column];
                }
                out[oi + 3 * row + column] = sum;
            }
            double sum = a[ai + 9 + row];
            for (int k = 0; k < 3; k++) {
                sum += a[ai + 3 * row + k] * b[bi + 9 + k];
            }
            out[oi + 9 + row] = sum;
        }
    }
}
