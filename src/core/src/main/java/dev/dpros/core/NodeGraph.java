package dev.dpros.core;

import java.util.Map;

/** Where nodes meet: in ROS 1 a master. Closing it ends what was opened for it. */
public interface NodeGraph extends AutoCloseable {
    /** What a process must have in its environment for its nodes to be in this graph, the choice of the middleware among it. */
    Map<String, String> environment();

    /** In one line, how other programs come into a graph that was opened for its user; empty where it was there before. */
    default String hint() {
        return "";
    }

    @Override
    void close();
}
