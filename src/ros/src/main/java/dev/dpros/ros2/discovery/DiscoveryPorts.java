package dev.dpros.ros2.discovery;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/** The well-known UDP ports of a domain (DDSI-RTPS 9.6.2.4, default parameters) and the group of its multicast. */
final class DiscoveryPorts {
    private static final int MOST_PARTICIPANTS = 120;
    private static final int HIGHEST_PORT = 65_535;
    private static final int BASE = 7400;
    private static final int PER_DOMAIN = 250;
    private static final int PER_PARTICIPANT = 2;
    private static final InetAddress GROUP = group();

    private DiscoveryPorts() {}

    /** Participants of one machine that have well-known ports: fewer in the highest domains, where ports end. */
    static int participants(int domainId) {
        return Math.min(MOST_PARTICIPANTS, (HIGHEST_PORT - user(domainId, 0)) / PER_PARTICIPANT + 1);
    }

    /** Where SPDP is multicast. */
    static InetSocketAddress multicast(int domainId) {
        return new InetSocketAddress(GROUP, BASE + PER_DOMAIN * domainId);
    }

    /** The domain whose group is heard at a UDP port; -1 if it is none's. */
    static int domain(int port) {
        int above = port - BASE;
        return above >= 0 && above % PER_DOMAIN == 0 && above / PER_DOMAIN <= DomainSettings.HIGHEST_DOMAIN ? above / PER_DOMAIN : -1;
    }

    /** Discovery traffic of the participant with this index. */
    static int metatraffic(int domainId, int index) {
        return BASE + PER_DOMAIN * domainId + 10 + PER_PARTICIPANT * index;
    }

    /** User data of the participant with this index. */
    static int user(int domainId, int index) {
        return metatraffic(domainId, index) + 1;
    }

    /** Whether no program of this machine has the group's port of a domain, nor those of its first participant. */
    static boolean unoccupied(int domainId) {
        try (DatagramSocket all = new DatagramSocket(multicast(domainId).getPort());
                DatagramSocket first = new DatagramSocket(metatraffic(domainId, 0))) {
            return all.isBound() && first.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    private static InetAddress group() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 239, (byte) 255, 0, 1});
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
