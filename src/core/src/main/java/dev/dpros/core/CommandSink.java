package dev.dpros.core;

/**
 * Where the commands of one output leave: a topic, an action's server, or a simulator. All on the control thread, where nothing
 * blocks or allocates, unless said otherwise.
 */
@FunctionalInterface
public interface CommandSink {
    /**
     * Sends one frame: in each tick in which the output is to be commanded. It is not retained. A peer that does not read loses
     * frames; the loop never waits for it.
     */
    void publish(CommandFrame frame);

    /** Says what the loop does with this output from now on: when that changes, before the frame of the same tick. The first is a drive. */
    default void enter(OutputPhase phase) {}

    /** Whether commands no longer arrive, for a reason that lasts; asked in each tick. All outputs then come to rest. Any thread. */
    default boolean lost() {
        return false;
    }

    /** Why, in words; empty if there is nothing to say. Any thread; may allocate. */
    default String lostText() {
        return "";
    }

    /** Someone begins anew: a loss of before is forgotten. */
    default void begin() {}
}
