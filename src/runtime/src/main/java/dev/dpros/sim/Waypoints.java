package dev.dpros.sim;

/**
 * Commanded positions of a robot's joints over time, as a trajectory controller keeps them: waypoints ordered by stamp,
 * of which new ones replace all from their first stamp on. The last waypoint is held. Not thread-safe; allocates nothing
 * after construction.
 */
final class Waypoints {
    /** What holds between two waypoints. */
    enum Interpolation {
        /** The last waypoint that is due. */
        HOLD,
        /** The straight line from the last waypoint that is due to the next. */
        LINEAR
    }

    private final int dims;
    private final int capacity;
    private final Interpolation interpolation;
    private final long[] stampsNs;
    private final double[] values;
    private final double[] target;
    private int count;

    Waypoints(int dims, int capacity, Interpolation interpolation) {
        this.dims = dims;
        this.capacity = capacity;
        this.interpolation = interpolation;
        // one more for where the motion starts from
        stampsNs = new long[capacity + 1];
        values = new double[(capacity + 1) * dims];
        target = new double[dims];
    }

    /** Forgets all waypoints and holds a position. */
    void hold(double[] position) {
        count = 0;
        System.arraycopy(position, 0, target, 0, dims);
    }

    int dims() {
        return dims;
    }

    /** Whether waypoints after now remain. */
    boolean isMoving() {
        return count > 1;
    }

    /**
     * Replaces everything from the first new stamp on.
     *
     * @param newStampsNs strictly increasing, same clock as {@code nowNs}; the first {@code points} are read
     * @param positions {@code [points, dims]}
     * @return false, with nothing changed, if there are no points, more than fit, a value is not finite or stamps do
     *     not increase
     */
    boolean replace(long nowNs, int points, long[] newStampsNs, double[] positions) {
        if (!isValid(points, newStampsNs, positions)) {
            return false;
        }
        evaluate(nowNs);
        boolean ahead = newStampsNs[0] > nowNs;
        int kept = ahead ? Math.max(count, 1) : 0;
        while (kept > 1 && stampsNs[kept - 1] >= newStampsNs[0]) {
            kept--;
        }
        if (kept + points > stampsNs.length) {
            return false;
        }
        count = 0;
        if (ahead) {
            // the path bends where it is now, not where it last turned
            append(nowNs, target, 0);
        }
        count = kept;
        for (int i = 0; i < points; i++) {
            append(newStampsNs[i], positions, i * dims);
        }
        return true;
    }

    /** Brings {@link #target(int)} to a time that never goes back. */
    void evaluate(long nowNs) {
        int due = 0;
        while (due + 1 < count && stampsNs[due + 1] <= nowNs) {
            due++;
        }
        dropFirst(due);
        if (count == 0 || stampsNs[0] > nowNs) {
            return;
        }
        boolean between = interpolation == Interpolation.LINEAR && count > 1;
        double share = between ? (nowNs - stampsNs[0]) / (double) (stampsNs[1] - stampsNs[0]) : 0;
        for (int d = 0; d < dims; d++) {
            target[d] = values[d] + (between ? share * (values[dims + d] - values[d]) : 0);
        }
    }

    /** The commanded position at the time of the last {@link #evaluate}. */
    double target(int dim) {
        return target[dim];
    }

    private boolean isValid(int points, long[] newStampsNs, double[] positions) {
        if (points < 1 || points > capacity || newStampsNs.length < points || positions.length < points * dims) {
            return false;
        }
        for (int i = 1; i < points; i++) {
            if (newStampsNs[i] <= newStampsNs[i - 1]) {
                return false;
            }
        }
        for (int i = 0; i < points * dims; i++) {
            if (!Double.isFinite(positions[i])) {
                return false;
            }
        }
        return true;
    }

    private void append(long stampNs, double[] from, int offset) {
        stampsNs[count] = stampNs;
        System.arraycopy(from, offset, values, count * dims, dims);
        count++;
    }

    private void dropFirst(int dropped) {
        if (dropped > 0) {
            count -= dropped;
            System.arraycopy(stampsNs, dropped, stampsNs, 0, count);
            System.arraycopy(values, dropped * dims, values, 0, count * dims);
        }
    }
}
