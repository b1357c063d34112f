package dev.dpros.control;

/** What a waypoint means between its stamp and the next. */
public enum Interpolation {
    /** Action i is applied from t_i to t_i + dt, as the reference simulators do. */
    ZERO_ORDER_HOLD,
    /** Straight lines between waypoints (rotations: slerp). */
    LINEAR,
    /** Cubic Hermite with continuous velocity (rotations: slerp). */
    CUBIC
}
