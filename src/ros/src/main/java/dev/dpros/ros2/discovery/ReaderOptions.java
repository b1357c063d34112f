package dev.dpros.ros2.discovery;

/**
 * How an own reader receives. Immutable.
 *
 * @param maxSampleBytes longest sample taken, with its encapsulation
 * @param ownPort whether it has a socket and thread of its own, as images and joint states want
 */
public record ReaderOptions(int maxSampleBytes, boolean ownPort) {}
