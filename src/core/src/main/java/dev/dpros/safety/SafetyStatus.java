package dev.dpros.safety;

/** What {@link SafetyFilter} changed, as bits, so that it can be said without allocating. */
public final class SafetyStatus {
    /** The command went out as wanted. */
    public static final int UNCHANGED = 0;
    /** A position (or the workspace box) was limited. */
    public static final int POSITION = 1;
    /** A velocity was limited. */
    public static final int VELOCITY = 1 << 1;
    /** An acceleration was limited. */
    public static final int ACCELERATION = 1 << 2;
    /** A jerk was limited. */
    public static final int JERK = 1 << 3;
    /** A value was not finite; the last command is held instead. */
    public static final int NOT_FINITE = 1 << 4;
    /** The finished frame broke a limit; it must not be sent. */
    public static final int VIOLATION = 1 << 5;
    /** There is nothing to send yet: no chunk, no measured position. */
    public static final int NOTHING = 1 << 6;
    /** A stop was refused by the final check; the last valid motion goes on to its end at rest instead. */
    public static final int KEPT = 1 << 7;
    /** Number of bits. */
    static final int BITS = 8;

    private static final String[] NAMES = {"position limited", "velocity limited", "acceleration limited",
        "jerk limited", "non-finite value refused", "frame refused: outside limits", "nothing to send",
        "last valid motion kept to its end"};

    private SafetyStatus() {}

    /** In words, for diagnostics; allocates. */
    public static String describe(int status) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < BITS; i++) {
            if ((status & 1 << i) != 0) {
                out.append(out.isEmpty() ? "" : ", ").append(NAMES[i]);
            }
        }
        return out.isEmpty() ? "unchanged" : out.toString();
    }

    /** Metric name of one bit. */
    public static String code(int bit) {
        return NAMES[bit].replace(": ", "_").replace(' ', '_').replace('-', '_');
    }
}
