package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.Guid;
import java.net.InetSocketAddress;

/**
 * An endpoint of another participant that matches one of ours. Immutable.
 *
 * @param guid its GUID
 * @param address where it receives: its unicast locator, or its participant's
 * @param reliable whether it asks for (reader) or offers (writer) reliable transfer
 * @param transientLocal whether it asks for or offers samples written before it came
 */
public record RemoteEndpoint(Guid guid, InetSocketAddress address, boolean reliable, boolean transientLocal) {}
