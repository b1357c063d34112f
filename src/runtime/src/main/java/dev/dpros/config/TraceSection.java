package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * The trace of a run.
 *
 * @param file where it is written; empty for none
 * @param megabytes its size, in MB
 */
public record TraceSection(String file, int megabytes) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public TraceSection {
        inRange("megabytes", megabytes, 1, 1024);
    }
}
