package dev.dpros.ros2.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where an endpoint is reached (RTPS 9.3.2). Only UDP over IPv4 is spoken; other kinds (IPv6, shared memory) are kept as what
 * they are so that they can be passed over. Immutable.
 *
 * @param kind 1 is UDP over IPv4
 * @param port UDP port
 * @param address the IPv4 address; null for another kind
 */
public record Locator(int kind, int port, InetAddress address) {
    /** UDP over IPv4. */
    public static final int UDP4 = 1;
    /** Octets on the wire. */
    public static final int BYTES = 24;

    /** The locator of an IPv4 socket. */
    public static Locator udp4(InetSocketAddress address) {
        return new Locator(UDP4, address.getPort(), address.getAddress());
    }

    /** Whether this can be sent to: UDP over IPv4, a port and an address. */
    public boolean isUdp4() {
        return kind == UDP4 && address != null && port > 0 && port <= 0xffff && !address.isAnyLocalAddress();
    }

    /** The socket address of a {@link #isUdp4()} locator. */
    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }
}
