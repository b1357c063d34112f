package dev.dpros.ros2.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.Finding;
import dev.dpros.core.Finding.Grade;
import dev.dpros.ros2.discovery.DomainSettings.Range;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the network, with a folder in place of {@code /proc}. */
class NetworkFindingsTest {
    private static final String HEAD = "  sl  local_address rem_address   st tx_queue rx_queue\n";
    private static final int WANTED = 4 << 20;

    @TempDir
    private Path proc;

    private static ParticipantData participant(int number, int vendor, boolean secured) {
        byte[] prefix = new byte[Guid.PREFIX_BYTES];
        prefix[0] = (byte) number;
        return new ParticipantData(Guid.of(prefix, EntityIds.PARTICIPANT), vendor, 1_000_000_000L, 0x3f,
                List.of(new InetSocketAddress("127.0.0.1", 7410)), List.of(), new ParticipantData.About(7, "", Map.of(), secured));
    }

    private List<Finding> findings(Range range, int granted, List<ParticipantData> known, List<ParticipantData> beyond) {
        DomainSettings settings = new DomainSettings(7, range, List.of());
        return new NetworkFindings(settings, HostAddresses.now(settings), granted, WANTED, proc).of(known, beyond);
    }

    private Finding of(String subject, ParticipantData... known) {
        return findings(Range.LOCALHOST, WANTED, List.of(known), List.of()).stream().filter(finding -> finding.subject().equals(subject))
                .findFirst().orElseThrow();
    }

    private void sockets(String table, int port, String state) throws IOException {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net").resolve(table), HEAD + String.format("   0: 00000000:%04X 00000000:0000 %s 0:0\n", port, state)
                + "damaged\n   1: 00000000:zz 0 07\n");
    }

    @Test
    void shouldCountWhoIsThereByWhatTheySpeak() {
        Finding found = of("participants", participant(1, 0x0110, false), participant(2, 0x0110, false), participant(3, 0x010f, false));
        assertEquals(Finding.ok("participants", "2 Cyclone DDS (rmw_cyclonedds), 1 Fast DDS (rmw_fastrtps)"), found);
    }

    @Test
    void shouldNameTheDomainInWhichOthersAre() throws IOException {
        sockets("udp", 7400 + 250 * 42, "07");
        Finding found = of("participants");
        assertEquals(Grade.FAULT, found.grade());
        assertTrue(found.found().endsWith("on this machine there are some in domain 42"), found.found());
        assertEquals("export ROS_DOMAIN_ID=42", found.remedy());
    }

    @Test
    void shouldTellAZenohRouterFromAnEmptyDomain() throws IOException {
        assertEquals("nobody in domain 7", of("participants").found());
        sockets("tcp", 7447, "01");
        assertEquals("nobody in domain 7", of("participants").found(), "a connection is no listener");
        sockets("tcp6", 7447, "0A");
        Finding found = of("participants");
        assertEquals(Grade.FAULT, found.grade());
        assertTrue(found.found().contains("rmw_zenoh, which cannot be reached"), found.found());
        assertEquals("1 Fast DDS (rmw_fastrtps)", of("participants", participant(1, 0x010f, false)).found(), "others are there all the same");
    }

    @Test
    void shouldSayThatSecuredParticipantsCannotBeWorkedWith() {
        assertEquals(Grade.FAULT, of("security", participant(1, 0x0110, true)).grade());
        Finding some = of("security", participant(1, 0x0110, true), participant(2, 0x0110, false));
        assertEquals(Grade.WARNING, some.grade());
        assertTrue(some.found().startsWith("1 participant secured (SROS 2)"), some.found());
    }

    @Test
    void shouldSayWhatTheKernelGrantsAndHowToRaiseIt() throws IOException {
        Files.createDirectories(proc.resolve("sys/net/core"));
        Files.writeString(proc.resolve("sys/net/core/rmem_max"), "212992\n");
        Finding found = findings(Range.LOCALHOST, 212_992, List.of(), List.of()).get(1);
        assertEquals(Finding.warning("receive buffer", "net.core.rmem_max is 212992, sockets have 212992 bytes of 4194304 wanted: large images come in "
                + "pieces, and late", "sudo sysctl -w net.core.rmem_max=4194304"), found);
    }

    @Test
    void shouldSayHowFarItLooksAndWhoStaysOut() {
        List<Finding> found = findings(Range.OFF, WANTED, List.of(), List.of(participant(9, 0x0110, false)));
        assertEquals(Grade.FAULT, found.get(0).grade());
        assertTrue(found.stream().anyMatch(finding -> finding.subject().equals("other machines")
                && finding.remedy().endsWith("ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET")), found::toString);
        assertEquals(Grade.NOTE, findings(Range.LOCALHOST, WANTED, List.of(), List.of()).get(0).grade());
        assertEquals(Grade.OK, findings(Range.SUBNET, WANTED, List.of(), List.of()).get(0).grade());
    }
}
