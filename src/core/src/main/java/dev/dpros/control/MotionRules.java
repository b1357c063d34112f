package dev.dpros.control;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When the loop may command, and how what it commands is held against the measured position. Immutable.
 *
 * @param atRest what the only output is sent once a motion has ended
 * @param takeUp {@code [A]} by how much a robot may differ from its last command and still go on from it, robot units;
 *     empty: 2 % of the range for smooth control, always the measured position for steps
 * @param maxTrackingError {@code [A]} by how much a moving robot may lag, robot units; 0 or an empty list: not supervised
 * @param trackingWindowNs over which the error is filtered, and how long it may last
 * @param contact {@code [A]} dimensions that may be blocked: neither supervised nor compared; may be empty
 * @param measuredSource index of the source that delivers the measured position of the only output, or -1
 * @param enableRequired whether there is a dead-man switch
 */
public record MotionRules(AtRest atRest, List<Double> takeUp, List<Double> maxTrackingError, long trackingWindowNs,
        List<Boolean> contact, int measuredSource, boolean enableRequired) {
    /** Nothing is supervised, the last position is sent for ever. */
    public static final MotionRules UNSUPERVISED = new MotionRules(AtRest.ALWAYS, List.of(), List.of(), 500_000_000,
            List.of(), -1, false);

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public MotionRules {
        takeUp = takeUp == null ? List.of() : List.copyOf(takeUp);
        maxTrackingError = maxTrackingError == null ? List.of() : List.copyOf(maxTrackingError);
        contact = contact == null ? List.of() : List.copyOf(contact);
        ControlConfig.require(takeUp.stream().allMatch(t -> t >= 0), "take_up", takeUp, "0 or more");
        ControlConfig.require(maxTrackingError.stream().allMatch(t -> t >= 0), "max_tracking_error", maxTrackingError,
                "0 or more");
        ControlConfig.require(trackingWindowNs > 0, "tracking_window_ms", trackingWindowNs * 1e-6, "a positive time");
    }

    /** Silence at rest, one tolerance for all dimensions, no switch, no supervision. */
    public static MotionRules silent(int dims, double takeUp) {
        return new MotionRules(AtRest.SILENT, Collections.nCopies(dims, takeUp), List.of(), 500_000_000, List.of(), -1, false);
    }

    /** The same with another behaviour at rest. */
    public MotionRules with(AtRest other) {
        return new MotionRules(other, takeUp, maxTrackingError, trackingWindowNs, contact, measuredSource, enableRequired);
    }

    /** The same with supervision of this error in every dimension. */
    public MotionRules tracking(double error, long windowNs, int source) {
        return new MotionRules(atRest, takeUp, Collections.nCopies(takeUp.size(), error), windowNs, contact, source,
                enableRequired);
    }

    /** The same with the dimensions that may be blocked. */
    public MotionRules contact(List<Boolean> dims) {
        return new MotionRules(atRest, takeUp, maxTrackingError, trackingWindowNs, dims, measuredSource, enableRequired);
    }

    /** The same with a dead-man switch. */
    public MotionRules enableRequired(boolean required) {
        return new MotionRules(atRest, takeUp, maxTrackingError, trackingWindowNs, contact, measuredSource, required);
    }

    /** The same with the measured position from this source. */
    public MotionRules measuredFrom(int source) {
        return new MotionRules(atRest, takeUp, maxTrackingError, trackingWindowNs, contact, source, enableRequired);
    }

    /** The tolerances of these dimensions, infinite where one may be blocked; null if none are given. */
    double @Nullable [] takeUpArray(int[] dims) {
        if (takeUp.isEmpty()) {
            return null;
        }
        double[] out = new double[dims.length];
        for (int d = 0; d < out.length; d++) {
            out[d] = mayBeBlocked(dims[d]) ? Double.POSITIVE_INFINITY : takeUp.get(dims[d]);
        }
        return out;
    }

    /** Whether a dimension may be blocked. */
    boolean mayBeBlocked(int dim) {
        return dim < contact.size() && contact.get(dim);
    }
}
