package dev.dpros.node.outputs;

import dev.dpros.core.CommandSink;

/** One output of a node towards its robot: a command topic, or the client of an action's server. Counts may be read by any thread. */
public interface RobotOutput extends CommandSink, AutoCloseable {
    /** Full name of the topic or action. */
    String topic();

    /** Who takes its commands: subscribers, or 1 while an action's server is there. */
    int receivers();

    /** Messages sent, summed over subscribers; or goals. */
    long sent();

    /** Messages dropped because a subscriber's queue was full; or goals that were refused. */
    long dropped();

    @Override
    void close();
}
