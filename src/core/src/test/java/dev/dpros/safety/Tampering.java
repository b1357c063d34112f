package dev.dpros.safety;

/** Spoils a filter, so that its final check refuses what it plans: nothing it is given from outside can. */
public final class Tampering {
    private Tampering() {}

    /** Puts other limits in the place of those that the motion under way was planned with. */
    public static void replaceLimit(SafetyFilter filter, int dim, JointLimits limit) {
        filter.limits[dim] = limit;
    }
}
