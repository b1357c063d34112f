package dev.dpros.control;

/** What is sent to a robot whose motion has come to its end. */
public enum AtRest {
    /** The last frame for half a second more, then nothing. */
    SILENT,
    /** The one latched position, as long as the robot stays near it: for controllers that must be fed. */
    REPEAT,
    /** The last position for ever, wherever the robot is: simulated loops, and traces that say nothing of it. */
    ALWAYS
}
