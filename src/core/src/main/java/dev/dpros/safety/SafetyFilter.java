package dev.dpros.safety;

import dev.dpros.core.CommandFrame;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The last stage before publishing: turns what the policy wants into command frames that keep the limits, ends each of
 * them at rest, and says what it changed. {@link SteppedSafetyFilter} serves robots that are commanded in steps,
 * {@link SmoothSafetyFilter} those that follow trajectories. Owned by the control thread, except for the counts;
 * allocates nothing after construction; reports by {@link SafetyStatus}, never throws.
 */
public abstract class SafetyFilter {
    final JointLimits[] limits;
    final int dims;
    /** {@code [A]} how far a resting robot may be from its last command to go on from it, or null: as before a robot was told. */
    double @Nullable [] takeUp;
    private final AtomicLongArray counts = new AtomicLongArray(SafetyStatus.BITS);
    private volatile int lastStatus;
    private volatile int violatedDim = -1;
    private volatile double violatedValue = Double.NaN;
    private volatile double violatedLimit = Double.NaN;

    SafetyFilter(List<JointLimits> limits) {
        this.limits = limits.toArray(new JointLimits[0]);
        dims = this.limits.length;
    }

    /**
     * Sets how far a resting robot may be from its last command and still go on from it; before the first frame.
     *
     * @param tolerance {@code [A]}, robot units; infinite where a dimension may be blocked
     */
    public final void takeUpWithin(double[] tolerance) {
        takeUp = tolerance.clone();
    }

    /**
     * Gives frames a further point, exactly on the motion, for controllers that begin there; before the first frame. Nothing
     * changes where commands are held between points.
     *
     * @param timeNs after the frame's stamp; 0 for none
     */
    public void pointAt(long timeNs) {}

    /** The most points that a frame of this filter has. */
    public abstract int frameCapacity();

    /**
     * Takes the robot's position as the place to start from, at rest, unless a motion is under way or the robot is within
     * the tolerance of {@link #takeUpWithin}: then motion goes on from the last command.
     *
     * @param measured {@code [A]}, robot units
     * @return false if it is not finite or outside the position limits by more than their tolerance
     */
    public abstract boolean restart(long monotonicNowNs, double[] measured);

    /** Whether no motion is under way: the last command is a position at rest. */
    public abstract boolean resting(long monotonicNowNs);

    /** The position at which the last motion ends, of one dimension; undefined unless {@link #started}. */
    public abstract double rest(int dim);

    /** Whether the frame made last begins a motion, rather than being what is left of the one before; of steps always false. */
    public boolean replanned() {
        return false;
    }

    /**
     * The dimension in which a robot is outside the tolerance around its rest, or -1.
     *
     * @param measured {@code [A]}, robot units; not finite counts as outside
     */
    public final int outside(double[] measured) {
        if (takeUp == null) {
            return -1;
        }
        for (int d = 0; d < dims; d++) {
            if (takeUp[d] < Double.POSITIVE_INFINITY && !(Math.abs(measured[d] - rest(d)) <= takeUp[d])) {
                return d;
            }
        }
        return -1;
    }

    /** How far a robot is from its rest in one dimension, robot units. */
    public final double offset(double[] measured, int dim) {
        return measured[dim] - rest(dim);
    }

    /** Time has run backwards (a simulation that begins anew): what is under way goes on from where it is. @param byNs negative */
    public abstract void shift(long byNs);

    /** Whether there is a command to go on from: restarted, or has followed a path. */
    public abstract boolean started();

    /** Copies the command at this time, {@code [A]}; undefined unless {@link #started}. */
    public abstract void current(long monotonicNowNs, double[] out);

    /**
     * Writes the frame that follows the path from now to its end and then rests.
     *
     * @param rosNowNs stamp time, in which the path is given
     * @param monotonicNowNs time on which motion continues, whatever stamps do
     * @param changed whether the path is another than at the last call
     * @return {@link SafetyStatus} bits; with {@code VIOLATION} or {@code NOTHING} the frame must not be sent. After
     *     {@code VIOLATION} the motion is as if this had not been called: {@link #stop} comes next
     */
    public final int follow(long rosNowNs, long monotonicNowNs, ReferencePath path, boolean changed, CommandFrame frame) {
        int status = checked(writePath(rosNowNs, monotonicNowNs, path, changed, frame), frame);
        if ((status & SafetyStatus.VIOLATION) != 0) {
            keepLast();
        }
        return counted(status);
    }

    /**
     * Writes the frame that decelerates within the limits and holds; as {@link #follow} otherwise. Where the final check
     * refuses that too, the last valid motion goes on to its end at rest: the frame is what is left of it, the refusal is
     * counted, and the status has {@code KEPT} in place of {@code VIOLATION}.
     */
    public final int stop(long rosNowNs, long monotonicNowNs, CommandFrame frame) {
        int status = checked(writeStop(rosNowNs, monotonicNowNs, frame), frame);
        if ((status & SafetyStatus.VIOLATION) == 0 || !keepLast()) {
            return counted(status);
        }
        add(status);
        status = writeStop(rosNowNs, monotonicNowNs, frame) | SafetyStatus.KEPT;
        return counted(endsAtRest(frame) ? status : status | SafetyStatus.VIOLATION);
    }

    abstract int writePath(long rosNowNs, long monotonicNowNs, ReferencePath path, boolean changed, CommandFrame frame);

    abstract int writeStop(long rosNowNs, long monotonicNowNs, CommandFrame frame);

    /**
     * Forgets the motion that the final check has just refused; {@link #writeStop} then writes what is left of the one
     * before, if that is where this filter's motions end.
     *
     * @return whether there is one
     */
    abstract boolean keepLast();

    /** Frames in which this bit of {@link SafetyStatus} was set. Any thread. */
    public final long count(int bit) {
        return counts.get(Integer.numberOfTrailingZeros(bit));
    }

    /** Status of the last frame. Any thread. */
    public final int lastStatus() {
        return lastStatus;
    }

    /** Which dimension the final check refused last, or -1. Any thread; these three belong together at rest only. */
    public final int violatedDim() {
        return violatedDim;
    }

    /** The position or velocity that was refused last, or NaN. Any thread. */
    public final double violatedValue() {
        return violatedValue;
    }

    /** The limit that {@link #violatedValue} was beyond; 0 where a motion did not end at rest. Any thread. */
    public final double violatedLimit() {
        return violatedLimit;
    }

    private int checked(int status, CommandFrame frame) {
        return (status & SafetyStatus.NOTHING) != 0 || within(frame) ? status : status | SafetyStatus.VIOLATION;
    }

    private int counted(int status) {
        add(status);
        lastStatus = status;
        return status;
    }

    private void add(int status) {
        for (int i = 0; i < SafetyStatus.BITS; i++) {
            if ((status & 1 << i) != 0) {
                counts.lazySet(i, counts.get(i) + 1);
            }
        }
    }

    private boolean refuse(int dim, double value, double limit) {
        violatedValue = value;
        violatedLimit = limit;
        violatedDim = dim;
        return false;
    }

    /** Whether a frame of a motion that was valid can be sent: finite, and at rest in the end. */
    private boolean endsAtRest(CommandFrame frame) {
        for (int i = 0; i < frame.points * dims; i++) {
            boolean last = i >= (frame.points - 1) * dims;
            if (!Double.isFinite(frame.positions[i]) || !(last ? frame.velocities[i] == 0 : Double.isFinite(frame.velocities[i]))) {
                return false;
            }
        }
        return frame.points > 0;
    }

    /** An independent look at the finished frame: finite, in order, within position and velocity limits. */
    private boolean within(CommandFrame frame) {
        if (frame.points < 1 || frame.points > frame.capacity()) {
            return refuse(-1, Double.NaN, Double.NaN);
        }
        for (int point = 0; point < frame.points; point++) {
            if (frame.timeFromStartNs[point] < 0
                    || point > 0 && frame.timeFromStartNs[point] <= frame.timeFromStartNs[point - 1]) {
                return refuse(-1, Double.NaN, Double.NaN);
            }
            for (int d = 0; d < dims; d++) {
                double q = frame.positions[point * dims + d];
                double v = frame.velocities[point * dims + d];
                double slack = tolerance(limits[d]);
                if (!(q >= limits[d].minPosition() - slack && q <= limits[d].maxPosition() + slack) || !Double.isFinite(q)) {
                    return refuse(d, q, q < limits[d].minPosition() ? limits[d].minPosition() : limits[d].maxPosition());
                }
                if (!(Math.abs(v) <= limits[d].maxVelocity() * (1 + 1e-6))) {
                    return refuse(d, v, limits[d].maxVelocity());
                }
                if (point == frame.points - 1 && v != 0) {
                    return refuse(d, v, 0);
                }
            }
        }
        return true;
    }

    /** By how much rounding may exceed a position limit. */
    static double tolerance(JointLimits limit) {
        double range = limit.maxPosition() - limit.minPosition();
        return Double.isFinite(range) ? 1e-9 * range : 0;
    }

    /**
     * Copies a measured position, moved onto the limits where it is outside by sensor noise alone (0.5 % of the range).
     *
     * A dimension that may be blocked keeps its last command, if there is one.
     *
     * @return false if it is not finite or further outside; {@code out} is then undefined
     */
    boolean admit(double[] measured, double[] out) {
        for (int d = 0; d < dims; d++) {
            if (started() && takeUp != null && takeUp[d] == Double.POSITIVE_INFINITY) {
                out[d] = rest(d);
                continue;
            }
            JointLimits limit = limits[d];
            double range = limit.maxPosition() - limit.minPosition();
            double noise = Double.isFinite(range) ? 0.005 * range : 0;
            if (!Double.isFinite(measured[d]) || measured[d] < limit.minPosition() - noise
                    || measured[d] > limit.maxPosition() + noise) {
                return refuse(d, measured[d], measured[d] < limit.minPosition() ? limit.minPosition() : limit.maxPosition());
            }
            out[d] = Math.max(limit.minPosition(), Math.min(limit.maxPosition(), measured[d]));
        }
        return true;
    }
}
