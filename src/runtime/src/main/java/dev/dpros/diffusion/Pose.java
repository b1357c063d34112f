package dev.dpros.diffusion;

/**
 * Where a frame is in another: a rotation, then a translation, in m. Rotations are read and written as rotation vectors (axis
 * times angle, rad, 0 to pi when written), unit quaternions x, y, z, w, or {@code rotation_6d}: the first two rows of the
 * matrix, one after the other (Zhou et al. 2019, with rows as diffusion_policy and UMI have it). Immutable; any thread.
 */
public final class Pose {
    /** No rotation, no translation. */
    public static final Pose IDENTITY = new Pose(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, new double[3]);
    /** Values of {@code rotation_6d}. */
    public static final int ROTATION_6D = 6;
    private static final double SMALL_RAD = 1e-8;
    private static final double SMALL_LENGTH = 1e-6;
    private static final double NORM_TOLERANCE = 1e-3;

    /** Row-major. */
    private final double[] rotation;
    private final double[] position;

    private Pose(double[] rotation, double[] position) {
        this.rotation = rotation;
        this.position = position;
    }

    /**
     * From a position and a rotation vector.
     *
     * @param position holds x, y, z from {@code positionAt} on
     * @param vector holds the rotation vector from {@code vectorAt} on, of any length
     * @throws IllegalArgumentException if a value is not finite
     */
    public static Pose ofRotationVector(double[] position, int positionAt, double[] vector, int vectorAt) {
        double x = vector[vectorAt];
        double y = vector[vectorAt + 1];
        double z = vector[vectorAt + 2];
        double angle = Math.sqrt(x * x + y * y + z * z);
        double scale = angle < SMALL_RAD ? 0.5 : Math.sin(angle / 2) / angle;
        return new Pose(matrix(scale * x, scale * y, scale * z, Math.cos(angle / 2)), finite(position, positionAt))
                .requireFinite("rotation vector");
    }

    /**
     * From a position and a quaternion.
     *
     * @param position holds x, y, z from {@code positionAt} on
     * @param quaternion holds x, y, z, w from {@code quaternionAt} on
     * @throws IllegalArgumentException if a value is not finite, or the quaternion's length is not 1 to a thousandth, as where
     *     nothing was filled in
     */
    public static Pose ofQuaternion(double[] position, int positionAt, double[] quaternion, int quaternionAt) {
        double x = quaternion[quaternionAt];
        double y = quaternion[quaternionAt + 1];
        double z = quaternion[quaternionAt + 2];
        double w = quaternion[quaternionAt + 3];
        double norm = Math.sqrt(x * x + y * y + z * z + w * w);
        if (!(Math.abs(norm - 1) <= NORM_TOLERANCE)) {
            throw new IllegalArgumentException("quaternion: expected length 1, found " + norm);
        }
        return new Pose(matrix(x / norm, y / norm, z / norm, w / norm), finite(position, positionAt));
    }

    /**
     * From a position and two rows of a rotation matrix, which a network has made: the first is brought to length 1, the second
     * at right angles to it (Gram-Schmidt).
     *
     * @param position holds x, y, z from {@code positionAt} on
     * @param rows hold {@code rotation_6d} from {@code rowsAt} on
     * @throws IllegalArgumentException if a value is not finite, a row is nearly zero, or the two are nearly parallel
     */
    public static Pose ofRotation6d(double[] position, int positionAt, double[] rows, int rowsAt) {
        double[] r = new double[9];
        double length = length(rows[rowsAt], rows[rowsAt + 1], rows[rowsAt + 2]);
        double along = 0;
        for (int i = 0; i < 3; i++) {
            r[i] = rows[rowsAt + i] / length;
            along += r[i] * rows[rowsAt + 3 + i];
        }
        for (int i = 0; i < 3; i++) {
            r[3 + i] = rows[rowsAt + 3 + i] - along * r[i];
        }
        double across = length(r[3], r[4], r[5]);
        if (!(length > SMALL_LENGTH && across > SMALL_LENGTH)) {
            throw new IllegalArgumentException("rotation_6d: expected two rows that are neither zero nor parallel, found lengths " + length
                    + " and " + across + " across the first");
        }
        for (int i = 3; i < 6; i++) {
            r[i] /= across;
        }
        r[6] = r[1] * r[5] - r[2] * r[4];
        r[7] = r[2] * r[3] - r[0] * r[5];
        r[8] = r[0] * r[4] - r[1] * r[3];
        return new Pose(r, finite(position, positionAt)).requireFinite("rotation_6d");
    }

    private static double length(double x, double y, double z) {
        return Math.sqrt(x * x + y * y + z * z);
    }

    private static double[] matrix(double x, double y, double z, double w) {
        return new double[] {
            1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
            2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)};
    }

    private static double[] finite(double[] values, int at) {
        double[] own = {values[at], values[at + 1], values[at + 2]};
        for (double value : own) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("position: expected finite numbers, found " + value);
            }
        }
        return own;
    }

    private Pose requireFinite(String what) {
        for (double value : rotation) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(what + ": expected finite numbers, found " + value);
            }
        }
        return this;
    }

    /** The pose, in this one's outer frame, of what has the pose {@code inner} in this frame. */
    public Pose times(Pose inner) {
        double[] p = new double[3];
        for (int i = 0; i < 3; i++) {
            p[i] = position[i];
            for (int j = 0; j < 3; j++) {
                p[i] += rotation[3 * i + j] * inner.position[j];
            }
        }
        return new Pose(product(rotation, inner.rotation), p);
    }

    /** The outer frame's pose in this one: {@code inverse().times(this)} is {@link #IDENTITY}. */
    public Pose inverse() {
        double[] r = transposed(rotation);
        double[] p = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                p[i] -= r[3 * i + j] * position[j];
            }
        }
        return new Pose(r, p);
    }

    /**
     * What is between two poses where translation and rotation are each taken for themselves, both along the outer frame's axes:
     * {@code position - from.position}, {@code R * from.R^T}.
     */
    Pose apartFrom(Pose from) {
        double[] p = new double[3];
        for (int i = 0; i < 3; i++) {
            p[i] = position[i] - from.position[i];
        }
        return new Pose(product(rotation, transposed(from.rotation)), p);
    }

    /** Undoes {@link #apartFrom}. */
    Pose addedTo(Pose from) {
        double[] p = new double[3];
        for (int i = 0; i < 3; i++) {
            p[i] = position[i] + from.position[i];
        }
        return new Pose(product(rotation, from.rotation), p);
    }

    /**
     * On the way to another pose: the position along a straight line, the rotation along the shortest arc.
     *
     * @param share of the way, 0 to 1
     */
    public Pose towards(Pose other, double share) {
        double[] p = new double[3];
        for (int i = 0; i < 3; i++) {
            p[i] = position[i] + share * (other.position[i] - position[i]);
        }
        double[] turn = new double[3];
        new Pose(product(transposed(rotation), other.rotation), p).rotationVector(turn, 0);
        for (int i = 0; i < 3; i++) {
            turn[i] *= share;
        }
        return new Pose(product(rotation, ofRotationVector(p, 0, turn, 0).rotation), p);
    }

    /** This position with another's rotation. */
    public Pose turnedAs(Pose other) {
        return new Pose(other.rotation, position);
    }

    private static double[] product(double[] a, double[] b) {
        double[] c = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                c[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
            }
        }
        return c;
    }

    private static double[] transposed(double[] r) {
        return new double[] {r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]};
    }

    /** An element of the rotation matrix. */
    public double rotation(int row, int column) {
        return rotation[3 * row + column];
    }

    /** Writes x, y, z, m. */
    public void position(double[] out, int at) {
        System.arraycopy(position, 0, out, at, 3);
    }

    /** Writes the first two rows of the matrix. */
    public void rotation6d(double[] out, int at) {
        System.arraycopy(rotation, 0, out, at, ROTATION_6D);
    }

    /** Writes x, y, z, w of length 1, w not negative. */
    public void quaternion(double[] out, int at) {
        double[] q = new double[4];
        double[] diagonal = {rotation[0], rotation[4], rotation[8], rotation[0] + rotation[4] + rotation[8]};
        int largest = 3;
        for (int i = 0; i < 3; i++) {
            largest = diagonal[i] > diagonal[largest] ? i : largest;
        }
        if (largest == 3) {
            q[3] = 1 + diagonal[3];
            q[0] = rotation[7] - rotation[5];
            q[1] = rotation[2] - rotation[6];
            q[2] = rotation[3] - rotation[1];
        } else {
            int j = (largest + 1) % 3;
            int k = (largest + 2) % 3;
            q[largest] = 1 + rotation[4 * largest] - rotation[4 * j] - rotation[4 * k];
            q[j] = rotation[3 * j + largest] + rotation[3 * largest + j];
            q[k] = rotation[3 * k + largest] + rotation[3 * largest + k];
            q[3] = rotation[3 * k + j] - rotation[3 * j + k];
        }
        double norm = Math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]) * (q[3] < 0 ? -1 : 1);
        for (int i = 0; i < 4; i++) {
            out[at + i] = q[i] / norm;
        }
    }

    /** Writes axis times angle, rad, of length 0 to pi. */
    public void rotationVector(double[] out, int at) {
        double[] q = new double[4];
        quaternion(q, 0);
        double sine = length(q[0], q[1], q[2]);
        double scale = sine < SMALL_RAD ? 2 : 2 * Math.atan2(sine, q[3]) / sine;
        for (int i = 0; i < 3; i++) {
            out[at + i] = scale * q[i];
        }
    }

    /** Angle of the rotation, rad, 0 to pi. */
    public double angleRad() {
        double[] vector = new double[3];
        rotationVector(vector, 0);
        return length(vector[0], vector[1], vector[2]);
    }
}
