package dev.dpros.control;

import dev.dpros.core.LatencySink;

/**
 * Where the loop's durations go. Recorded on the control thread.
 *
 * @param tickLateness how late each tick began after its deadline
 * @param tickDuration how long each tick took
 * @param endToEnd from the stamp of the observation to the first command made from it
 */
public record LoopProbes(LatencySink tickLateness, LatencySink tickDuration, LatencySink endToEnd) {
    /** No probes. */
    public static final LoopProbes NONE = new LoopProbes(LatencySink.NONE, LatencySink.NONE, LatencySink.NONE);
}
