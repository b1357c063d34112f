package dev.dpros.control;

import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.Watchdog;

/**
 * Holds the measured position against what was commanded when it was measured. The error of each dimension goes through a
 * low-pass of half the window; beyond the bound it is {@link SafetyEvent#TRACKING_ERROR}, and after a window there
 * {@link SafetyEvent#TRACKING_LOST}, which stays until someone begins anew. Control thread; allocates nothing.
 */
final class Tracking {
    private static final int KEPT = 512;

    private final int[] dims;
    private final double[] bounds;
    private final double[] filtered;
    private final long[] beyondSinceNs;
    private final boolean[] beyond;
    private final long windowNs;
    private final int source;
    private final Watchdog watchdog;
    private final long[] times = new long[KEPT];
    private final double[] commands;
    private long count;
    private long lastNs;

    /** Of one output. */
    Tracking(OutputConfig output, MotionRules rules, Watchdog watchdog) {
        dims = output.dimArray();
        boolean on = output.dims().stream().anyMatch(d -> d < rules.maxTrackingError().size() && rules.maxTrackingError().get(d) > 0);
        bounds = new double[on ? dims.length : 0];
        for (int d = 0; d < bounds.length; d++) {
            double bound = rules.maxTrackingError().get(dims[d]);
            bounds[d] = bound == 0 || rules.mayBeBlocked(dims[d]) ? Double.POSITIVE_INFINITY : bound;
        }
        filtered = new double[bounds.length];
        beyondSinceNs = new long[bounds.length];
        beyond = new boolean[bounds.length];
        commands = new double[KEPT * bounds.length];
        windowNs = rules.trackingWindowNs();
        source = output.measuredSource();
        this.watchdog = watchdog;
    }

    /** Notes what was commanded at a tick. */
    void commanded(long monotonicNs, double[] command) {
        if (bounds.length > 0) {
            int slot = (int) (count++ % KEPT);
            times[slot] = monotonicNs;
            System.arraycopy(command, 0, commands, slot * bounds.length, bounds.length);
        }
    }

    /** Nothing is commanded: a robot may be moved. */
    void rest() {
        if (count > 0) {
            count = 0;
            for (int d = 0; d < bounds.length; d++) {
                filtered[d] = 0;
                beyond[d] = false;
                watchdog.clear(SafetyEvent.TRACKING_ERROR, subject(d));
            }
        }
    }

    /** Compares, after a tick in which someone drove; raises and clears the causes. @param measured {@code [a]}, if it is finite */
    void check(TickInputs inputs, double[] measured) {
        long sinceNs = inputs.monotonicNs - lastNs;
        lastNs = inputs.monotonicNs;
        if (count == 0 || !LiveInputs.finite(measured)) {
            return;
        }
        int slot = slotAt(source < 0 ? inputs.monotonicNs : inputs.health.receivedNs[source]);
        double share = Math.min(1, sinceNs / (sinceNs + windowNs / 2.0));
        for (int d = 0; d < bounds.length; d++) {
            double error = Math.abs(measured[d] - commands[slot * bounds.length + d]);
            filtered[d] += share * (error - filtered[d]);
            judge(d, inputs.monotonicNs);
        }
    }

    /** What is beyond is remembered here: of many joints, some share one subject of the watchdog. */
    private void judge(int dim, long nowNs) {
        boolean was = beyond[dim];
        beyond[dim] = filtered[dim] > bounds[dim];
        if (beyond[dim] && !was) {
            beyondSinceNs[dim] = nowNs;
        }
        if (beyond[dim]) {
            watchdog.raise(SafetyEvent.TRACKING_ERROR, subject(dim), dims[dim], filtered[dim], bounds[dim]);
        } else if (was) {
            clear(dim);
        }
        if (beyond[dim] && nowNs - beyondSinceNs[dim] >= windowNs) {
            watchdog.raise(SafetyEvent.TRACKING_LOST, subject(dim), dims[dim], filtered[dim], bounds[dim]);
        }
    }

    /** No longer beyond: unless another joint that shares its subject is. */
    private void clear(int dim) {
        boolean shared = false;
        for (int d = 0; d < beyond.length; d++) {
            shared |= beyond[d] && subject(d) == subject(dim);
        }
        if (!shared) {
            watchdog.clear(SafetyEvent.TRACKING_ERROR, subject(dim));
        }
    }

    /** The last command at or before a time; the oldest kept if all are later. */
    private int slotAt(long timeNs) {
        long oldest = Math.max(0, count - KEPT);
        long at = count - 1;
        while (at > oldest && times[(int) (at % KEPT)] > timeNs) {
            at--;
        }
        return (int) (at % KEPT);
    }

    private int subject(int dim) {
        return watchdog.subjectOfJoint(dims[dim]);
    }
}
