package dev.dpros.messages;

/**
 * When a JointTrajectory begins.
 *
 * @param stamped whether the header has the frame's stamp; else it is zero and a controller begins on arrival
 * @param firstPointNs time of the first point after the stamp, ns; 0 for the position now
 * @param steps whether positions are held between points, so that nothing lies between two of them
 */
public record TrajectoryStart(boolean stamped, long firstPointNs, boolean steps) {
    /** Stamped, from the position now on. */
    public static final TrajectoryStart NOW = new TrajectoryStart(true, 0, false);
}
