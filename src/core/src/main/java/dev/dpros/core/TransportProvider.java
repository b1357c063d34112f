package dev.dpros.core;

import java.util.List;
import java.util.Map;

/**
 * A middleware that nodes can join. Others than the project's own are found on the class path by {@link java.util.ServiceLoader}.
 */
public interface TransportProvider {
    /** What it is chosen by, such as {@code ros1}. */
    String name();

    /** How its arguments look on a command line, for messages, such as {@code a:=b}. */
    String argumentForm();

    /**
     * Separates the middleware's arguments from the program's own.
     *
     * @throws InputException naming the argument if one is malformed
     */
    NodeArguments arguments(List<String> arguments, Map<String, String> environment);

    /**
     * The arguments by which a child process's node gets this name, remaps and parameters of its own; the last ones of its command line.
     *
     * @param remaps names as the program has them to those that they get
     * @param parameters by path, a slash a level, such as {@code metrics/port}
     */
    List<String> argumentsFor(String node, Map<String, String> remaps, Map<String, String> parameters);

    /** The same without remaps. */
    default List<String> argumentsFor(String node, Map<String, String> parameters) {
        return argumentsFor(node, Map.of(), parameters);
    }

    /**
     * A graph of this machine in which nobody else is, whatever the environment says: for nodes that must not meet a robot's.
     *
     * @throws InputException if none can be had
     */
    NodeGraph privateGraph();
}
