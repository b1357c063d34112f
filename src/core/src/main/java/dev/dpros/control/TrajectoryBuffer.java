package dev.dpros.control;

import dev.dpros.core.ActionChunk;
import dev.dpros.safety.ReferencePath;
import java.util.Collections;
import java.util.List;

/**
 * The waypoints being executed: stamped actions in order, the last two that have passed included. Preallocated; owned by
 * the control thread; when full, the newest waypoints are left out.
 */
public final class TrajectoryBuffer implements ReferencePath {
    private static final int KEPT = 2;
    private final int dims;
    private final Interpolation[] interpolation;
    private final RotationGroup[] rotations;
    private final double[] scratch = new double[12];
    private final long[] stampNs;
    private final double[] values;
    private int size;
    private int cursor;

    /** An empty buffer. */
    public TrajectoryBuffer(int dims, int capacity, Interpolation interpolation) {
        this(dims, capacity, interpolation, List.of());
    }

    /** An empty buffer for an action with rotations. */
    public TrajectoryBuffer(int dims, int capacity, Interpolation interpolation, List<RotationGroup> rotations) {
        this(capacity, Collections.nCopies(dims, interpolation), rotations);
    }

    /** An empty buffer. @param interpolation of each dimension; that of a rotation is its first's */
    TrajectoryBuffer(int capacity, List<Interpolation> interpolation, List<RotationGroup> rotations) {
        this.rotations = rotations.toArray(new RotationGroup[0]);
        this.interpolation = interpolation.toArray(new Interpolation[0]);
        dims = this.interpolation.length;
        stampNs = new long[capacity];
        values = new double[capacity * dims];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long stampNs(int index) {
        return stampNs[index];
    }

    @Override
    public double value(int index, int dim) {
        return values[index * dims + dim];
    }

    /** Stamp of the last waypoint, or {@link Long#MIN_VALUE} if empty. */
    public long lastStampNs() {
        return size == 0 ? Long.MIN_VALUE : stampNs[size - 1];
    }

    /** Number of waypoints stamped after this time. */
    public int remaining(long nowNs) {
        int i = size;
        while (i > 0 && stampNs[i - 1] > nowNs) {
            i--;
        }
        return size - i;
    }

    /** Forgets everything. */
    public void clear() {
        size = 0;
    }

    /** Forgets waypoints stamped at this time or later. */
    public void truncateFrom(long timeNs) {
        while (size > 0 && stampNs[size - 1] >= timeNs) {
            size--;
        }
    }

    /** Forgets waypoints that have passed, but for the last two, between and through which one interpolates. */
    public void dropBefore(long nowNs) {
        int passed = size - remaining(nowNs);
        int drop = passed - KEPT;
        if (drop > 0) {
            System.arraycopy(stampNs, drop, stampNs, 0, size - drop);
            System.arraycopy(values, drop * dims, values, 0, (size - drop) * dims);
            size -= drop;
        }
    }

    /** Adds one action of a chunk; returns false if full or not after the last waypoint. */
    public boolean append(ActionChunk chunk, int step, long atNs) {
        if (size == stampNs.length || size > 0 && stampNs[size - 1] >= atNs) {
            return false;
        }
        for (int d = 0; d < dims; d++) {
            values[size * dims + d] = chunk.action(step, d);
        }
        return added(atNs);
    }

    /** Adds a waypoint from {@code source[offset...]}; returns false if full or not after the last waypoint. */
    public boolean append(double[] source, int offset, long atNs) {
        if (size == stampNs.length || size > 0 && stampNs[size - 1] >= atNs) {
            return false;
        }
        System.arraycopy(source, offset, values, size * dims, dims);
        return added(atNs);
    }

    /**
     * Rewrites the rotations of all waypoints as the representatives that are nearest to a position, from which a motion along them
     * begins: without that, a quaternion of the other sign or a rotation vector beyond half a turn leads it the long way round.
     *
     * @param position {@code [A]}, not a number where it is not known
     */
    void alignTo(double[] position) {
        for (int r = 0; r < rotations.length; r++) {
            int first = rotations[r].first();
            for (int i = 0; i < size; i++) {
                boolean begins = i == 0;
                rotations[r].align(begins ? position : values, begins ? first : (i - 1) * dims + first, values, i * dims + first);
            }
        }
    }

    private boolean added(long atNs) {
        for (int r = 0; size > 0 && r < rotations.length; r++) {
            int at = size * dims + rotations[r].first();
            rotations[r].align(values, at - dims, at);
        }
        stampNs[size++] = atNs;
        return true;
    }

    /** One coordinate on straight lines between the waypoints, whatever the interpolation; resting outside. */
    public double linear(long timeNs, int dim) {
        int i = segment(timeNs);
        if (i < 0) {
            return value(0, dim);
        }
        if (i >= size - 1) {
            return value(size - 1, dim);
        }
        double u = (double) (timeNs - stampNs[i]) / (stampNs[i + 1] - stampNs[i]);
        return value(i, dim) + u * (value(i + 1, dim) - value(i, dim));
    }

    @Override
    public void sample(long timeNs, double[] position, double[] velocity, double[] acceleration) {
        int i = segment(timeNs);
        boolean outside = i < 0 || i >= size - 1;
        int at = Math.max(0, Math.min(i, size - 1));
        double seconds = outside ? 1 : (stampNs[at + 1] - stampNs[at]) * 1e-9;
        double u = outside ? 0 : (timeNs - stampNs[at]) * 1e-9 / seconds;
        for (int d = 0; d < dims; d++) {
            acceleration[d] = 0;
            velocity[d] = 0;
            position[d] = value(at, d);
            if (!outside && interpolation[d] == Interpolation.LINEAR) {
                double slope = value(at + 1, d) - value(at, d);
                position[d] += u * slope;
                velocity[d] = slope / seconds;
            } else if (!outside && interpolation[d] == Interpolation.CUBIC) {
                hermite(at, d, u, seconds, position, velocity, acceleration);
            }
        }
        for (int r = 0; !outside && r < rotations.length; r++) {
            if (interpolation[rotations[r].first()] != Interpolation.ZERO_ORDER_HOLD) {
                rotate(rotations[r], at, u, seconds, position, velocity, acceleration);
            }
        }
    }

    private void rotate(RotationGroup group, int i, double u, double seconds, double[] p, double[] v, double[] a) {
        int from = i * dims + group.first();
        group.slerp(values, from, from + dims, u, seconds, scratch, p, v);
        for (int d = group.first(); d < group.first() + group.dims(); d++) {
            a[d] = 0;
        }
    }

    private void hermite(int i, int d, double u, double seconds, double[] p, double[] v, double[] a) {
        double p0 = value(i, d);
        double p1 = value(i + 1, d);
        double m0 = tangent(i, d) * seconds;
        double m1 = tangent(i + 1, d) * seconds;
        double c2 = 3 * (p1 - p0) - 2 * m0 - m1;
        double c3 = 2 * (p0 - p1) + m0 + m1;
        p[d] = p0 + u * (m0 + u * (c2 + u * c3));
        v[d] = (m0 + u * (2 * c2 + u * 3 * c3)) / seconds;
        a[d] = (2 * c2 + u * 6 * c3) / (seconds * seconds);
    }

    /** Velocity at a waypoint: of the parabola through its neighbours; at the ends, of the only segment. */
    private double tangent(int i, int d) {
        int before = Math.max(0, i - 1);
        int after = Math.min(size - 1, i + 1);
        if (before == i || after == i) {
            return (value(after, d) - value(before, d)) / ((stampNs[after] - stampNs[before]) * 1e-9);
        }
        double h0 = (stampNs[i] - stampNs[before]) * 1e-9;
        double h1 = (stampNs[after] - stampNs[i]) * 1e-9;
        double s0 = (value(i, d) - value(before, d)) / h0;
        double s1 = (value(after, d) - value(i, d)) / h1;
        return (s0 * h1 + s1 * h0) / (h0 + h1);
    }

    /** Index of the last waypoint at or before this time, or -1. */
    private int segment(long timeNs) {
        int i = Math.min(cursor, size - 1);
        while (i + 1 < size && stampNs[i + 1] <= timeNs) {
            i++;
        }
        while (i >= 0 && stampNs[i] > timeNs) {
            i--;
        }
        cursor = Math.max(0, i);
        return i;
    }
}
