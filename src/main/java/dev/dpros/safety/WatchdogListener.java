package dev.dpros.safety;

/** Hears of every change of the safety state. Called on the control thread: must neither block nor allocate. */
@FunctionalInterface
public interface WatchdogListener {
    /** A listener that does nothing. */
    WatchdogListener NONE = (from, to, event, source, nowNs) -> { };

    /**
     * A transition has been made.
     *
     * @param source index of the observation source it is about, or {@link Watchdog#NO_SOURCE}
     * @param nowNs monotonic time
     */
    void changed(SafetyState from, SafetyState to, SafetyEvent event, int source, long nowNs);
}
