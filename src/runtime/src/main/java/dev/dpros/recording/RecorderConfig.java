package dev.dpros.recording;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How to record. Validated on construction.
 *
 * @param flushPeriodMs how often gathered records are handed to the operating system: at most this much is lost by
 *     kill -9
 * @param fsyncPeriodMs how often the journal is forced to disk while recording: at most about this much is lost by
 *     power loss. 0: only at the end of each episode
 * @param minFreeBytes recording stops cleanly when less disk than this is left
 * @param software written into each episode
 * @param robot type of robot, written into each episode
 * @param layout how to align the episode later; written into each episode, may be null
 */
public record RecorderConfig(
        long flushPeriodMs, long fsyncPeriodMs, long minFreeBytes, String software, String robot, JsonNode layout) {
    /** Flush each 100 ms, fsync each second, keep 1 GB free. */
    public static final RecorderConfig DEFAULTS = new RecorderConfig(100, 1000, 1L << 30, "dpros", "", null);

    /** @throws IllegalArgumentException naming the field and its bound */
    public RecorderConfig {
        require(flushPeriodMs >= 1 && flushPeriodMs <= 1000, "flush_period_ms", flushPeriodMs, "1 to 1000");
        require(fsyncPeriodMs >= 0 && fsyncPeriodMs <= 60_000, "fsync_period_ms", fsyncPeriodMs, "0 to 60000");
        require(minFreeBytes >= 0, "min_free_bytes", minFreeBytes, "at least 0");
    }

    /** The same with an alignment layout and a robot type. */
    public RecorderConfig with(String robotType, JsonNode newLayout) {
        return new RecorderConfig(flushPeriodMs, fsyncPeriodMs, minFreeBytes, software, robotType, newLayout);
    }

    private static void require(boolean ok, String field, long value, String bound) {
        if (!ok) {
            throw new IllegalArgumentException("record." + field + ": expected " + bound + ", found " + value);
        }
    }
}
