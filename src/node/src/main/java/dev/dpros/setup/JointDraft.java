package dev.dpros.setup;

/**
 * Limits of one dimension of the action, each with the comment that stands behind it. Immutable.
 *
 * @param unit rad, m, or the word for them where nobody says
 */
record JointDraft(String name, String unit, Value lower, Value upper, Value velocity, Value acceleration, Value jerk) {
    /**
     * A number.
     *
     * @param remark comment, with its sign; empty for none
     */
    record Value(double number, String remark) {}

    /** Greatest less least position. */
    double range() {
        return upper.number() - lower.number();
    }
}
