package dev.dpros.ros2.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.SystemClock;
import dev.dpros.ros2.discovery.DomainSettings.Range;
import dev.dpros.ros2.rtps.SocketOptions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainSettingsTest {
    private static DomainSettings of(String... pairs) {
        Map<String, String> environment = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return DomainSettings.of(environment);
    }

    @Test
    void shouldFindADomainInWhichNobodyIs() {
        DomainSettings own = DomainSettings.unoccupied();
        assertTrue(own.loopbackOnly());
        try (DomainParticipant there = DomainParticipant.open(own, new ParticipantOptions("/one", "/", new SystemClock(), SocketOptions.DEFAULT))) {
            assertNotEquals(there.settings().domainId(), DomainSettings.unoccupied().domainId());
        }
    }

    @Test
    void shouldStayOnThisMachineUnlessToldOtherwise() {
        assertEquals(new DomainSettings(0, Range.LOCALHOST, List.of()), of());
        assertTrue(of().loopbackOnly());
        assertTrue(of("ROS_AUTOMATIC_DISCOVERY_RANGE", "SYSTEM_DEFAULT").loopbackOnly());
        assertTrue(of("ROS_AUTOMATIC_DISCOVERY_RANGE", "localhost").loopbackOnly());
        assertTrue(of("ROS_STATIC_PEERS", "127.0.0.1;localhost").loopbackOnly());
        assertFalse(of("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET").loopbackOnly());
        assertFalse(of("ROS_LOCALHOST_ONLY", "0").loopbackOnly());
        assertFalse(of("ROS_STATIC_PEERS", "192.0.2.7").loopbackOnly());
    }

    @Test
    void shouldLetLocalhostOnlyWinAsRclDoes() {
        DomainSettings settings = of("ROS_LOCALHOST_ONLY", "1", "ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET", "ROS_STATIC_PEERS", "192.0.2.7");
        assertEquals(new DomainSettings(0, Range.LOCALHOST, List.of()), settings);
        assertEquals(Range.LOCALHOST, of("ROS_LOCALHOST_ONLY", "0", "ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST").range());
    }

    @Test
    void shouldReadDomainAndPeers() {
        DomainSettings settings = of("ROS_DOMAIN_ID", " 73 ", "ROS_STATIC_PEERS", "192.0.2.7; 192.0.2.8:7412;;192.0.2.7");
        assertEquals(73, settings.domainId());
        assertEquals(List.of(new InetSocketAddress("192.0.2.7", 0), new InetSocketAddress("192.0.2.8", 7412)), settings.peers());
        assertEquals(Range.OFF, of("ROS_AUTOMATIC_DISCOVERY_RANGE", "OFF", "ROS_STATIC_PEERS", "192.0.2.7").range());
        assertEquals(List.of(), of("ROS_AUTOMATIC_DISCOVERY_RANGE", "OFF", "ROS_STATIC_PEERS", "192.0.2.7").peers());
    }

    @ParameterizedTest
    @CsvSource({"ROS_DOMAIN_ID,233", "ROS_DOMAIN_ID,-1", "ROS_DOMAIN_ID,x", "ROS_LOCALHOST_ONLY,yes", "ROS_AUTOMATIC_DISCOVERY_RANGE,LAN",
        "ROS_STATIC_PEERS,192.0.2.7:0", "ROS_STATIC_PEERS,192.0.2.7:99999", "ROS_STATIC_PEERS,:7400", "ROS_STATIC_PEERS,::1",
        "ROS_STATIC_PEERS,no.such.host.invalid"})
    void shouldRefuseBadValuesInOneLine(String name, String value) {
        InputException error = assertThrows(InputException.class, () -> of(name, value));
        assertTrue(error.getMessage().startsWith(name), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }

    @Test
    void shouldBoundThePeers() {
        StringBuilder many = new StringBuilder();
        for (int i = 1; i <= 65; i++) {
            many.append("192.0.2.").append(i).append(';');
        }
        assertThrows(InputException.class, () -> of("ROS_STATIC_PEERS", many.toString()));
    }

    @Test
    void shouldKnowThePortsOfTheSpecification() {
        assertEquals(7400, DiscoveryPorts.multicast(0).getPort());
        assertEquals(7410, DiscoveryPorts.metatraffic(0, 0));
        assertEquals(7411, DiscoveryPorts.user(0, 0));
        assertEquals(21_650, DiscoveryPorts.multicast(57).getPort());
        assertEquals(21_662, DiscoveryPorts.metatraffic(57, 1));
        assertEquals(120, DiscoveryPorts.participants(0));
        assertEquals(63, DiscoveryPorts.participants(DomainSettings.HIGHEST_DOMAIN));
        assertEquals(65_535, DiscoveryPorts.user(DomainSettings.HIGHEST_DOMAIN, 62));
    }
}
