package dev.dpros.ros2.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packets as a real ROS 2 sent them, and as we write them. */
class PacketTest {
    private static final Guid WRITER = new Guid(0x0110cf86af86f260L, 0xaba2efd2_00000903L);
    private static final Guid READER = new Guid(0x01101018b34cf212L, 0xa244fe6b_00000904L);

    private final PacketReader packet = new PacketReader();

    private ByteBuffer begin(String name) {
        ByteBuffer bytes = Recorded.packet(name);
        assertTrue(packet.begin(bytes, bytes.limit()));
        return bytes;
    }

    private void nextIs(int kind) {
        assertTrue(packet.next());
        assertEquals(kind, packet.kind());
    }

    private void ends() {
        assertFalse(packet.next());
        assertFalse(packet.malformed());
    }

    private String payload(ByteBuffer bytes) {
        byte[] octets = new byte[packet.payloadBytes()];
        bytes.get(packet.payloadAt(), octets);
        return HexFormat.of().formatHex(octets);
    }

    @Test
    void shouldReadHistorySentToALateReader() {
        ByteBuffer bytes = begin("history");
        assertEquals(WRITER.high(), packet.sourceHigh());
        assertEquals(WRITER.prefixLow(), packet.sourceLow());
        nextIs(Submessages.DATA);
        assertTrue(packet.isFor(READER.withEntity(EntityIds.PARTICIPANT)));
        assertFalse(packet.isFor(WRITER));
        assertEquals(0x904, packet.readerId());
        assertEquals(0x903, packet.writerId());
        assertEquals(2, packet.sequence());
        assertEquals("0001000004000000746c3200", payload(bytes));
        assertEquals(1795922302L * 1_000_000_000 + 533310135, packet.timestampNs(), 1.0);
        nextIs(Submessages.DATA);
        assertEquals(3, packet.sequence());
        nextIs(Submessages.HEARTBEAT);
        assertEquals(2, packet.sequence());
        assertEquals(3, packet.lastSequence());
        assertFalse(packet.has(Submessages.FLAG_FINAL));
        ends();
    }

    @Test
    void shouldReadAnEmptyRange() {
        begin("empty_range");
        nextIs(Submessages.HEARTBEAT);
        assertEquals(4, packet.sequence());
        assertEquals(3, packet.lastSequence());
        ends();
    }

    @Test
    void shouldReadWhatIsAskedFor() {
        begin("history_asked");
        nextIs(Submessages.ACKNACK);
        assertEquals(2, packet.sequence());
        assertEquals(2, packet.bits());
        assertTrue(packet.bit(0) && packet.bit(1));
        assertTrue(packet.has(Submessages.FLAG_FINAL));
        ends();
        begin("fragments_asked");
        nextIs(Submessages.ACKNACK);
        assertEquals(0, packet.bits());
        nextIs(Submessages.NACK_FRAG);
        assertEquals(1, packet.sequence());
        assertEquals(31, packet.fragment());
        assertEquals(10, packet.bits());
        for (int i = 0; i < 10; i++) {
            assertTrue(packet.bit(i));
        }
        ends();
        begin("preemptive");
        nextIs(Submessages.ACKNACK);
        assertEquals(1, packet.sequence());
        assertEquals(0, packet.count());
        assertFalse(packet.has(Submessages.FLAG_FINAL));
        ends();
    }

    @Test
    void shouldReadFragments() {
        begin("last_fragment");
        nextIs(Submessages.DATA_FRAG);
        assertEquals(40, packet.fragment());
        assertEquals(1, packet.fragments());
        assertEquals(1344, packet.fragmentBytes());
        assertEquals(100_048, packet.sampleBytes());
        assertEquals(1344, packet.payloadBytes());
        assertEquals(72, packet.payloadAt());
        nextIs(Submessages.HEARTBEAT);
        ends();
    }

    @Test
    void shouldReadADisposal() {
        ByteBuffer bytes = begin("disposed_writer");
        nextIs(Submessages.DATA);
        assertEquals(3, packet.statusInfo());
        assertTrue(packet.has(Submessages.FLAG_KEY));
        ParameterReader key = new ParameterReader();
        assertTrue(key.begin(bytes.limit(packet.payloadAt() + packet.payloadBytes()).position(packet.payloadAt())));
        assertTrue(key.next());
        assertEquals(Pids.ENDPOINT_GUID, key.pid());
        assertEquals(WRITER.high(), key.guid().high());
        assertFalse(key.next());
        assertFalse(key.malformed());
        ends();
    }

    @Test
    void shouldReadParameters() {
        ByteBuffer bytes = begin("spdp");
        nextIs(Submessages.DATA);
        ParameterReader list = new ParameterReader();
        assertTrue(list.begin(bytes.limit(packet.payloadAt() + packet.payloadBytes()).position(packet.payloadAt())));
        List<String> found = new ArrayList<>();
        while (list.next()) {
            switch (list.pid()) {
                case Pids.USER_DATA -> found.add(list.string());
                case Pids.PARTICIPANT_LEASE_DURATION -> found.add(list.durationNs(0) + " ns");
                case Pids.PARTICIPANT_GUID -> found.add(list.guid().toString());
                case Pids.METATRAFFIC_UNICAST_LOCATOR -> found.add(list.locator().socketAddress().toString());
                default -> { }
            }
        }
        assertFalse(list.malformed());
        assertEquals(List.of("enclave=/;", "10000000000 ns", "0110cf86af86f260aba2efd2|000001c1", "/127.0.0.1:21660"), found);
    }

    @Test
    void shouldReadBackParametersThatItWrites() throws Exception {
        Guid guid = Guid.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12}, 0x103);
        assertEquals("0102030405060708090a0bf4|00000103", guid.toString());
        Locator locator = new Locator(Locator.UDP4, 7411, InetAddress.getByName("192.168.7.3"));
        ByteBuffer written = new ParameterWriter(ByteBuffer.allocate(256)).begin().guid(Pids.ENDPOINT_GUID, guid).string(Pids.TOPIC_NAME, "rt/ä")
                .octets(Pids.USER_DATA, new byte[] {7}).locator(Pids.UNICAST_LOCATOR, locator)
                .duration(Pids.PARTICIPANT_LEASE_DURATION, 1_500_000_000).int32(Pids.HISTORY, 0, 10).end();
        ParameterReader list = new ParameterReader();
        assertTrue(list.begin(written));
        assertTrue(list.next());
        assertEquals(guid, list.guid());
        assertTrue(list.next());
        assertEquals("rt/ä", list.string());
        assertTrue(list.next());
        assertEquals(1, list.octets().length);
        assertTrue(list.next());
        assertEquals(locator, list.locator());
        assertTrue(list.next());
        assertEquals(1_500_000_000, list.durationNs(0));
        assertTrue(list.next());
        assertEquals(10, list.int32(4));
        assertFalse(list.next());
        assertFalse(list.malformed());
    }

    @Test
    void shouldWriteWhatARealOneWrites() {
        PacketWriter ours = new PacketWriter();
        ByteBuffer history = ours.begin(WRITER).destination(READER.high(), READER.prefixLow()).timestamp(1795922302L * 1_000_000_000 + 533310134)
                .data(Submessages.FLAG_DATA, 0x904, 0x903, 2).payload(Recorded.direct(HexFormat.of().parseHex("0001000004000000746c3200")), 0, 12).end()
                .packet();
        ByteBuffer real = Recorded.packet("history");
        assertEquals(real.order(ByteOrder.LITTLE_ENDIAN).getInt(0), history.getInt(0));
        // all but version and vendor, and the last bits of the time
        assertEquals(real.slice(8, 32), history.slice(8, 32));
        assertEquals(real.slice(48, 36), history.slice(48, 36));
        ByteBuffer asked = ours.begin(READER).destination(WRITER.high(), WRITER.prefixLow()).ackNack(true, 0x904, 0x903, 2)
                .missing(2, new int[] {0xc0000000}, 1).packet();
        assertEquals(Recorded.packet("history_asked").position(8).slice(), asked.position(8).slice());
        ByteBuffer empty = ours.begin(WRITER).destination(READER.high(), READER.prefixLow()).heartbeat(false, 0, 0xa03, 4).until(3, 1).packet();
        assertEquals(Recorded.packet("empty_range").position(8).slice(), empty.position(8).slice());
    }

    /** A packet in big-endian order, by hand from the specification. */
    @Test
    void shouldReadBigEndian() {
        ByteBuffer big = ByteBuffer.allocateDirect(512).order(ByteOrder.BIG_ENDIAN);
        big.put("RTPS".getBytes()).put((byte) 2).put((byte) 1).putShort((short) 0x0101).putLong(WRITER.high()).putInt(WRITER.prefixLow());
        big.put((byte) 0x09).put((byte) 0).putShort((short) 8).putInt(5).putInt(0x80000000);
        big.put((byte) 0x80).put((byte) 0).putShort((short) 4).putInt(-1); // a vendor's own
        big.put((byte) 0x16).put((byte) 2).putShort((short) (32 + 8 + 28 + 4 + 7)).putShort((short) 0).putShort((short) 28).putInt(0x904).putInt(0x903)
                .putLong(7).putInt(2).putShort((short) 1).putShort((short) 100).putInt(107).putShort((short) 0x71).putShort((short) 4).putInt(3)
                .putShort((short) 0x83).putShort((short) 24).putLong(11).putLong(12).putLong(13).putShort((short) 1).putShort((short) 0)
                .put(new byte[] {1, 2, 3, 4, 5, 6, 7});
        big.put((byte) 0x08).put((byte) 0).putShort((short) 32).putInt(0).putInt(0x903).putLong(8).putLong(10).putInt(2).putInt(0x40000000);
        big.put((byte) 0x13).put((byte) 0).putShort((short) 0).putInt(0).putInt(0x903).putLong(11).putInt(4).putInt(1); // to the end of the packet
        assertTrue(packet.begin(big, big.position()));
        nextIs(Submessages.DATA_FRAG);
        assertEquals(5_500_000_000L, packet.timestampNs());
        assertEquals(7, packet.sequence());
        assertEquals(2, packet.fragment());
        assertEquals(7, packet.payloadBytes());
        assertEquals(3, packet.statusInfo());
        assertEquals(List.of(11L, 12L, 13L), List.of(packet.relatedHigh(), packet.relatedLow(), packet.relatedSequence()));
        nextIs(Submessages.GAP);
        assertEquals(8, packet.sequence());
        assertEquals(9, packet.lastSequence());
        assertFalse(packet.bit(0));
        assertTrue(packet.bit(1));
        nextIs(Submessages.HEARTBEAT_FRAG);
        assertEquals(4, packet.fragment());
        ends();
    }

    @Test
    void shouldRefuseLengthsThatDoNotFit() {
        assertFalse(packet.begin(Recorded.direct(new byte[1]), 1)); // as Cyclone DDS sends itself
        for (String name : List.of("history", "fragments_asked", "last_fragment", "disposed_writer", "greeting")) {
            byte[] whole = Recorded.bytes(name);
            for (int length = Submessages.HEADER_BYTES; length < whole.length; length++) {
                ByteBuffer cut = Recorded.direct(Arrays.copyOf(whole, length));
                packet.begin(cut, length);
                while (packet.next()) {
                    assertTrue(packet.kind() != Submessages.DATA && packet.kind() != Submessages.DATA_FRAG
                            || packet.payloadAt() + packet.payloadBytes() <= length);
                }
            }
        }
    }
}
