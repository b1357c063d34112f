package dev.dpros.ros.message;

import java.nio.ByteBuffer;

/** ROS time and duration on the wire against nanoseconds. Stateless; allocates nothing. */
public final class WireTime {
    private static final long NS = 1_000_000_000L;

    private WireTime() {}

    /** Nanoseconds of a {@code time}: unsigned seconds and nanoseconds. */
    public static long timeNs(int seconds, int nanoseconds) {
        return (seconds & 0xffffffffL) * NS + (nanoseconds & 0xffffffffL);
    }

    /** Nanoseconds of a {@code duration}: signed seconds and nanoseconds. */
    public static long durationNs(int seconds, int nanoseconds) {
        return seconds * NS + nanoseconds;
    }

    /** Writes nanoseconds as a {@code time} or {@code duration}; the nanoseconds part is never negative, as in roscpp. */
    public static void put(ByteBuffer out, long ns) {
        out.putInt((int) Math.floorDiv(ns, NS)).putInt((int) Math.floorMod(ns, NS));
    }

    /** As {@link #put(ByteBuffer, long)} at an absolute index. */
    public static void put(ByteBuffer out, int index, long ns) {
        out.putInt(index, (int) Math.floorDiv(ns, NS)).putInt(index + 4, (int) Math.floorMod(ns, NS));
    }
}
