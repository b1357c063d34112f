package dev.dpros.core;

/** Where commands leave: a ROS publisher or a simulator. */
@FunctionalInterface
public interface CommandSink {
    /**
     * Sends one frame. Called on the control thread at the control rate: neither blocks nor allocates nor retains the
     * frame. A peer that does not read loses frames; the loop never waits for it.
     */
    void publish(CommandFrame frame);
}
