package dev.dpros.ros2.wire;

/** RTPS times: seconds since the Unix epoch, and 32 bits of fraction (9.3.2.1). */
public final class RtpsTime {
    /** No time known. */
    public static final long UNKNOWN_NS = Long.MIN_VALUE;

    private static final long SECOND_NS = 1_000_000_000L;
    private static final long FRACTION_MASK = 0xffff_ffffL;

    private RtpsTime() {}

    /** Nanoseconds of seconds and fraction; the seconds count as unsigned. */
    public static long toNs(int seconds, int fraction) {
        return (seconds & FRACTION_MASK) * SECOND_NS + ((fraction & FRACTION_MASK) * SECOND_NS + (1L << 31) >>> 32);
    }

    /** The seconds of a time of at least 0 ns. */
    public static int seconds(long ns) {
        return (int) (ns / SECOND_NS);
    }

    /** The fraction of a time of at least 0 ns. */
    public static int fraction(long ns) {
        return (int) (((ns % SECOND_NS << 32) + SECOND_NS / 2) / SECOND_NS);
    }
}
