package dev.dpros.ros.peers;

import java.net.URI;

/**
 * A ROS master and programs around it, for tests that do not care where these run: in containers where a
 * Docker-compatible engine is found, else from this machine's installation; without either the test is skipped.
 *
 * <p>{@code DPROS_PEERS=container} or {@code local} forces one, and the test then fails where that is not there.
 */
public interface RosPeers extends AutoCloseable {
    /** Starts a roscore on a port of its own, or skips the test. */
    static RosPeers start() {
        String wanted = System.getenv().getOrDefault("DPROS_PEERS", "");
        return switch (wanted) {
            case "container" -> ContainerPeers.start();
            case "local" -> LocalPeers.start(true);
            case "" -> ContainerPeers.engineFound() ? ContainerPeers.start() : LocalPeers.start(false);
            default -> throw new IllegalArgumentException("DPROS_PEERS: expected container or local, found '" + wanted + "'");
        };
    }

    /** The master, as nodes of this machine reach it. */
    URI master();

    /** Starts a rospy script. */
    Peer rospy(String script, String... arguments);

    /** Runs a command to its end; standard output and error. The same machine or container for every call. */
    String run(String... command);

    /** Ends everything that was started. */
    @Override
    void close();

    /** A program that runs until it is closed. */
    interface Peer extends AutoCloseable {
        /** Waits for a further line that contains the text, at most 30 s. */
        void awaitLine(String text);

        @Override
        void close();
    }
}
