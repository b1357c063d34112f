package dev.dpros.core;

/** Why an inference ended without a chunk. Traces store its ordinal: new ones go to the end. */
public enum SamplingFailure {
    /** It threw: a bug, a bad policy, no memory left on the heap. */
    FAILED,
    /** A source has not delivered yet, so there was nothing to sample from. */
    NO_OBSERVATION,
    /** The policy gave NaN or infinity. */
    NON_FINITE,
    /** It was given up as configured, since it would have come too late. */
    ABANDONED,
    /** The accelerator failed: its context is of no more use, and this process cannot make another. */
    DEVICE_LOST;

    private static final SamplingFailure[] VALUES = values();

    /** Number of kinds. */
    public static int count() {
        return VALUES.length;
    }

    /** By ordinal; does not allocate. */
    public static SamplingFailure of(int ordinal) {
        return VALUES[ordinal];
    }
}
