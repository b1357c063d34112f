package dev.dpros.core;

/** Receives durations from a stage. Single writer per sink; the call neither allocates nor blocks. */
@FunctionalInterface
public interface LatencySink {
    /** A sink that forgets. */
    LatencySink NONE = ns -> { };

    /** Records one duration in ns; negative values count as 0. */
    void recordNs(long durationNs);
}
