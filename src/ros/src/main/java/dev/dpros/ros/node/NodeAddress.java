package dev.dpros.ros.node;

import dev.dpros.core.InputException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Where a node listens and under which name others reach it: loopback unless ROS_IP or ROS_HOSTNAME names another
 * address, so that nothing is open to the network by default. Immutable.
 *
 * @param host advertised host
 * @param bindAddress address to listen on
 */
record NodeAddress(String host, InetAddress bindAddress) {
    /** @throws InputException if the host is not known here */
    static NodeAddress of(@Nullable String host) {
        if (host == null) {
            return new NodeAddress("127.0.0.1", InetAddress.getLoopbackAddress());
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            boolean asked = host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
            if (address.isLoopbackAddress() && !asked) {
                // a host name that /etc/hosts maps to 127.0.1.1: peers elsewhere resolve it to a real address
                return new NodeAddress(host, new InetSocketAddress(0).getAddress());
            }
            return new NodeAddress(host, address);
        } catch (UnknownHostException e) {
            throw InputException.of("ROS_IP / ROS_HOSTNAME", "value", "an address or name of this machine", "'" + host
                    + "'", "unset it for a system on one machine");
        }
    }

    /** A free port on the address to listen on. */
    InetSocketAddress anyPort() {
        return new InetSocketAddress(bindAddress, 0);
    }

    /** Host for a URI; IPv6 literals in brackets. */
    String uriHost() {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }
}
