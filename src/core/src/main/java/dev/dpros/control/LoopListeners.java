package dev.dpros.control;

import dev.dpros.safety.WatchdogListener;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who hears of what the control loop does, on the control thread. What one of them throws keeps neither the loop nor the
 * others from going on.
 *
 * @param transitions hears of the watchdog's transitions
 * @param probes where durations go
 * @param ticks hear of every tick, in this order
 */
public record LoopListeners(WatchdogListener transitions, LoopProbes probes, List<Named> ticks) {
    /** Nobody. */
    public static final LoopListeners NONE = new LoopListeners(WatchdogListener.NONE, LoopProbes.NONE, List.of());

    /**
     * One that hears of every tick.
     *
     * @param name who it is, for people
     * @param listener the listener
     */
    public record Named(String name, TickListener listener) {}

    /** Copies the list. */
    public LoopListeners {
        ticks = List.copyOf(ticks);
    }

    /** The same with durations measured. */
    public LoopListeners measuredBy(LoopProbes measured) {
        return new LoopListeners(transitions, measured, ticks);
    }

    /** The same with one who hears of the watchdog's transitions. */
    public LoopListeners transitionsTo(WatchdogListener listener) {
        return new LoopListeners(listener, probes, ticks);
    }

    /** These and one more that hears of every tick, after the others. */
    public LoopListeners and(String name, TickListener listener) {
        return new LoopListeners(transitions, probes, Stream.concat(ticks.stream(), Stream.of(new Named(name, listener))).toList());
    }
}
