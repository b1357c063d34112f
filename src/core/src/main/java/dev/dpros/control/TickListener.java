package dev.dpros.control;

/** Hears of every tick, after its command has left. */
@FunctionalInterface
public interface TickListener {
    /** Called on the control thread: must neither block nor allocate, nor keep the report. */
    void ticked(TickReport report);
}
