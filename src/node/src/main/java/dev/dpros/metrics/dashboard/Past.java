package dev.dpros.metrics.dashboard;

import java.util.List;

/**
 * The time before a page was opened. Its components' names are the page's JSON keys.
 *
 * @param ageMs how long ago each moment was, oldest first
 * @param commanded {@code [moment][joint]} positions; NaN where none was sent
 * @param measured {@code [moment][joint]} positions; NaN where unknown
 * @param cycles of the last minute, oldest first
 */
public record Past(double[] ageMs, float[][] commanded, float[][] measured, List<Cycle> cycles) {
    /** Nothing is known of it. */
    public static final Past NONE = new Past(new double[0], new float[0][], new float[0][], List.of());

    /**
     * One cycle from frame to command.
     *
     * @param id number of the chunk
     * @param ageMs how long ago its first command was sent
     * @param totalMs from the stamp of its observation to that
     * @param deadlineMs until when it had to be there; 0 if there was no deadline
     * @param late whether it was not
     */
    public record Cycle(long id, double ageMs, double totalMs, double deadlineMs, boolean late) {}
}
