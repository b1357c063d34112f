package dev.dpros.core;

/** What the control loop does with an output in a tick. */
public enum OutputPhase {
    /** The policy or a human drives: frames are the motion. */
    DRIVES,
    /** Decelerated hold; its causes may go by themselves. */
    HOLDS,
    /** An operator stopped it, or has not started it again. */
    STOPPED,
    /** Until an operator's reset. */
    FAULT,
    /** The loop's last tick. */
    EXIT
}
