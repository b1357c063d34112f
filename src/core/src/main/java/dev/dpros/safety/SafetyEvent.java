package dev.dpros.safety;

import java.util.Locale;

/** Everything that can change the safety state, with the reason in words. */
public enum SafetyEvent {
    /** The operator starts (or resumes) the policy. */
    STARTED("started by operator"),
    /** The operator acknowledges a fault. */
    RESET("reset by operator"),
    /** The operator stops the policy. */
    OPERATOR_STOP("stopped by operator"),
    /** The enable (dead-man) input went away. */
    ENABLE_LOST("enable lost"),
    /** Emergency stop. */
    EMERGENCY_STOP("emergency stop"),
    /** The next chunk has missed its deadline. */
    CHUNK_LATE("chunk late"),
    /** No action of any chunk is left to execute. */
    CHUNK_EXHAUSTED("chunk exhausted"),
    /** A camera (or another input of the policy) has stopped delivering. */
    CAMERA_STALE("camera stale"),
    /** A camera repeats its image. */
    CAMERA_FROZEN("camera frozen"),
    /** A camera's image carries no information. */
    CAMERA_BLANK("camera blank"),
    /** Joint states have stopped coming. */
    JOINT_STATE_STALE("joint state stale"),
    /** Stamp time jumped against monotonic time. */
    STAMPS_JUMP("stamps jumped"),
    /** An inference ended without a chunk. */
    SAMPLER_CRASHED("sampler crashed"),
    /** An inference does not come back. */
    SAMPLER_HUNG("sampler hung"),
    /** A chunk holds NaN or infinite actions; it was refused. */
    NON_FINITE_ACTION("non-finite action"),
    /** The check after the filter found a command outside the limits; it was not sent. */
    LIMIT_VIOLATED("limit violated"),
    /** Several control periods in a row were missed. */
    TICK_OVERRUN("tick overrun"),
    /** The control loop itself threw. */
    LOOP_FAILED("control loop failed"),
    /** The causes of a hold are gone, a lesser one remains. */
    HOLD_CLEARED("hold causes cleared"),
    /** No cause is left. */
    CLEARED("all clear"),
    /** Nobody has started the policy yet; the condition in which a loop begins, and after a reset. Traces keep ordinals: new ones come last. */
    NOT_STARTED("waiting for ~start"),
    /** A source's stamps do not fit the node's clock. */
    STAMPS_OFFSET("stamps offset"),
    /** An inference had nothing to sample from: a source has not delivered yet. */
    NO_OBSERVATION("no observation yet"),
    /** An inference was given up, as configured, since it would have come too late. */
    CHUNK_ABANDONED("chunk abandoned"),
    /** The accelerator failed; the process ends. */
    DEVICE_LOST("device lost"),
    /** The control thread has ended or stands still; the process ends. */
    CONTROL_LOOP_DIED("control loop died"),
    /** A joint does not follow its command within the bound. */
    TRACKING_ERROR("does not follow its command"),
    /** A joint has not followed its command for the whole window. */
    TRACKING_LOST("has not followed its command"),
    /** An input that had one value throughout the training data has another one. */
    CONSTANT_INPUT("constant input differs"),
    /** The commands of an output no longer arrive. */
    OUTPUT_LOST("output lost");

    private static final SafetyEvent[] VALUES = values();
    private final String reason;
    private final String code;

    SafetyEvent(String reason) {
        this.reason = reason;
        code = name().toLowerCase(Locale.ROOT);
    }

    /** The reason in words. */
    public String reason() {
        return reason;
    }

    /** Lower-case name, for metrics and diagnostics. */
    public String code() {
        return code;
    }

    /** Number of events. */
    static int count() {
        return VALUES.length;
    }

    static SafetyEvent of(int ordinal) {
        return VALUES[ordinal];
    }
}
