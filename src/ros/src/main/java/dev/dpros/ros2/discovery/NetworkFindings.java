package dev.dpros.ros2.discovery;

import dev.dpros.core.Finding;
import dev.dpros.ros2.discovery.DomainSettings.Range;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a person needs to know of the network when nodes do not find each other, or lose messages. Not for hot paths. */
final class NetworkFindings {
    private static final String PARTICIPANTS = "participants";
    private static final int ZENOH_ROUTER = 7447;
    /** Ports of higher domains lie among those that the kernel gives to anybody. */
    private static final int HIGHEST_TELLING_DOMAIN = 101;
    private static final int MOST_NAMED = 5;
    private static final String SUBNET = "ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET";

    private final DomainSettings settings;
    private final HostAddresses host;
    private final int grantedBytes;
    private final int wantedBytes;
    private final Path proc;

    NetworkFindings(DomainSettings settings, HostAddresses host, int grantedBytes, int wantedBytes) {
        this(settings, host, grantedBytes, wantedBytes, Path.of("/proc"));
    }

    /** @param proc {@code /proc}, or a test's */
    NetworkFindings(DomainSettings settings, HostAddresses host, int grantedBytes, int wantedBytes, Path proc) {
        this.settings = settings;
        this.host = host;
        this.grantedBytes = grantedBytes;
        this.wantedBytes = wantedBytes;
        this.proc = proc;
    }

    /**
     * Everything.
     *
     * @param known participants that this one works with
     * @param beyond participants that were heard and stay out
     */
    List<Finding> of(List<ParticipantData> known, List<ParticipantData> beyond) {
        List<Finding> found = new ArrayList<>();
        found.add(domain());
        found.add(buffer());
        multicast(found);
        found.add(participants(known));
        secured(known, found);
        if (!beyond.isEmpty()) {
            found.add(Finding.warning("other machines", count(beyond.size(), "participant") + " there stay out: "
                    + some(beyond.stream().map(ParticipantData::describe).toList()), "to work with them: export " + SUBNET));
        }
        return found;
    }

    private Finding domain() {
        String reach = switch (settings.range()) {
            case OFF -> "nobody is looked for";
            case LOCALHOST -> "this machine only" + (settings.peers().isEmpty() ? "" : " and " + settings.peers().size() + " static peers");
            case SUBNET -> "this machine and its networks";
        };
        String text = settings.domainId() + " (ROS_DOMAIN_ID), " + reach;
        return switch (settings.range()) {
            case OFF -> Finding.fault("domain", text, "unset ROS_AUTOMATIC_DISCOVERY_RANGE, or set it to LOCALHOST or SUBNET");
            case LOCALHOST -> Finding.note("domain", text, "for a robot on the network: export " + SUBNET);
            case SUBNET -> Finding.ok("domain", text);
        };
    }

    private Finding buffer() {
        String most = read("sys/net/core/rmem_max");
        String text = "net.core.rmem_max is " + (most.isEmpty() ? "not known" : most) + ", sockets have " + grantedBytes + " bytes";
        return grantedBytes >= wantedBytes ? Finding.ok("receive buffer", text)
                : Finding.warning("receive buffer", text + " of " + wantedBytes + " wanted: large images come in pieces, and late",
                        "sudo sysctl -w net.core.rmem_max=" + wantedBytes);
    }

    private void multicast(List<Finding> found) {
        List<NetworkInterface> spoken = host.spoken();
        if (settings.range() == Range.OFF) {
            return;
        }
        if (spoken.isEmpty()) {
            found.add(Finding.note("multicast", "no interface carries it", "nodes of this machine are found by their ports; others need ROS_STATIC_PEERS"));
        }
        for (NetworkInterface nic : spoken) {
            String failure = MulticastProbe.failure(nic);
            boolean loopback = host.announced().stream().allMatch(InetAddress::isLoopbackAddress);
            found.add(failure == null ? Finding.ok("multicast", nic.getName() + " carries it")
                    : loopback ? Finding.note("multicast", nic.getName() + ": " + failure, "nodes of this machine are found by their ports all the same")
                    : Finding.warning("multicast", nic.getName() + ": " + failure, "name the other machines: export ROS_STATIC_PEERS='address;address'"));
        }
    }

    private Finding participants(List<ParticipantData> known) {
        if (known.isEmpty()) {
            return nobody();
        }
        Map<String, Integer> vendors = new TreeMap<>();
        known.forEach(participant -> vendors.merge(speaks(participant), 1, Integer::sum));
        return Finding.ok(PARTICIPANTS, vendors.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", ")));
    }

    /** The DDS, and the RMW that is built on it. */
    private static String speaks(ParticipantData participant) {
        return switch (participant.vendor()) {
            case 0 -> "without a vendor (dpros)";
            case 0x0101 -> "RTI Connext (rmw_connextdds)";
            case 0x010f -> "Fast DDS (rmw_fastrtps)";
            case 0x0110 -> "Cyclone DDS (rmw_cyclonedds)";
            default -> participant.vendorName();
        };
    }

    /** Nobody speaks RTPS in this domain: perhaps in another, or in another protocol. */
    private Finding nobody() {
        SocketTable sockets = new SocketTable(proc.resolve("net"));
        Set<Integer> domains = sockets.udp().stream().map(DiscoveryPorts::domain)
                .filter(domain -> domain >= 0 && domain <= HIGHEST_TELLING_DOMAIN && domain != settings.domainId())
                .collect(Collectors.toCollection(TreeSet::new));
        if (sockets.tcpListeners().contains(ZENOH_ROUTER)) {
            return Finding.fault(PARTICIPANTS, "nobody speaks RTPS in domain " + settings.domainId() + "; a zenoh router listens on TCP port "
                    + ZENOH_ROUTER + ": the other nodes seem to use rmw_zenoh, which cannot be reached",
                    "start them with RMW_IMPLEMENTATION=rmw_cyclonedds_cpp or rmw_fastrtps_cpp");
        }
        if (!domains.isEmpty()) {
            return Finding.fault(PARTICIPANTS, "nobody in domain " + settings.domainId() + "; on this machine there are some in domain "
                    + domains.stream().map(String::valueOf).collect(Collectors.joining(", ")), "export ROS_DOMAIN_ID=" + domains.iterator().next());
        }
        return Finding.fault(PARTICIPANTS, "nobody in domain " + settings.domainId(), settings.range() == Range.LOCALHOST
                ? "start the robot's nodes; are they on another machine: export " + SUBNET
                : "start the robot's nodes with the same ROS_DOMAIN_ID; where multicast does not get through: ROS_STATIC_PEERS");
    }

    private static void secured(List<ParticipantData> known, List<Finding> found) {
        List<String> secured = known.stream().filter(participant -> participant.about().secured()).map(ParticipantData::describe).toList();
        if (secured.isEmpty()) {
            return;
        }
        boolean all = secured.size() == known.size();
        String text = (all ? "all " : "") + count(secured.size(), "participant") + " secured (SROS 2), and a node without keys cannot work with "
                + "them: " + some(secured);
        String remedy = "start the nodes that the policy needs without ROS_SECURITY_ENABLE";
        found.add(all ? Finding.fault("security", text, remedy) : Finding.warning("security", text, remedy));
    }

    private static String count(int number, String of) {
        return number + " " + of + (number == 1 ? "" : "s");
    }

    private static String some(List<String> names) {
        return names.stream().limit(MOST_NAMED).collect(Collectors.joining("; ")) + (names.size() > MOST_NAMED ? "; ..." : "");
    }

    private String read(String file) {
        try {
            return Files.readString(proc.resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
