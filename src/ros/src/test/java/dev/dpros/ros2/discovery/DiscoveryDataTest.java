package dev.dpros.ros2.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.Pids;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryDataTest {
    private static final Guid PARTICIPANT = Guid.of(HexFormat.of().parseHex("011011c95861a38207072f45"), 0x1c1);

    @Test
    void shouldReadARecordedParticipant() {
        ParticipantData data = ParticipantData.read(Recorded.of("participant"));
        assertEquals(PARTICIPANT, data.guid());
        assertEquals(0x0110, data.vendor());
        assertEquals(10_000_000_000L, data.leaseNs());
        assertEquals(0xfc3f, data.builtinEndpoints());
        assertEquals(List.of(new InetSocketAddress("127.0.0.1", 21_660)), data.metatraffic());
        assertEquals(List.of(new InetSocketAddress("127.0.0.1", 21_661)), data.user());
        assertEquals(57, data.about().domainId());
        assertEquals("/", UserData.value(data.about().userData(), "enclave"));
        assertEquals("oracle", data.about().properties().get("__Hostname"));
        assertEquals("Cyclone DDS python3 30598 oracle at 127.0.0.1", data.describe());
        assertFalse(data.about().secured());
    }

    @Test
    void shouldReadWhatItWritesOfAParticipant() {
        ParticipantData data = new ParticipantData(PARTICIPANT, 0, 10_500_000_000L, 0x3f, List.of(new InetSocketAddress("127.0.0.1", 7410),
                new InetSocketAddress("192.0.2.7", 7410)), List.of(new InetSocketAddress("127.0.0.1", 7411)),
                new ParticipantData.About(3, "enclave=/x;", Map.of("name", "/arm"), false));
        assertEquals(data, ParticipantData.read(data.write()));
    }

    @Test
    void shouldReadRecordedWritersAndReaders() {
        EndpointData rosout = EndpointData.read(Recorded.of("writer.rosout"));
        assertTrue(rosout.isWriter());
        assertEquals("rt/rosout", rosout.topic());
        assertEquals("rcl_interfaces::msg::dds_::Log_", rosout.type());
        assertEquals("RIHS01_e28ce254ca8abc06abf92773b74602cdbf116ed34fbaf294fb9f81da9f318eac", rosout.typeHash());
        assertEquals(EndpointQos.of(true, Durability.TRANSIENT_LOCAL, 1_000).withLifespan(10_000_000_000L), rosout.qos());
        EndpointData image = EndpointData.read(Recorded.of("reader.image"));
        assertFalse(image.isWriter());
        assertEquals(EndpointQos.SENSOR_DATA, image.qos(), "a reader that says nothing of reliability is best effort");
        EndpointData service = EndpointData.read(Recorded.of("reader.get_parameters"));
        assertEquals("1.10.fc.11.af.97.37.92.ed.6d.b9.1d.0.0.0.2", UserData.value(service.userData(), "serviceid"));
        assertEquals(1_000, service.qos().depth());
        assertEquals(1_000_000_000L, EndpointData.read(Recorded.of("reader.deadline")).qos().deadlineNs());
    }

    @Test
    void shouldReadWhatItWritesOfAnEndpoint() {
        for (int entity : new int[] {0x103, 0x204}) {
            EndpointData data = new EndpointData(PARTICIPANT.withEntity(entity), "rt/a", "p::msg::dds_::T_",
                    new EndpointQos(entity == 0x204, Durability.TRANSIENT_LOCAL, 0, 20_000_000L, EndpointQos.Liveliness.AUTOMATIC,
                            entity == 0x103 ? 5_000_000_000L : EndpointQos.INFINITE, EndpointQos.Rest.DEFAULT), "typehash=RIHS01_00;",
                    List.of(new InetSocketAddress("127.0.0.1", 40_000)));
            EndpointData read = EndpointData.read(data.write());
            assertEquals(data.topic(), read.topic());
            assertEquals(20_000_000.0, read.qos().deadlineNs(), 1.0);
            assertEquals(new EndpointQos(data.qos().reliable(), data.qos().durability(), 0, read.qos().deadlineNs(), data.qos().liveliness(),
                    data.qos().lifespanNs(), data.qos().rest()), read.qos());
            assertEquals(data.userData(), read.userData());
            assertEquals(data.addresses(), read.addresses());
            assertEquals(data.guid(), read.guid());
        }
    }

    @Test
    void shouldReadRecordedKeys() {
        assertEquals(ParticipantData.key(Guid.of(HexFormat.of().parseHex("0110fc11af973792ed6db91d"), 0x1c1)), Recorded.of("participant.gone"));
        assertEquals(Guid.of(HexFormat.of().parseHex("0110fc11af973792ed6db91d"), 0x1a03),
                ParticipantData.keyOf(Recorded.of("writer.gone"), Pids.ENDPOINT_GUID));
        assertEquals(EndpointData.key(Guid.of(HexFormat.of().parseHex("0110fc11af973792ed6db91d"), 0x1a03)), Recorded.of("writer.gone"));
    }

    @Test
    void shouldReadTheOtherByteOrder() {
        // as the recorded reader of /dl, its numbers turned round
        String hex = "00020000" + "00050010" + "00000006" + "72742f646c000000" + "00000000" + "00070010" + "0000000a" + "613a3a6d73673a3a54000000"
                + "00230008" + "0000000180000000" + "001a000c" + "000000027fffffffffffffff" + "0040000800000000" + "00000007"
                + "00730008" + "0000000200000002" + "005a0010" + "0110daa140d2b24da437abc000000c04" + "00010000";
        EndpointData data = EndpointData.read(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
        assertEquals("rt/dl", data.topic());
        assertEquals("a::msg::T", data.type());
        assertEquals(1_500_000_000L, data.qos().deadlineNs());
        assertEquals(7, data.qos().depth());
        assertTrue(data.qos().reliable());
        assertEquals(List.of(0, 2), data.qos().rest().representations());
    }

    @ParameterizedTest
    @CsvSource({"typehash=RIHS01_1;,typehash,RIHS01_1", "clientid= 1.10;typehash=x;,clientid,1.10", "a=b,a,b", "ab=c;,b,", ",a,", "a,a,"})
    void shouldReadUserData(String text, String key, String value) {
        String found = UserData.value(text == null ? "" : text, key);
        if (value == null) {
            assertNull(found);
        } else {
            assertEquals(value, found);
        }
    }

    /** Every prefix, and many changed bytes: read, or refused in one line; never anything else. */
    @Test
    void shouldSurviveMutatedData() {
        Random random = new Random(5);
        int refused = 0;
        for (String name : Recorded.names()) {
            byte[] good = Recorded.of(name).array();
            for (int i = 0; i < 4_000; i++) {
                byte[] bad = java.util.Arrays.copyOf(good, i < good.length ? i : good.length);
                for (int k = random.nextInt(4); k >= 0 && bad.length > 0 && i >= good.length; k--) {
                    bad[random.nextInt(bad.length)] = (byte) (random.nextInt(3) == 0 ? 255 : random.nextInt(256));
                }
                try {
                    if (i % 2 == 0) {
                        ParticipantData.read(ByteBuffer.wrap(bad));
                    } else {
                        EndpointData.read(ByteBuffer.wrap(bad));
                    }
                } catch (InputException e) {
                    refused++;
                    assertEquals(1, e.getMessage().lines().count());
                }
            }
        }
        assertTrue(refused > 1_000, () -> "mutations that were noticed");
    }

    @Test
    void shouldRefuseDataWithoutATopic() {
        InputException error = assertThrows(InputException.class, () -> EndpointData.read(Recorded.of("writer.gone")));
        assertTrue(error.getMessage().contains("topic"), error.getMessage());
        assertThrows(InputException.class, () -> ParticipantData.read(Recorded.of("writer.rosout")));
    }
}
