package dev.dpros.control;

import dev.dpros.safety.SafetyFilter;

/**
 * Decides whether a tick's frame is sent. A motion is sent in full, to its end at rest and half a second more, so that
 * lost frames do no harm; what comes then, {@link AtRest} says. Control thread; allocates nothing.
 */
final class RestGate {
    /** For how long the last frame goes on. */
    static final long AFTER_NS = 500_000_000;

    private final AtRest rule;
    private final SafetyFilter filter;
    private boolean moved;
    private boolean rests;
    private long restsSinceNs;
    private int leftDim = -1;
    private double leftBy;

    RestGate(AtRest rule, SafetyFilter filter) {
        this.rule = rule;
        this.filter = filter;
    }

    /**
     * Whether this tick's frame goes out.
     *
     * @param drive whether someone drives
     * @param measured {@code [a]} the measured position; nothing is known of it while it is not finite
     * @param nowNs monotonic time
     */
    boolean open(boolean drive, double[] measured, long nowNs, long timeNs) {
        if (rule == AtRest.ALWAYS) {
            return true;
        }
        if (drive) {
            moved = true;
            leftDim = -1;
        }
        if (drive || !filter.resting(timeNs)) {
            rests = false;
            return moved;
        }
        if (!rests) {
            rests = true;
            restsSinceNs = nowNs;
        }
        boolean sent = moved && (rule == AtRest.REPEAT && stays(measured, nowNs)
                || nowNs - restsSinceNs <= AFTER_NS && leftDim < 0);
        moved &= sent;
        return sent;
    }

    /**
     * For how long the last frame still goes on: who subscribes within that time gets it at once, however far off the next tick
     * is. 0 during a motion, of which the next frame tells more.
     */
    long leftNs(long nowNs) {
        return rests ? Math.max(0, restsSinceNs + AFTER_NS - nowNs) : 0;
    }

    /** Whether the robot is, as far as is known, where it was left. */
    private boolean stays(double[] measured, long nowNs) {
        int dim = LiveInputs.finite(measured) ? filter.outside(measured) : -1;
        // Half a second for the robot to arrive: a controller lags behind its command.
        if (dim >= 0 && nowNs - restsSinceNs > AFTER_NS) {
            leftDim = dim;
            leftBy = filter.offset(measured, dim);
        }
        return leftDim < 0;
    }

    /** The dimension in which the robot was moved from the position that was repeated, or -1. */
    int leftDim() {
        return leftDim;
    }

    /** By how much, robot units. */
    double leftBy() {
        return leftBy;
    }
}
