package dev.dpros.safety;

/**
 * What the policy wants: positions over time, of which {@link SafetyFilter} makes commands. Read on the control thread;
 * neither allocates nor blocks.
 */
public interface ReferencePath {
    /** Number of waypoints, oldest first. */
    int size();

    /** Stamp of a waypoint, {@link dev.dpros.core.Clock#rosNs()} time; strictly increasing. */
    long stampNs(int index);

    /** One coordinate of a waypoint, robot units. */
    double value(int index, int dim);

    /**
     * The interpolated reference of every dimension at a time; before the first and after the last waypoint it rests
     * there.
     *
     * @param position {@code [A]} out
     * @param velocity {@code [A]} out, units/s
     * @param acceleration {@code [A]} out, units/s^2; 0 where the interpolation has none
     */
    void sample(long timeNs, double[] position, double[] velocity, double[] acceleration);
}
