package dev.dpros.control;

/** A dead-man switch, read once per tick. Control thread; neither blocks nor allocates. */
@FunctionalInterface
public interface EnableSwitch {
    /** Where there is none: always held. */
    EnableSwitch ALWAYS = nowNs -> true;

    /** Whether it is held at this monotonic time; false before it was first pressed in this run. */
    boolean held(long monotonicNowNs);
}
