package dev.dpros.safety;

import dev.dpros.core.CommandFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The safety filter of robots that follow trajectories: a motion within position, velocity, acceleration and jerk
 * limits that follows the interpolated path and ends at rest. A new motion starts from the exact state of the one
 * before, so that frames join without a jump in position, velocity or acceleration; while the path is unchanged the
 * motion is kept and only its remaining part is sent.
 */
public final class SmoothSafetyFilter extends SafetyFilter {
    /** Share of the range by which a resting robot may differ from its command where no tolerance was told. */
    private static final double UNTOLD_SHARE = 0.02;
    private final JerkLimiter limiter;
    private final long gridNs;
    private long furtherNs;
    private final double[] position;
    private final double[] velocity;
    private final double[] acceleration;
    private MotionPlan plan;
    private MotionPlan spare;
    private boolean started;
    private boolean stopping;
    private boolean replanned;

    /**
     * A filter that waits for the robot's position.
     *
     * @param limits one per joint, all bounded
     * @param gridNs time between the points of a frame
     * @param horizonNs the longest path it is asked to follow
     * @param bandwidth how fast deviations from the path are corrected, rad/s
     * @throws IllegalArgumentException naming the joint that lacks a limit
     */
    public SmoothSafetyFilter(List<JointLimits> limits, long gridNs, long horizonNs, double bandwidth) {
        super(limits);
        for (JointLimits limit : limits) {
            if (!Double.isFinite(limit.minPosition()) || !Double.isFinite(limit.maxPosition())) {
                throw new IllegalArgumentException(limit.name() + ": limits: position: expected a finite [min, max] for an "
                        + "interpolated command, found [" + limit.minPosition() + ", " + limit.maxPosition()
                        + "]; set action.limits." + limit.name() + ".position");
            }
            if (!limit.bounded()) {
                throw new IllegalArgumentException(limit.name() + ": limits: expected velocity, acceleration and jerk "
                        + "for an interpolated command, found " + limit.maxVelocity() + ", " + limit.maxAcceleration() + ", "
                        + limit.maxJerk() + " (infinite: not given)");
            }
            limit.checkStop();
        }
        this.gridNs = gridNs;
        limiter = new JerkLimiter(this.limits, gridNs, bandwidth);
        int capacity = (int) (horizonNs / gridNs) + limiter.worstStopSteps() + 4;
        plan = new MotionPlan(this.limits, capacity, gridNs);
        spare = new MotionPlan(this.limits, capacity, gridNs);
        position = new double[dims];
        velocity = new double[dims];
        acceleration = new double[dims];
    }

    @Override
    public int frameCapacity() {
        return plan.capacity + 2;
    }

    @Override
    public void pointAt(long timeNs) {
        furtherNs = timeNs;
    }

    /**
     * {@inheritDoc} A motion under way is not interrupted, and small deviations (a sagging arm) do not move the command:
     * only a robot that was moved while it rested is taken up where it is.
     */
    @Override
    public boolean restart(long monotonicNowNs, double[] measured) {
        if (started && (monotonicNowNs < plan.endNs() || near(measured))) {
            return true;
        }
        started = admit(measured, position);
        if (started) {
            plan.rest(monotonicNowNs, position);
            stopping = true;
        }
        return started;
    }

    private boolean near(double[] measured) {
        if (takeUp != null) {
            return outside(measured) < 0;
        }
        for (int d = 0; d < dims; d++) {
            double range = limits[d].maxPosition() - limits[d].minPosition();
            if (!(Math.abs(measured[d] - rest(d)) <= UNTOLD_SHARE * range)) {
                return false;
            }
        }
        return true;
    }

    /** The motion under way, until the next call: exact between the points of its frames. */
    MotionPlan motion() {
        return plan;
    }

    @Override
    public boolean resting(long monotonicNowNs) {
        return stopping && monotonicNowNs >= plan.endNs();
    }

    @Override
    public void shift(long byNs) {
        plan.startNs += byNs;
    }

    @Override
    public double rest(int dim) {
        return plan.position[(plan.points - 1) * dims + dim];
    }

    @Override
    public boolean replanned() {
        return replanned;
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public void current(long monotonicNowNs, double[] out) {
        plan.evaluate(monotonicNowNs, out, velocity, acceleration);
    }

    @Override
    int writePath(long rosNowNs, long monotonicNowNs, ReferencePath path, boolean changed, CommandFrame frame) {
        if (!started || path.size() == 0) {
            return writeStop(rosNowNs, monotonicNowNs, frame);
        }
        int status = SafetyStatus.UNCHANGED;
        replanned = false;
        if (changed || stopping) {
            status = replan(rosNowNs, monotonicNowNs, path);
            stopping = false;
        }
        write(rosNowNs, monotonicNowNs, frame);
        return status;
    }

    @Override
    int writeStop(long rosNowNs, long monotonicNowNs, CommandFrame frame) {
        if (!started) {
            frame.points = 0;
            return SafetyStatus.NOTHING;
        }
        replanned = false;
        if (!stopping) {
            replan(rosNowNs, monotonicNowNs, null);
            stopping = true;
        }
        write(rosNowNs, monotonicNowNs, frame);
        return SafetyStatus.UNCHANGED;
    }

    /** {@inheritDoc} The one before ends at rest, and its frames have passed the check. */
    @Override
    boolean keepLast() {
        if (replanned) {
            swap();
            replanned = false;
        }
        return started;
    }

    /**
     * Plans from the state of now, if the robot can stop from it. Between two points of the grid it may not: only the points
     * were chosen so. Then the step under way is kept as it is to its end, from where it can, and the new motion departs
     * there; so every new motion begins in a state from which it can stop.
     */
    private int replan(long rosNowNs, long monotonicNowNs, @Nullable ReferencePath path) {
        plan.evaluate(monotonicNowNs, position, velocity, acceleration);
        int point = plan.point(monotonicNowNs);
        boolean keepsStep = point < plan.points - 1 && !limiter.canStop(position, velocity, acceleration);
        if (keepsStep) {
            spare.begin(plan, point);
        } else {
            spare.begin(monotonicNowNs, position, velocity, acceleration);
        }
        long pathStartNs = rosNowNs - (monotonicNowNs - spare.startNs);
        int status = limiter.plan(spare, keepsStep ? 1 : 0, path, pathStartNs);
        swap();
        replanned = true;
        return status;
    }

    private void swap() {
        MotionPlan other = plan;
        plan = spare;
        spare = other;
    }

    /** The plan from now on: its state now, then its own points (which may be nearer than a grid step), to its end. */
    private void write(long rosNowNs, long monotonicNowNs, CommandFrame frame) {
        frame.stampNs = rosNowNs;
        frame.points = 0;
        addState(0, monotonicNowNs, frame);
        long sinceNs = Math.max(0, monotonicNowNs - plan.startNs);
        int point = addPoints((int) Math.min(plan.points, sinceNs / gridNs + 1), sinceNs, 0, furtherNs - gridNs / 4, frame);
        if (furtherNs > 0) {
            addState(furtherNs, monotonicNowNs, frame);
        }
        addPoints(point, sinceNs, furtherNs, Long.MAX_VALUE, frame);
        if (frame.points == 1) {
            addState(gridNs, plan.endNs() - gridNs, frame);
        }
    }

    /** The motion's state at a time after now. */
    private void addState(long timeNs, long monotonicNowNs, CommandFrame frame) {
        plan.evaluate(monotonicNowNs + timeNs, position, velocity, acceleration);
        add(frame, timeNs, position, velocity, 0);
    }

    /** The plan's points between two times, but for those too near to the first; returns the next point. */
    private int addPoints(int from, long sinceNs, long afterNs, long beforeNs, CommandFrame frame) {
        int point = from;
        for (; point < plan.points && frame.points < frame.capacity() && point * gridNs - sinceNs < beforeNs; point++) {
            long timeNs = point * gridNs - sinceNs;
            if (timeNs > afterNs + gridNs / 4 || point == plan.points - 1 && timeNs > afterNs) {
                add(frame, timeNs, plan.position, plan.velocity, point * dims);
            }
        }
        return point;
    }

    private void add(CommandFrame frame, long timeNs, double[] q, double[] v, int offset) {
        frame.timeFromStartNs[frame.points] = timeNs;
        System.arraycopy(q, offset, frame.positions, frame.points * dims, dims);
        System.arraycopy(v, offset, frame.velocities, frame.points * dims, dims);
        frame.points++;
    }
}
