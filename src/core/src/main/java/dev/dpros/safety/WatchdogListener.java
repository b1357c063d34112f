package dev.dpros.safety;

/** Hears of every change of the safety state. Called on the control thread: must neither block nor allocate. */
@FunctionalInterface
public interface WatchdogListener {
    /** A listener that does nothing. */
    WatchdogListener NONE = transition -> { };

    /**
     * A transition has been made.
     *
     * @param transition valid within the call
     */
    void changed(TransitionLog.Entry transition);
}
