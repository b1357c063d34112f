package dev.dpros.ros2.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros2.rtps.RemoteEndpoint;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.Pids;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is known of the others, without a network: data in, matches and events out. */
class DiscoveryStateTest {
    private static final int DOMAIN = 57;
    private static final long SECOND = 1_000_000_000L;
    private static final Guid SELF = new Guid(9_999, 0).withEntity(EntityIds.PARTICIPANT);
    private static final String JOINTS = "sensor_msgs::msg::dds_::JointState_";

    private long nowNs;
    private long dataNs = Long.MIN_VALUE;
    private final List<String> log = new ArrayList<>();
    private final DiscoveryState state = state(DomainSettings.local(DOMAIN));

    private DiscoveryState state(DomainSettings settings) {
        DiscoveryState made = new DiscoveryState(SELF, DOMAIN, HostAddresses.now(settings), new DiscoveryState.Wire() {
            @Override
            public void join(ParticipantData participant, InetSocketAddress metatraffic) {
                log.add("join " + metatraffic.getPort());
            }

            @Override
            public void leave(Guid participant) {
                log.add("leave");
            }

            @Override
            public long heardNs(Guid participant) {
                return dataNs;
            }
        });
        made.add(new DiscoveryListener() {
            @Override
            public void participantFound(ParticipantData participant) {
                log.add("found");
            }

            @Override
            public void participantLost(ParticipantData participant, boolean leaseOver) {
                log.add("lost " + leaseOver);
            }

            @Override
            public void endpointLost(EndpointData endpoint) {
                log.add("endpoint lost " + endpoint.topic());
            }
        });
        return made;
    }

    private List<String> events() {
        state.runEvents();
        List<String> seen = List.copyOf(log);
        log.clear();
        return seen;
    }

    private static Guid participant(int number) {
        return new Guid(number, 0).withEntity(EntityIds.PARTICIPANT);
    }

    private static ByteBuffer data(Guid guid, String host, long leaseNs) {
        return new ParticipantData(guid, 0x0110, leaseNs, 0x3f, List.of(new InetSocketAddress(host, 7410)), List.of(new InetSocketAddress(host, 7411)),
                new ParticipantData.About(DOMAIN, "", Map.of(), false)).write();
    }

    private static EndpointData endpoint(Guid guid, String type, EndpointQos qos, String hash) {
        return new EndpointData(guid, "rt/joints", type, qos, hash.isEmpty() ? "" : "typehash=" + hash + ";", List.of());
    }

    private LocalEndpoint reader(EndpointQos qos) {
        LocalEndpoint local = new LocalEndpoint(endpoint(SELF.withEntity(0x104), JOINTS, qos, "RIHS01_1"), remote -> true, new MatchListener() {
            @Override
            public void matched(EndpointData remote) {
                log.add("matched");
            }

            @Override
            public void unmatched(EndpointData remote) {
                log.add("unmatched");
            }

            @Override
            public void refused(EndpointData remote, String reason) {
                log.add("refused " + reason);
            }
        }, (RemoteEndpoint remote) -> log.add("wire match " + remote.address().getPort() + (remote.reliable() ? " reliable" : "")),
                guid -> log.add("wire unmatch"));
        state.add(local);
        return local;
    }

    private void join(int number) {
        state.participant(data(participant(number), "127.0.0.1", 10 * SECOND), participant(number).withEntity(EntityIds.SPDP_WRITER), 0);
    }

    private void write(int number, String type, EndpointQos qos, String hash) {
        Guid guid = participant(number).withEntity(0x103);
        state.endpoint(endpoint(guid, type, qos, hash).write(), guid.withEntity(EntityIds.PUBLICATIONS_WRITER), 0);
    }

    @Test
    void shouldFindAParticipantOnceAndLoseItWithItsEndpoints() {
        join(7);
        join(7);
        assertEquals(List.of("join 7410", "found"), events());
        LocalEndpoint local = reader(EndpointQos.DEFAULT);
        write(7, JOINTS, EndpointQos.DEFAULT, "RIHS01_1");
        assertEquals(List.of("wire match 7411 reliable", "matched"), events());
        assertEquals(1, local.matches());
        state.participantGone(ParticipantData.key(participant(7)), participant(7).withEntity(EntityIds.SPDP_WRITER), Guid.UNKNOWN);
        assertEquals(List.of("wire unmatch", "leave", "unmatched", "endpoint lost rt/joints", "lost false"), events());
        assertEquals(0, local.matches());
        assertTrue(state.participants().isEmpty() && state.endpoints().isEmpty());
    }

    @Test
    void shouldEndAParticipantThatIsSilentForItsLease() {
        join(7);
        events();
        expire(10 * SECOND);
        state.heard(participant(7).withEntity(EntityIds.LIVELINESS_WRITER), 8 * SECOND);
        expire(18 * SECOND);
        assertEquals(List.of(), events());
        expire(18 * SECOND + 1);
        assertEquals(List.of("leave", "lost true"), events());
        join(7);
        assertEquals(List.of("join 7410", "found"), events());
    }

    /** As the discovery thread does: several times a second. */
    private void expire(long toNs) {
        for (; nowNs < toNs; nowNs = Math.min(toNs, nowNs + SECOND / 2)) {
            state.expire(nowNs);
        }
        state.expire(toNs);
    }

    @Test
    void shouldNotCountTheTimeInWhichTheProcessStoodStill() {
        join(7);
        events();
        expire(2 * SECOND);
        state.expire(60 * SECOND);
        nowNs = 60 * SECOND;
        expire(68 * SECOND);
        assertEquals(List.of(), events());
        expire(69 * SECOND);
        assertEquals(List.of("leave", "lost true"), events());
    }

    @Test
    void shouldCountDataAsSignsOfLife() {
        join(7);
        events();
        dataNs = 5 * SECOND;
        expire(15 * SECOND);
        assertEquals(List.of(), events());
        expire(15 * SECOND + 1);
        assertEquals(List.of("leave", "lost true"), events());
    }

    @Test
    void shouldHearOnlyFromTheParticipantItself() {
        state.participant(data(participant(7), "127.0.0.1", SECOND), participant(8).withEntity(EntityIds.SPDP_WRITER), 0);
        state.participant(data(SELF, "127.0.0.1", SECOND), SELF.withEntity(EntityIds.SPDP_WRITER), 0);
        assertEquals(List.of(), events());
        join(7);
        join(8);
        events();
        state.participantGone(ParticipantData.key(participant(7)), participant(8).withEntity(EntityIds.SPDP_WRITER), Guid.UNKNOWN);
        Guid of7 = participant(7).withEntity(0x103);
        state.endpoint(endpoint(of7, JOINTS, EndpointQos.DEFAULT, "").write(), participant(8).withEntity(EntityIds.PUBLICATIONS_WRITER), 0);
        assertEquals(List.of(), events());
        assertEquals(List.of(), state.endpoints());
        assertEquals(2, state.participants().size());
    }

    @Test
    void shouldStayOnThisMachineUnlessToldOtherwise() {
        state.participant(data(participant(7), "192.0.2.200", SECOND), participant(7).withEntity(EntityIds.SPDP_WRITER), 0);
        assertEquals(List.of(), events());
        DiscoveryState wide = state(new DomainSettings(DOMAIN, DomainSettings.Range.SUBNET, List.of()));
        wide.participant(data(participant(7), "192.0.2.200", SECOND), participant(7).withEntity(EntityIds.SPDP_WRITER), 0);
        assertEquals(List.of("join 7410"), List.copyOf(log));
        log.clear();
        DiscoveryState peers = state(new DomainSettings(DOMAIN, DomainSettings.Range.LOCALHOST, List.of(new InetSocketAddress("192.0.2.200", 0))));
        peers.participant(data(participant(7), "192.0.2.200", SECOND), participant(7).withEntity(EntityIds.SPDP_WRITER), 0);
        peers.participant(data(participant(8), "192.0.2.201", SECOND), participant(8).withEntity(EntityIds.SPDP_WRITER), 0);
        assertEquals(List.of("join 7410"), List.copyOf(log));
    }

    @Test
    void shouldIgnoreAnotherDomain() {
        ByteBuffer other = new ParticipantData(participant(7), 0, SECOND, 0x3f, List.of(new InetSocketAddress("127.0.0.1", 7410)), List.of(),
                new ParticipantData.About(DOMAIN + 1, "", Map.of(), false)).write();
        state.participant(other, participant(7).withEntity(EntityIds.SPDP_WRITER), 0);
        assertEquals(List.of(), events());
    }

    @Test
    void shouldSayOnceWhyAWriterDoesNotFit() {
        join(7);
        LocalEndpoint local = reader(EndpointQos.LATCHED);
        events();
        write(7, JOINTS, EndpointQos.SENSOR_DATA, "RIHS01_1");
        write(7, JOINTS, EndpointQos.SENSOR_DATA, "RIHS01_1");
        List<String> events = events();
        assertEquals(1, events.size(), events::toString);
        assertTrue(events.get(0).startsWith("refused topic /joints: writer of Cyclone DDS at 127.0.0.1 does not fit: reliability: the writer is best "
                + "effort, the reader asks for reliable; durability: "), events::toString);
        assertEquals(1, local.refusals().size());
        write(7, "std_msgs::msg::dds_::String_", EndpointQos.LATCHED, "");
        assertEquals(List.of("refused topic /joints: writer of Cyclone DDS at 127.0.0.1 does not fit: type std_msgs/msg/String, here "
                + "sensor_msgs/msg/JointState"), events());
        write(7, JOINTS, EndpointQos.LATCHED, "RIHS01_2");
        assertTrue(events().get(0).contains("is defined otherwise there (RIHS01_2, here RIHS01_1)"));
        write(7, JOINTS, EndpointQos.LATCHED, "");
        assertEquals(List.of("wire match 7411 reliable", "matched"), events());
        assertTrue(local.refusals().isEmpty());
        write(7, JOINTS, EndpointQos.DEFAULT, "");
        assertEquals(List.of("wire unmatch", "unmatched"), events().subList(0, 2));
    }

    @Test
    void shouldMatchEndpointsWhicheverComesFirst() {
        join(7);
        write(7, JOINTS, EndpointQos.SENSOR_DATA, "");
        events();
        LocalEndpoint local = reader(EndpointQos.SENSOR_DATA);
        assertEquals(List.of("wire match 7411", "matched"), events());
        Guid writer = participant(7).withEntity(0x103);
        assertNotNull(state.endpoint(writer));
        state.endpointGone(EndpointData.key(writer), writer.withEntity(EntityIds.PUBLICATIONS_WRITER), Guid.UNKNOWN);
        assertEquals(List.of("wire unmatch", "unmatched", "endpoint lost rt/joints"), events());
        assertNull(state.endpoint(writer));
        state.remove(local);
        write(7, JOINTS, EndpointQos.SENSOR_DATA, "");
        assertEquals(List.of(), events());
    }

    @Test
    void shouldBoundParticipantsAndEndpoints() {
        for (int i = 1; i <= DiscoveryState.MOST_PARTICIPANTS + 5; i++) {
            join(i);
        }
        assertEquals(DiscoveryState.MOST_PARTICIPANTS, state.participants().size());
        for (int i = 1; i <= DiscoveryState.MOST_ENDPOINTS + 5; i++) {
            Guid guid = participant(1).withEntity(i << 8 | 3);
            state.endpoint(endpoint(guid, JOINTS, EndpointQos.DEFAULT, "").write(), guid, 0);
        }
        assertEquals(DiscoveryState.MOST_ENDPOINTS, state.endpoints().size());
    }

    /** Whatever comes: read or refused in one line, and never more than the bounds. */
    @Test
    void shouldStayBoundedUnderMutatedData() {
        Random random = new Random(11);
        reader(EndpointQos.DEFAULT);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Recorded.of(Recorded.names().get(random.nextInt(Recorded.names().size()))).array();
            for (int k = random.nextInt(6); k > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Guid writer = Guid.of(java.util.Arrays.copyOfRange(bytes, 8, 20), EntityIds.SPDP_WRITER);
            try {
                ByteBuffer payload = ByteBuffer.wrap(bytes, 0, random.nextInt(8) == 0 ? random.nextInt(bytes.length) : bytes.length);
                switch (i % 4) {
                    case 0 -> state.participant(payload, guidOf(payload, Pids.PARTICIPANT_GUID, writer), i);
                    case 1 -> state.participantGone(payload, guidOf(payload, Pids.PARTICIPANT_GUID, writer), Guid.UNKNOWN);
                    case 2 -> state.endpoint(payload, guidOf(payload, Pids.ENDPOINT_GUID, writer), i);
                    default -> state.endpointGone(payload, guidOf(payload, Pids.ENDPOINT_GUID, writer), Guid.UNKNOWN);
                }
            } catch (InputException e) {
                assertEquals(1, e.getMessage().lines().count());
            }
            assertTrue(state.participants().size() <= DiscoveryState.MOST_PARTICIPANTS);
            state.runEvents();
        }
        assertTrue(log.contains("found") && log.contains("lost false"), "mutated data that still meant something");
    }

    private static Guid guidOf(ByteBuffer payload, int pid, Guid otherwise) {
        try {
            return ParticipantData.keyOf(payload.duplicate(), pid);
        } catch (InputException e) {
            return otherwise;
        }
    }

    @Test
    void shouldSurviveAListenerThatFails() {
        state.add(new DiscoveryListener() {
            @Override
            public void participantFound(ParticipantData participant) {
                throw new IllegalStateException("deliberate");
            }
        });
        join(7);
        join(8);
        assertEquals(2, events().stream().filter("found"::equals).count());
    }
}
