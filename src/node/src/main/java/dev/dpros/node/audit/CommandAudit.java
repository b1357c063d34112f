package dev.dpros.node.audit;

import dev.dpros.safety.JointLimits;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Checks trajectories as they were published, each in itself and against the one before: what a robot that follows them
 * does, the newest always replacing the rest of the one before, must keep every joint's limits of position, velocity,
 * acceleration and jerk at every point.
 *
 * <p>Where trajectories are missing, only the motion is checked: the one before the gap may have been replaced within it.
 *
 * <p>Derivatives are divided differences of the published velocities. By the mean value theorem a motion within the limits
 * cannot exceed them, so that what is found is a violation. One thread.
 */
public final class CommandAudit {
    /** What can be wrong. */
    public enum Finding {
        /** Not a number, no point, or times that do not increase. */ MALFORMED,
        /** Outside the position limits. */ POSITION,
        /** Faster than allowed. */ VELOCITY,
        /** Greater acceleration than allowed. */ ACCELERATION,
        /** Greater jerk than allowed. */ JERK,
        /** Positions that do not follow from the velocities. */ INCONSISTENT,
        /** A trajectory that does not begin where the one before would be, in motion. */ JUMP,
        /** A trajectory that does not end at rest. */ NOT_AT_REST
    }

    /** A published trajectory: number, stamp, times after it, {@code [points, A]} positions and velocities. */
    public record Trajectory(long sequence, long stampNs, long[] timesNs, double[] positions, double[] velocities) {
        int points() {
            return timesNs.length;
        }
    }

    /** Rounding, in relation to a limit. */
    private static final double ROUNDING = 1e-6;
    /** Stamps follow the wall clock, which is trimmed while motion goes on: 1 % for what divides by their differences. */
    private static final double STAMPS = 0.01;

    private final JointLimits[] limits;
    private final int dims;
    private final Map<Finding, Long> counts = new EnumMap<>(Finding.class);
    private final double[] most = new double[3];
    private final Trajectory[] executed = new Trajectory[3];
    private long messages;
    private long points;
    private long lost;
    private long unstamped;
    private String first = "";

    /** An audit by these limits, one per joint in the messages' order. */
    public CommandAudit(List<JointLimits> limits) {
        this.limits = limits.toArray(new JointLimits[0]);
        dims = this.limits.length;
    }

    /**
     * Checks the next trajectory.
     *
     * @return whether it begins anew: elsewhere, while the one before had come to rest. Whether it may is for the measured
     *     position to say
     */
    public boolean check(Trajectory next) {
        messages++;
        if (!wellFormed(next)) {
            find(Finding.MALFORMED, 0, 0, next);
            return false;
        }
        points += next.points();
        for (int d = 0; d < dims; d++) {
            inside(next, d);
        }
        if (next.stampNs == 0) {
            unstamped++;
            return false;
        }
        Trajectory before = executed[2];
        if (before != null && next.stampNs <= before.stampNs) {
            find(Finding.MALFORMED, 0, 0, next);
            return false;
        }
        executed[0] = executed[1];
        executed[1] = before;
        executed[2] = next;
        boolean begins = false;
        if (before != null && next.sequence != before.sequence + 1) {
            lost += Math.max(0, next.sequence - before.sequence - 1);
        } else if (before != null) {
            boolean rest = true;
            for (int d = 0; d < dims; d++) {
                Join join = join(before, next, d);
                rest &= join.velocity == 0 && Math.abs(next.velocities[d]) <= join.velocitySlack;
            }
            for (int d = 0; d < dims; d++) {
                Join join = join(before, next, d);
                boolean off = Math.abs(next.positions[d] - join.position) > join.positionSlack;
                begins |= off && rest;
                if (!rest && (off || Math.abs(next.velocities[d] - join.velocity) > join.velocitySlack)) {
                    find(Finding.JUMP, d, next.positions[d] - join.position, next);
                }
            }
        }
        for (int d = 0; d < dims && executed[0] != null; d++) {
            driven(d);
        }
        return begins;
    }

    /** Where the trajectory before would be, and what interpolating it leaves open. */
    private record Join(double position, double velocity, double positionSlack, double velocitySlack) {}

    private boolean wellFormed(Trajectory t) {
        int n = t.points();
        boolean good = n > 0 && t.positions.length == n * dims && t.velocities.length == n * dims;
        for (int i = 0; good && i < n; i++) {
            good = t.timesNs[i] >= 0 && (i == 0 || t.timesNs[i] > t.timesNs[i - 1]);
            for (int d = 0; good && d < dims; d++) {
                good = Double.isFinite(t.positions[i * dims + d]) && Double.isFinite(t.velocities[i * dims + d]);
            }
        }
        return good;
    }

    /** One joint within one trajectory. */
    private void inside(Trajectory t, int d) {
        double before = Double.NaN;
        double secondsBefore = 0;
        for (int i = 0; i < t.points(); i++) {
            state(t, i, d);
            if (i == 0) {
                continue;
            }
            double dt = (t.timesNs[i] - t.timesNs[i - 1]) * 1e-9;
            double v0 = t.velocities[(i - 1) * dims + d];
            double v1 = t.velocities[i * dims + d];
            double acceleration = (v1 - v0) / dt;
            bound(Finding.ACCELERATION, acceleration, limits[d].maxAcceleration(), ROUNDING, d, t);
            double moved = t.positions[i * dims + d] - t.positions[(i - 1) * dims + d];
            double slack = limits[d].maxJerk() * dt * dt * dt / 12 * (1 + ROUNDING) + 1e-9;
            if (Math.abs(moved - (v0 + v1) / 2 * dt) > slack) {
                find(Finding.INCONSISTENT, d, moved - (v0 + v1) / 2 * dt, t);
            }
            if (i > 1) {
                double jerk = (acceleration - before) / ((dt + secondsBefore) / 2);
                bound(Finding.JERK, jerk, limits[d].maxJerk(), 1e-4, d, t);
            }
            before = acceleration;
            secondsBefore = dt;
        }
        if (t.velocities[(t.points() - 1) * dims + d] != 0) {
            find(Finding.NOT_AT_REST, d, t.velocities[(t.points() - 1) * dims + d], t);
        }
    }

    private void state(Trajectory t, int i, int d) {
        double q = t.positions[i * dims + d];
        double slack = ROUNDING * (limits[d].maxPosition() - limits[d].minPosition());
        if (!(q >= limits[d].minPosition() - slack && q <= limits[d].maxPosition() + slack)) {
            find(Finding.POSITION, d, q, t);
        }
        bound(Finding.VELOCITY, t.velocities[i * dims + d], limits[d].maxVelocity(), ROUNDING, d, t);
    }

    /** One joint where a trajectory takes over. */
    private Join join(Trajectory before, Trajectory next, int d) {
        long offsetNs = next.stampNs + next.timesNs[0] - before.stampNs;
        int i = 0;
        while (i + 2 < before.points() && before.timesNs[i + 1] <= offsetNs) {
            i++;
        }
        boolean after = before.points() == 1 || offsetNs >= before.timesNs[before.points() - 1];
        int last = before.points() - 1;
        double dt = after ? 0.01 : (before.timesNs[i + 1] - before.timesNs[i]) * 1e-9;
        double u = after ? 0 : (offsetNs - before.timesNs[i]) * 1e-9 / dt;
        double p0 = before.positions[(after ? last : i) * dims + d];
        double v0 = after ? 0 : before.velocities[i * dims + d];
        double v1 = after ? 0 : before.velocities[(i + 1) * dims + d];
        double velocity = v0 + u * (v1 - v0);
        double position = p0 + u * dt * (v0 + velocity) / 2;
        double jerk = limits[d].maxJerk();
        double positionSlack = jerk * dt * dt * dt / 6 + limits[d].maxVelocity() * STAMPS * 1e-3;
        double velocitySlack = jerk * dt * dt / 2 + limits[d].maxAcceleration() * STAMPS * 1e-3;
        return new Join(position, velocity, positionSlack, velocitySlack);
    }

    /** One joint of the motion that was really commanded: where each trajectory began. */
    private void driven(int d) {
        double dt0 = (executed[1].stampNs - executed[0].stampNs) * 1e-9;
        double dt1 = (executed[2].stampNs - executed[1].stampNs) * 1e-9;
        double a0 = (executed[1].velocities[d] - executed[0].velocities[d]) / dt0;
        double a1 = (executed[2].velocities[d] - executed[1].velocities[d]) / dt1;
        bound(Finding.ACCELERATION, a1, limits[d].maxAcceleration(), STAMPS, d, executed[2]);
        bound(Finding.JERK, (a1 - a0) / ((dt0 + dt1) / 2), limits[d].maxJerk(), STAMPS, d, executed[2]);
    }

    private void bound(Finding kind, double value, double limit, double slack, int d, Trajectory t) {
        int at = kind.ordinal() - Finding.VELOCITY.ordinal();
        most[at] = Math.max(most[at], Math.abs(value) / limit);
        if (!(Math.abs(value) <= limit * (1 + slack))) {
            find(kind, d, value, t);
        }
    }

    private void find(Finding kind, int d, double value, Trajectory t) {
        if (first.isEmpty()) {
            first = String.format(Locale.ROOT, "%s of %s: %.6g, in message %d (stamp %d)", kind, limits[d].name(), value, messages,
                    t.stampNs);
        }
        counts.merge(kind, 1L, Long::sum);
    }

    /** Trajectories checked. */
    public long messages() {
        return messages;
    }

    /** Trajectories that did not arrive here: how the next one follows from them cannot be checked. */
    public long lost() {
        return lost;
    }

    /** Trajectories stamped zero: when each began is not known, and not how it follows from the one before. */
    public long unstamped() {
        return unstamped;
    }

    /** Points checked. */
    public long points() {
        return points;
    }

    /** What was found, how often; empty if all was well. */
    public Map<Finding, Long> findings() {
        return Map.copyOf(counts);
    }

    /** The first finding in words; empty if there is none. */
    public String first() {
        return first;
    }

    /** Largest share of the limit of velocity, acceleration and jerk that was used: that the limits were put to the test. */
    public double[] largestShares() {
        return most.clone();
    }
}
