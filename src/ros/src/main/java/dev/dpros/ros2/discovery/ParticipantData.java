package dev.dpros.ros2.discovery;

import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.Locator;
import dev.dpros.ros2.wire.ParameterReader;
import dev.dpros.ros2.wire.ParameterWriter;
import dev.dpros.ros2.wire.Pids;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a participant says of itself (SPDP). Immutable.
 *
 * @param guid of the participant
 * @param vendor of its DDS, such as 0x0110
 * @param leaseNs after which it counts as gone, if nothing is heard of it
 * @param builtinEndpoints which of the builtin endpoints it has, a bit each
 * @param metatraffic where discovery is sent to
 * @param user where data are sent to, unless the endpoint says otherwise
 * @param about what is for people
 */
public record ParticipantData(Guid guid, int vendor, long leaseNs, int builtinEndpoints, List<InetSocketAddress> metatraffic,
        List<InetSocketAddress> user, About about) {
    /** SPDP, SEDP publications and subscriptions, each both ways: what this side has. */
    static final int OWN_ENDPOINTS = 0x3f;
    static final int PUBLICATIONS_ANNOUNCER = 1 << 2;
    static final int PUBLICATIONS_DETECTOR = 1 << 3;
    static final int SUBSCRIPTIONS_ANNOUNCER = 1 << 4;
    static final int SUBSCRIPTIONS_DETECTOR = 1 << 5;
    static final int LIVELINESS_ANNOUNCER = 1 << 10;
    private static final long DEFAULT_LEASE_NS = 100_000_000_000L;
    private static final int CAPACITY = 4_096;

    /**
     * What a participant says of itself for people and checks.
     *
     * @param domainId its domain, or -1 if it does not say
     * @param userData such as {@code enclave=/;}
     * @param properties such as {@code __Hostname}, {@code __ProcessName}
     * @param secured whether it uses DDS Security
     */
    public record About(int domainId, String userData, Map<String, String> properties, boolean secured) {
        /** Copies the map. */
        public About {
            properties = Map.copyOf(properties);
        }
    }

    /** Copies the lists. */
    public ParticipantData {
        metatraffic = List.copyOf(metatraffic);
        user = List.copyOf(user);
    }

    /** Reads the payload of an SPDP sample. @throws InputException if it is malformed or names no participant */
    public static ParticipantData read(ByteBuffer payload) {
        ParameterReader list = new ParameterReader();
        if (!list.begin(payload)) {
            throw InputException.of("participant data", "encapsulation", "a parameter list", "another", "");
        }
        Reading reading = new Reading();
        while (list.next()) {
            reading.take(list);
        }
        Parameters.requireWhole(list);
        if (reading.guid == null || reading.guid.entityId() != EntityIds.PARTICIPANT) {
            throw InputException.of("participant data", "GUID", "one of a participant", String.valueOf(reading.guid), "");
        }
        return new ParticipantData(reading.guid, reading.vendor, reading.leaseNs, reading.builtin, reading.metatraffic, reading.user,
                new About(reading.domain, reading.userData, reading.properties, reading.secured));
    }

    private static final class Reading {
        private final List<InetSocketAddress> metatraffic = new ArrayList<>();
        private final List<InetSocketAddress> user = new ArrayList<>();
        private final Map<String, String> properties = new LinkedHashMap<>();
        private Guid guid;
        private int vendor;
        private long leaseNs = DEFAULT_LEASE_NS;
        private int builtin;
        private int domain = -1;
        private String userData = "";
        private boolean secured;

        private void take(ParameterReader list) {
            switch (list.pid()) {
                case Pids.PARTICIPANT_GUID -> guid = list.guid();
                case Pids.VENDOR_ID -> vendor = vendor(list);
                case Pids.PARTICIPANT_LEASE_DURATION -> leaseNs = Parameters.durationNs(list, 0);
                case Pids.BUILTIN_ENDPOINT_SET -> builtin = list.int32(0);
                case Pids.DOMAIN_ID -> domain = list.int32(0);
                case Pids.METATRAFFIC_UNICAST_LOCATOR -> Parameters.address(list, metatraffic);
                case Pids.DEFAULT_UNICAST_LOCATOR -> Parameters.address(list, user);
                case Pids.USER_DATA -> userData = Parameters.userData(list);
                case Pids.PROPERTY_LIST -> properties.putAll(Parameters.properties(list));
                case Pids.ENTITY_NAME -> properties.put("name", list.string());
                case Pids.IDENTITY_TOKEN -> secured = true;
                default -> { }
            }
        }
    }

    private static int vendor(ParameterReader list) {
        byte[] raw = list.raw();
        return raw.length < 2 ? 0 : (raw[0] & 0xff) << 8 | raw[1] & 0xff;
    }

    /** The payload of an SPDP sample. */
    ByteBuffer write() {
        ParameterWriter list = new ParameterWriter(ByteBuffer.allocate(CAPACITY)).begin();
        list.octets(Pids.USER_DATA, about.userData().getBytes(StandardCharsets.UTF_8));
        list.raw(Pids.PROTOCOL_VERSION, new byte[] {2, 1});
        list.raw(Pids.VENDOR_ID, new byte[] {(byte) (vendor >> 8), (byte) vendor});
        list.duration(Pids.PARTICIPANT_LEASE_DURATION, leaseNs);
        list.guid(Pids.PARTICIPANT_GUID, guid);
        list.int32(Pids.BUILTIN_ENDPOINT_SET, builtinEndpoints);
        list.int32(Pids.DOMAIN_ID, about.domainId());
        user.forEach(address -> list.locator(Pids.DEFAULT_UNICAST_LOCATOR, Locator.udp4(address)));
        metatraffic.forEach(address -> list.locator(Pids.METATRAFFIC_UNICAST_LOCATOR, Locator.udp4(address)));
        String name = about.properties().get("name");
        if (name != null) {
            list.string(Pids.ENTITY_NAME, name);
        }
        return list.end();
    }

    /** What is sent in place of a participant that leaves: its GUID alone. */
    static ByteBuffer key(Guid guid) {
        return new ParameterWriter(ByteBuffer.allocate(64)).begin().guid(Pids.PARTICIPANT_GUID, guid).end();
    }

    /** The participant or endpoint whose key (or data) this is. @throws InputException if there is none in it */
    static Guid keyOf(ByteBuffer payload, int pid) {
        ParameterReader list = new ParameterReader();
        if (list.begin(payload)) {
            while (list.next()) {
                if (list.pid() == pid || list.pid() == Pids.KEY_HASH) {
                    return list.guid();
                }
            }
        }
        throw InputException.of("key of discovery data", "GUID", "one", "none", "");
    }

    /** Its vendor by name, for people. */
    public String vendorName() {
        return switch (vendor) {
            case 0x0101 -> "RTI Connext";
            case 0x0102 -> "OpenSplice";
            case 0x0103 -> "OpenDDS";
            case 0x010f -> "Fast DDS";
            case 0x0110 -> "Cyclone DDS";
            case 0x0111 -> "GurumDDS";
            case 0x0112 -> "RustDDS";
            default -> String.format(java.util.Locale.ROOT, "vendor 0x%04x", vendor);
        };
    }

    /** Who it is, for people: DDS and, as far as it says, host, process and name. */
    public String describe() {
        StringBuilder text = new StringBuilder(vendorName());
        for (String key : List.of("name", "__ProcessName", "__Pid", "__Hostname")) {
            String value = about.properties().get(key);
            if (value != null) {
                text.append(' ').append(dev.dpros.core.ForeignText.printable(value));
            }
        }
        return text.append(metatraffic.isEmpty() ? "" : " at " + metatraffic.get(0).getAddress().getHostAddress()).toString();
    }
}
