package dev.dpros.ros2.discovery;

import dev.dpros.core.InputException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Where a ROS 2 node looks for others, as the environment says. Immutable.
 *
 * <p>Only this machine, unless {@code ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET}, {@code ROS_LOCALHOST_ONLY=0} or a peer in
 * {@code ROS_STATIC_PEERS} on another machine says otherwise.
 *
 * @param domainId ROS_DOMAIN_ID, 0 to {@value #HIGHEST_DOMAIN}
 * @param range how far to look
 * @param peers of ROS_STATIC_PEERS; port 0 where none is given
 */
public record DomainSettings(int domainId, Range range, List<InetSocketAddress> peers) {
    /** Highest domain whose ports exist. */
    public static final int HIGHEST_DOMAIN = 232;
    private static final int MOST_PEERS = 64;
    /** The highest ones whose ports Linux does not give out itself. */
    private static final int LOWEST_SPARE = 80;
    private static final int SPARE_DOMAINS = 22;

    /** How far to look for others. */
    public enum Range {
        /** Nobody: neither heard nor told. */
        OFF,
        /** This machine, and the static peers. */
        LOCALHOST,
        /** The networks of this machine (multicast), and the static peers. */
        SUBNET
    }

    /** Checks the domain and copies the peers. */
    public DomainSettings {
        if (domainId < 0 || domainId > HIGHEST_DOMAIN) {
            throw InputException.of("ROS_DOMAIN_ID", "value", "0 to " + HIGHEST_DOMAIN, String.valueOf(domainId), "");
        }
        peers = List.copyOf(peers);
    }

    /** This machine only. */
    public static DomainSettings local(int domainId) {
        return new DomainSettings(domainId, Range.LOCALHOST, List.of());
    }

    /** This machine only, in a domain in which no program of it is now. @throws InputException if there is none */
    public static DomainSettings unoccupied() {
        int first = (int) (ProcessHandle.current().pid() % SPARE_DOMAINS); // two that ask at once seldom get the same
        for (int i = 0; i < SPARE_DOMAINS; i++) {
            int domain = LOWEST_SPARE + (first + i) % SPARE_DOMAINS;
            if (DiscoveryPorts.unoccupied(domain)) {
                return local(domain);
            }
        }
        throw InputException.of("ROS 2", "domain", "one of " + LOWEST_SPARE + " to " + (LOWEST_SPARE + SPARE_DOMAINS - 1)
                + " in which nobody is on this machine", "nodes in all of them", "end some");
    }

    /**
     * As the environment says. Names of peers are looked up here, once.
     *
     * @throws InputException naming the variable with a bad value
     */
    public static DomainSettings of(Map<String, String> environment) {
        int domain = domain(set(environment, "ROS_DOMAIN_ID"));
        String localhost = set(environment, "ROS_LOCALHOST_ONLY");
        if (!localhost.isEmpty() && !localhost.equals("0") && !localhost.equals("1")) {
            throw InputException.of("ROS_LOCALHOST_ONLY", "value", "0 or 1", "'" + localhost + "'", "");
        }
        Range range = range(set(environment, "ROS_AUTOMATIC_DISCOVERY_RANGE"), localhost.equals("0"));
        List<InetSocketAddress> peers = peers(set(environment, "ROS_STATIC_PEERS"));
        if (localhost.equals("1")) {
            return new DomainSettings(domain, Range.LOCALHOST, List.of());
        }
        return new DomainSettings(domain, range, range == Range.OFF ? List.of() : peers);
    }

    private static String set(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip();
    }

    private static int domain(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > HIGHEST_DOMAIN) {
            throw InputException.of("ROS_DOMAIN_ID", "value", "0 to " + HIGHEST_DOMAIN, "'" + text + "'", "");
        }
        return Integer.parseInt(text);
    }

    private static Range range(String text, boolean network) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "", "SYSTEM_DEFAULT" -> network ? Range.SUBNET : Range.LOCALHOST;
            case "SUBNET" -> Range.SUBNET;
            case "LOCALHOST" -> Range.LOCALHOST;
            case "OFF" -> Range.OFF;
            default -> throw InputException.of("ROS_AUTOMATIC_DISCOVERY_RANGE", "value", "SUBNET, LOCALHOST, OFF or SYSTEM_DEFAULT",
                    "'" + text + "'", "");
        };
    }

    private static List<InetSocketAddress> peers(String text) {
        Set<String> given = new LinkedHashSet<>(Arrays.asList(text.split(";")));
        List<InetSocketAddress> peers = new ArrayList<>();
        for (String peer : given) {
            if (!peer.isBlank()) {
                peers.add(peer(peer.strip()));
            }
        }
        if (peers.size() > MOST_PEERS) {
            throw InputException.of("ROS_STATIC_PEERS", "peers", "at most " + MOST_PEERS, String.valueOf(peers.size()), "");
        }
        return peers;
    }

    private static InetSocketAddress peer(String peer) {
        int colon = peer.indexOf(':');
        String host = colon < 0 ? peer : peer.substring(0, colon);
        String port = colon < 0 ? "0" : peer.substring(colon + 1);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535 || colon >= 0 && Integer.parseInt(port) == 0) {
            throw InputException.of("ROS_STATIC_PEERS", "peer", "NAME or IPv4 address, with or without :PORT, several joined by ;",
                    "'" + peer + "'", peer.indexOf(':') != peer.lastIndexOf(':') ? "IPv6 is not spoken" : "");
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (address.getAddress().length == 4) {
                    return new InetSocketAddress(address, Integer.parseInt(port));
                }
            }
        } catch (UnknownHostException e) {
            throw new InputException("ROS_STATIC_PEERS: '" + host + "' is not known here; check the name, or write its address", e);
        }
        throw InputException.of("ROS_STATIC_PEERS", "peer", "a machine with an IPv4 address", "'" + host + "' with IPv6 alone", "");
    }

    /** True if nothing leaves this machine, and nothing from outside is heard. */
    public boolean loopbackOnly() {
        return range != Range.SUBNET && peers.stream().allMatch(peer -> peer.getAddress().isLoopbackAddress());
    }
}
