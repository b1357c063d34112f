package dev.dpros.ros2.discovery;

import dev.dpros.core.Clock;
import dev.dpros.ros2.rtps.SocketOptions;

/**
 * How a participant appears. Immutable.
 *
 * @param name for people, such as the node's
 * @param enclave of ROS 2, {@code /} unless it is given one
 * @param clock monotonic for leases, wall for stamps of samples
 * @param sockets sizes
 */
public record ParticipantOptions(String name, String enclave, Clock clock, SocketOptions sockets) {
    /** In the enclave {@code /}, with sockets of the usual sizes. */
    public static ParticipantOptions of(String name, Clock clock) {
        return new ParticipantOptions(name, "/", clock, SocketOptions.DEFAULT);
    }
}
