package dev.dpros.control;

/**
 * Consecutive action dimensions that together are a rotation, and so are interpolated along the shortest arc (slerp;
 * Shoemake 1985) instead of each for itself. Immutable; interpolating allocates nothing.
 *
 * @param first index of the first dimension
 * @param kind how the rotation is written
 */
public record RotationGroup(int first, Kind kind) {
    private static final double NEARLY_EQUAL = 1e-9;

    /** Ways to write a rotation. */
    public enum Kind {
        /** Unit quaternion x, y, z, w (as in geometry_msgs). */
        QUATERNION(4),
        /** Axis times angle, rad. */
        ROTATION_VECTOR(3);

        final int dims;

        Kind(int dims) {
            this.dims = dims;
        }
    }

    /** @throws IllegalArgumentException if the index is negative */
    public RotationGroup {
        ControlConfig.require(first >= 0, "rotations.first", first, "0 or more");
    }

    /** Number of dimensions. */
    public int dims() {
        return kind.dims;
    }

    /**
     * Rewrites the rotation at {@code at} as the representative nearest to the one at {@code near}: a quaternion's sign,
     * a rotation vector's full turns. So coordinates do not leap from waypoint to waypoint.
     */
    void align(double[] values, int near, int at) {
        align(values, near, values, at);
    }

    /** The same, where the one at {@code near} is in an array of its own; does nothing where that is not finite. */
    void align(double[] others, int near, double[] values, int at) {
        double dot = 0;
        double square = 0;
        for (int i = 0; i < kind.dims; i++) {
            dot += others[near + i] * values[at + i];
            square += values[at + i] * values[at + i];
        }
        if (!Double.isFinite(dot)) {
            return;
        }
        double factor = dot < 0 ? -1 : 1;
        if (kind == Kind.ROTATION_VECTOR) {
            double angle = Math.sqrt(square);
            double turns = angle < NEARLY_EQUAL ? 0 : Math.rint((dot / angle - angle) / (2 * Math.PI));
            factor = angle < NEARLY_EQUAL ? 1 : (angle + turns * 2 * Math.PI) / angle;
        }
        for (int i = 0; i < kind.dims; i++) {
            values[at + i] *= factor;
        }
    }

    /**
     * Interpolates.
     *
     * @param values waypoints, row-major; {@code from} and {@code to} are the offsets of this group in two of them
     * @param u share of the way, 0 to 1
     * @param seconds time from one to the other
     * @param scratch at least 12 values
     * @param position receives the rotation at {@link #first}
     * @param velocity receives its derivative at {@link #first}, units/s
     */
    void slerp(double[] values, int from, int to, double u, double seconds, double[] scratch, double[] position,
            double[] velocity) {
        read(values, from, scratch, 0);
        read(values, to, scratch, 4);
        double cos = 0;
        for (int i = 0; i < 4; i++) {
            cos += scratch[i] * scratch[4 + i];
        }
        double sign = cos < 0 ? -1 : 1;
        double angle = Math.acos(Math.min(1, Math.abs(cos)));
        arc(scratch, sign, angle, u);
        write(scratch, values, from, position);
        double ahead = u < 0.5 ? 1e-6 : -1e-6;
        arc(scratch, sign, angle, u + ahead);
        write(scratch, position, first, velocity);
        for (int i = first; i < first + kind.dims; i++) {
            velocity[i] = (velocity[i] - position[i]) / (ahead * seconds);
        }
    }

    /** The quaternion at share u of the arc, into scratch[8..11]. */
    private static void arc(double[] scratch, double sign, double angle, double u) {
        double sin = Math.sin(angle);
        double before = sin < NEARLY_EQUAL ? 1 - u : Math.sin((1 - u) * angle) / sin;
        double after = sign * (sin < NEARLY_EQUAL ? u : Math.sin(u * angle) / sin);
        for (int i = 0; i < 4; i++) {
            scratch[8 + i] = before * scratch[i] + after * scratch[4 + i];
        }
    }

    private void read(double[] values, int at, double[] q, int into) {
        if (kind == Kind.QUATERNION) {
            double norm = Math.sqrt(values[at] * values[at] + values[at + 1] * values[at + 1]
                    + values[at + 2] * values[at + 2] + values[at + 3] * values[at + 3]);
            for (int i = 0; i < 4; i++) {
                q[into + i] = norm < NEARLY_EQUAL ? (i == 3 ? 1 : 0) : values[at + i] / norm;
            }
            return;
        }
        double angle = Math.sqrt(values[at] * values[at] + values[at + 1] * values[at + 1] + values[at + 2] * values[at + 2]);
        double scale = angle < NEARLY_EQUAL ? 0.5 : Math.sin(angle / 2) / angle;
        for (int i = 0; i < 3; i++) {
            q[into + i] = scale * values[at + i];
        }
        q[into + 3] = Math.cos(angle / 2);
    }

    /** Writes scratch[8..11], as the representative nearest to {@code near[at..]}, so that values do not wrap. */
    private void write(double[] scratch, double[] near, int at, double[] out) {
        if (kind == Kind.QUATERNION) {
            double dot = 0;
            for (int i = 0; i < 4; i++) {
                dot += scratch[8 + i] * near[at + i];
            }
            for (int i = 0; i < 4; i++) {
                out[first + i] = dot < 0 ? -scratch[8 + i] : scratch[8 + i];
            }
            return;
        }
        double length = Math.sqrt(scratch[8] * scratch[8] + scratch[9] * scratch[9] + scratch[10] * scratch[10]);
        double angle = 2 * Math.atan2(length, scratch[11]);
        double nearAlong = 0;
        for (int i = 0; i < 3; i++) {
            nearAlong += length < NEARLY_EQUAL ? 0 : near[at + i] * scratch[8 + i] / length;
        }
        double turns = Math.rint((nearAlong - angle) / (2 * Math.PI));
        double scale = length < NEARLY_EQUAL ? 2 : (angle + turns * 2 * Math.PI) / length;
        for (int i = 0; i < 3; i++) {
            out[first + i] = scale * scratch[8 + i];
        }
    }
}
