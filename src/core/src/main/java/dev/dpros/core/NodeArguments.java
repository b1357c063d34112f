package dev.dpros.core;

import java.util.List;
import java.util.Map;

/** What a command line and the environment say to a middleware: which graph, names, remaps, parameters. Immutable. */
public interface NodeArguments {
    /**
     * The parameters that they give to a node, by names such as {@code sampler/steps}, a slash a level; without those that every
     * node of the middleware has.
     *
     * @param name of the node, unless the arguments have one
     */
    Map<String, Object> parameters(String name);

    /** How a parameter is written on the command line, for messages, such as {@code _sampler/steps:=}. @param path a slash a level */
    String parameterForm(String path);

    /** The arguments that are not the middleware's. */
    List<String> rest();

    /**
     * Joins the graph. Blocks.
     *
     * @param name of the node, unless the arguments have one
     * @param parameters set as the node's own at the start, in place of {@link #parameters}; those that every node of the middleware has stay
     * @throws InputException if the graph cannot be joined or a name is not legal
     * @throws ShutDownException if another node of this name came meanwhile
     */
    Transport connect(String name, Map<String, Object> parameters);

    /** Joins the graph with the parameters of the arguments. */
    default Transport connect(String name) {
        return connect(name, parameters(name));
    }

    /**
     * The graph that they name. Where they name none and nodes cannot meet without, it is opened here and lives until it is
     * closed.
     *
     * @param logs whether a graph that is opened here has what tools need to see all nodes' logs
     */
    NodeGraph graph(boolean logs);
}
