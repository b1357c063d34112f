package dev.dpros.observation;

import dev.dpros.core.InputException;

/**
 * When an image's content is not to be believed. Both checks look at the prepared image's pixels.
 *
 * @param frozenAfterNs an image that repeats bit by bit for this long is frozen; 0 turns the check off
 * @param frozenAfterFrames and for at least this many frames
 * @param motion how far the robot must have moved meanwhile, robot units; 0 if the camera's own noise suffices
 * @param blankBelow standard deviation of the brightness, grey levels of 255, below which the image is blank; 0 turns
 *     the check off
 * @param grey whether a picture without colours may become a feature of three channels
 */
public record ContentRule(long frozenAfterNs, int frozenAfterFrames, double motion, double blankBelow, boolean grey) {
    /** Frozen after 500 ms and 5 frames, blank below 1.5 grey levels. */
    public static final ContentRule DEFAULT = new ContentRule(500_000_000L, 5, 0, 1.5, false);
    /** No check. */
    public static final ContentRule NONE = new ContentRule(0, 1, 0, 0, false);

    /** For colour cameras. */
    public ContentRule(long frozenAfterNs, int frozenAfterFrames, double motion, double blankBelow) {
        this(frozenAfterNs, frozenAfterFrames, motion, blankBelow, false);
    }

    /** @throws InputException if a bound is not met */
    public ContentRule {
        if (frozenAfterNs < 0 || frozenAfterFrames < 1 || !(motion >= 0)) {
            throw InputException.of("content check", "frozen", "time >= 0, frames >= 1, motion >= 0",
                    frozenAfterNs + " ns, " + frozenAfterFrames + " frames, motion " + motion, "");
        }
        if (!(blankBelow >= 0 && blankBelow < 128)) {
            throw InputException.of("content check", "blank_below", "0 to 128 grey levels", Double.toString(blankBelow), "");
        }
    }
}
