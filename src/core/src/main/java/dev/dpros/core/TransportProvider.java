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
}
