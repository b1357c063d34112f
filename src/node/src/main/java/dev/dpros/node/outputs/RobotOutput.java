package dev.dpros.node.outputs;

import dev.dpros.core.CommandSink;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One output of a node towards its robot: a command topic, or the client of an action's server. Counts may be read by any thread. */
public interface RobotOutput extends CommandSink, AutoCloseable {
    /** Full name of the topic or action. */
    String topic();

    /** Who takes its commands: subscribers, or 1 while an action's server is there. */
    int receivers();

    /** What keeps an action's server from taking goals, in words; null if nothing, and of topics. */
    default @Nullable String missing() {
        return null;
    }

    /** The node is ended from outside, and its connections with it: what a stop cancels is canceled at once. Any thread. */
    default void leave() {}

    /** Messages sent, summed over subscribers; or goals. */
    long sent();

    /** Messages dropped because a subscriber's queue was full; or goals that did not end well. */
    long dropped();

    /** Who dropped messages, as {@link dev.dpros.core.Transport.Publication#droppedBy}; empty of actions. Allocates. */
    default Map<String, Long> droppedBy() {
        return Map.of();
    }

    @Override
    void close();
}
