package dev.dpros.safety;

import dev.dpros.core.CommandFrame;
import java.util.List;

/**
 * The safety filter of robots that apply each waypoint from its stamp on until the next (zero-order hold), as the
 * reference simulators do. Frames hold the policy's waypoints at their own stamps, after the one that is active now.
 * Position limits, the workspace box and the finite check apply to each; the velocity limit bounds the step from one
 * waypoint to the next by the time between them, and the first step after a hold by the time since the command before it
 * took effect; at most one policy period counts. Acceleration and jerk have no meaning for steps and are not looked at: use
 * {@link SmoothSafetyFilter} for a real arm.
 */
public final class SteppedSafetyFilter extends SafetyFilter {
    private final long stepNs;
    private final int capacity;
    private final double[] issued;
    private final double[] previous;
    private long issuedStampNs = Long.MIN_VALUE;
    /** Since when, monotonic, the issued command has been in effect; the least value if none was. */
    private long issuedSinceNs = Long.MIN_VALUE;
    private boolean started;

    /**
     * A filter that has not issued anything.
     *
     * @param limits one per action dimension
     * @param stepNs period of the policy's grid
     * @param waypoints the most waypoints a path has
     */
    public SteppedSafetyFilter(List<JointLimits> limits, long stepNs, int waypoints) {
        super(limits);
        this.stepNs = stepNs;
        capacity = waypoints + 1;
        issued = new double[dims];
        previous = new double[dims];
    }

    @Override
    public int frameCapacity() {
        return capacity;
    }

    @Override
    public boolean restart(long monotonicNowNs, double[] measured) {
        issuedStampNs = Long.MIN_VALUE;
        started = started && takeUp != null && outside(measured) < 0 || admit(measured, issued);
        return started;
    }

    /** {@inheritDoc} Steps are: each of them ends where it begins. */
    @Override
    public boolean resting(long monotonicNowNs) {
        return true;
    }

    @Override
    public void shift(long byNs) {
        issuedSinceNs = issuedSinceNs == Long.MIN_VALUE ? issuedSinceNs : issuedSinceNs + byNs;
    }

    @Override
    public double rest(int dim) {
        return issued[dim];
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public void current(long monotonicNowNs, double[] out) {
        System.arraycopy(issued, 0, out, 0, dims);
    }

    @Override
    int writePath(long rosNowNs, long monotonicNowNs, ReferencePath path, boolean changed, CommandFrame frame) {
        int status = SafetyStatus.UNCHANGED;
        frame.stampNs = rosNowNs;
        frame.points = 0;
        int next = 0;
        if (issuedStampNs == Long.MIN_VALUE) {
            next = lastDue(path, rosNowNs);
            status |= resume(rosNowNs, monotonicNowNs, path, next);
        }
        while (next < path.size() && path.stampNs(next) <= rosNowNs) {
            if (path.stampNs(next) > issuedStampNs) {
                status |= limit(path, next, issued, path.stampNs(next) - issuedStampNs, true);
                issuedStampNs = path.stampNs(next);
                issuedSinceNs = monotonicNowNs - (rosNowNs - issuedStampNs);
            }
            next++;
        }
        if (started) {
            addPoint(frame, 0, issued);
        }
        System.arraycopy(issued, 0, previous, 0, dims);
        long previousStampNs = issuedStampNs == Long.MIN_VALUE ? rosNowNs - standingNs(monotonicNowNs) : issuedStampNs;
        boolean known = started;
        for (; next < path.size() && frame.points < Math.min(capacity, frame.capacity()); next++) {
            status |= limit(path, next, previous, path.stampNs(next) - previousStampNs, known);
            previousStampNs = path.stampNs(next);
            known = true;
            addPoint(frame, previousStampNs - rosNowNs, previous);
        }
        return frame.points == 0 ? status | SafetyStatus.NOTHING : status;
    }

    /** After a hold the waypoint that is due takes effect now, not at its stamp. */
    private int resume(long rosNowNs, long monotonicNowNs, ReferencePath path, int due) {
        if (due >= path.size() || path.stampNs(due) > rosNowNs) {
            return SafetyStatus.UNCHANGED;
        }
        int status = limit(path, due, issued, standingNs(monotonicNowNs), started);
        issuedStampNs = rosNowNs;
        issuedSinceNs = monotonicNowNs;
        started = true;
        return status;
    }

    /** How long the issued command has been in effect; a policy period at most counts, and none if the clock went back. */
    private long standingNs(long monotonicNowNs) {
        return issuedSinceNs == Long.MIN_VALUE ? stepNs : Math.max(0, Math.min(stepNs, monotonicNowNs - issuedSinceNs));
    }

    /** After a hold only the waypoint that is due now counts, not those that passed meanwhile. */
    private static int lastDue(ReferencePath path, long rosNowNs) {
        int due = 0;
        while (due + 1 < path.size() && path.stampNs(due + 1) <= rosNowNs) {
            due++;
        }
        return due;
    }

    @Override
    int writeStop(long rosNowNs, long monotonicNowNs, CommandFrame frame) {
        frame.stampNs = rosNowNs;
        frame.points = 0;
        issuedStampNs = Long.MIN_VALUE;
        if (!started) {
            return SafetyStatus.NOTHING;
        }
        addPoint(frame, 0, issued);
        return SafetyStatus.UNCHANGED;
    }

    /** {@inheritDoc} A stop is the command already issued: there is nothing else to go back to. */
    @Override
    boolean keepLast() {
        return false;
    }

    private void addPoint(CommandFrame frame, long timeNs, double[] values) {
        frame.timeFromStartNs[frame.points] = timeNs;
        for (int d = 0; d < dims; d++) {
            frame.positions[frame.points * dims + d] = values[d];
            frame.velocities[frame.points * dims + d] = 0;
        }
        frame.points++;
    }

    /** Moves {@code values} from the previous waypoint to this one, as far as the limits allow in the time between them. */
    private int limit(ReferencePath path, int index, double[] values, long elapsedNs, boolean known) {
        int status = SafetyStatus.UNCHANGED;
        double seconds = Math.max(0, Math.min(stepNs, elapsedNs)) * 1e-9;
        for (int d = 0; d < dims; d++) {
            double wanted = path.value(index, d);
            if (!Double.isFinite(wanted)) {
                status |= SafetyStatus.NOT_FINITE;
                wanted = known ? values[d] : middle(limits[d]);
            }
            double inside = Math.max(limits[d].minPosition(), Math.min(limits[d].maxPosition(), wanted));
            status |= inside == wanted ? 0 : SafetyStatus.POSITION;
            double velocity = limits[d].maxVelocity();
            double reach = Double.isInfinite(velocity) ? velocity : velocity * seconds; // no time at all times infinity is no number
            double limited = known ? Math.max(values[d] - reach, Math.min(values[d] + reach, inside)) : inside;
            status |= limited == inside ? 0 : SafetyStatus.VELOCITY;
            values[d] = limited;
        }
        return status;
    }

    private static double middle(JointLimits limit) {
        double middle = (limit.minPosition() + limit.maxPosition()) / 2;
        return Double.isFinite(middle) ? middle : 0;
    }
}
