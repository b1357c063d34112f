package dev.dpros.ros2.rtps;

import dev.dpros.core.Clock;
import dev.dpros.ros2.wire.Guid;
import java.net.InetAddress;

/**
 * What a participant is and where it listens. Immutable.
 *
 * @param participant its GUID, with the participant's entity id
 * @param address IPv4 address that its sockets are bound to, and that others send to
 * @param metatrafficPort UDP port of discovery; 0 for any free one
 * @param userPort UDP port of all else; 0 for any free one
 * @param sockets sizes
 * @param clock monotonic time for intervals, wall clock for source timestamps
 */
public record RtpsConfig(Guid participant, InetAddress address, int metatrafficPort, int userPort, SocketOptions sockets, Clock clock) {}
