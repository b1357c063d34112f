package dev.dpros.ros2.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The IPv4 addresses of this machine as they were when this was made, and which address of a participant is one to send to.
 * Immutable; any thread.
 */
final class HostAddresses {
    private final DomainSettings settings;
    private final List<NetworkInterface> interfaces;
    private final List<InterfaceAddress> addresses;
    private final Set<InetAddress> own;

    private HostAddresses(DomainSettings settings, List<NetworkInterface> interfaces) {
        this.settings = settings;
        this.interfaces = interfaces;
        List<InterfaceAddress> found = new ArrayList<>();
        Set<InetAddress> mine = new LinkedHashSet<>();
        for (NetworkInterface nic : interfaces) {
            for (InterfaceAddress address : nic.getInterfaceAddresses()) {
                if (address.getAddress() instanceof Inet4Address) {
                    found.add(address);
                    mine.add(address.getAddress());
                }
            }
        }
        addresses = List.copyOf(found);
        own = Set.copyOf(mine);
    }

    /** Of the interfaces that are up now. */
    static HostAddresses now(DomainSettings settings) {
        List<NetworkInterface> up = new ArrayList<>();
        try {
            for (NetworkInterface nic : NetworkInterface.networkInterfaces().toList()) {
                if (nic.isUp()) {
                    up.add(nic);
                }
            }
        } catch (SocketException e) {
            // as if there were none but loopback, which is bound by its address
        }
        return new HostAddresses(settings, List.copyOf(up));
    }

    /** What to bind: loopback, or all addresses if the settings lead beyond this machine. */
    InetAddress bound() {
        try {
            return InetAddress.getByAddress(settings.loopbackOnly() ? new byte[] {127, 0, 0, 1} : new byte[4]);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four octets always are an address
        }
    }

    /** What to tell others: loopback, or this machine's addresses in its networks. */
    List<InetAddress> announced() {
        List<InetAddress> outside = new ArrayList<>();
        for (InterfaceAddress address : addresses) {
            if (!address.getAddress().isLoopbackAddress()) {
                outside.add(address.getAddress());
            }
        }
        return settings.loopbackOnly() || outside.isEmpty() ? List.of(InetAddress.getLoopbackAddress()) : outside;
    }

    /** A bound address as others are to be told, once per address of this machine. */
    List<InetSocketAddress> announced(int port) {
        return announced().stream().map(address -> new InetSocketAddress(address, port)).toList();
    }

    /** Interfaces on which announcements of participants are heard: also a participant of this machine speaks on its network. */
    List<NetworkInterface> multicast() {
        return interfaces.stream().filter(HostAddresses::carriesMulticast).toList();
    }

    /** Interfaces by which announcements leave: loopback alone, unless the settings lead to the networks of this machine. */
    List<NetworkInterface> spoken() {
        return multicast().stream().filter(nic -> settings.range() == DomainSettings.Range.SUBNET || isLoopback(nic)).toList();
    }

    private static boolean carriesMulticast(NetworkInterface nic) {
        try {
            return nic.getInterfaceAddresses().stream().anyMatch(address -> address.getAddress() instanceof Inet4Address)
                    && (nic.isLoopback() || nic.supportsMulticast());
        } catch (SocketException e) {
            return false; // it went down meanwhile
        }
    }

    private static boolean isLoopback(NetworkInterface nic) {
        try {
            return nic.isLoopback();
        } catch (SocketException e) {
            return false; // it went down meanwhile
        }
    }

    /**
     * The address to send to, of those that a participant or endpoint gives; null if none is to be sent to: it is on another
     * machine and the settings stay on this one, or it gives none.
     */
    InetSocketAddress reachable(List<InetSocketAddress> given) {
        InetSocketAddress best = null;
        int rank = 0;
        for (InetSocketAddress address : given) {
            int here = rank(address.getAddress());
            if (here > rank) {
                best = address;
                rank = here;
            }
        }
        return best;
    }

    private int rank(InetAddress address) {
        boolean outside = !settings.loopbackOnly();
        if (address.isLoopbackAddress()) {
            return outside ? 2 : 4;
        }
        if (own.contains(address)) {
            return 3;
        }
        boolean peer = settings.peers().stream().anyMatch(known -> known.getAddress().equals(address));
        if (settings.range() != DomainSettings.Range.SUBNET) {
            return peer ? 3 : 0;
        }
        return addresses.stream().anyMatch(net -> contains(net, address)) ? 3 : 1;
    }

    private static boolean contains(InterfaceAddress net, InetAddress address) {
        int bits = net.getNetworkPrefixLength();
        byte[] one = net.getAddress().getAddress();
        byte[] other = address.getAddress();
        for (int i = 0; i < Math.min(bits, 32); i++) {
            if ((one[i >> 3] >> 7 - (i & 7) & 1) != (other[i >> 3] >> 7 - (i & 7) & 1)) {
                return false;
            }
        }
        return bits > 0;
    }
}
