package dev.dpros.simnode;

/** A simulated robot as a node. */
public interface WorldNode extends AutoCloseable {
    /** Lets the world's time run. */
    void start();

    /** How long the robot has stood still, world time in ns; 0 while it moves. Any thread. */
    long stillNs();
}
