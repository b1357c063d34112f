package dev.dpros.ros2.rtps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.PacketWriter;
import dev.dpros.ros2.wire.Submessages;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A reader's picture of its writers, packet by packet, at times of the test's own. */
class WriterProxyTest {
    private static final Guid WRITER = new Guid(1, Guid.low(2, 0x103));
    private static final int MAX_BYTES = 4000;
    private static final int FRAGMENT = 100;
    private static final long MS = 1_000_000;

    private final CollectingSink sink = new CollectingSink();
    private final Delivery delivery = new Delivery(sink, MAX_BYTES);
    private final PacketWriter out = new PacketWriter();
    private final PacketReader in = new PacketReader();
    private final PacketReader asked = new PacketReader();
    private WriterProxy writer = proxy(WRITER, true, false);
    private long nowNs = 1_000 * MS;

    private WriterProxy proxy(Guid guid, boolean reliable, boolean transientLocal) {
        RemoteEndpoint remote = new RemoteEndpoint(guid, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), true, transientLocal);
        return WriterProxy.of(remote, new ReaderConfig(0x204, reliable, false, MAX_BYTES, ReaderConfig.Port.SHARED), delivery);
    }

    private static byte[] sample(long sequence, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + sequence);
        }
        return bytes;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private ByteBuffer read(PacketWriter written) {
        ByteBuffer bytes = written.packet();
        assertTrue(in.begin(bytes, bytes.limit()) && in.next());
        return bytes;
    }

    private void data(long... sequences) {
        for (long sequence : sequences) {
            ByteBuffer bytes = read(out.begin(WRITER).data(Submessages.FLAG_DATA, 0, 0x103, sequence).payload(direct(sample(sequence, 20)), 0, 20).end());
            writer.data(in, bytes, nowNs);
        }
    }

    private void fragments(WriterProxy of, long sequence, int length, int... numbers) {
        for (int number : numbers) {
            int from = (number - 1) * FRAGMENT;
            int bytes = Math.min(FRAGMENT, length - from);
            ByteBuffer packet = read(out.begin(WRITER).dataFrag(0, 0, 0x103, sequence).fragment(number, FRAGMENT, length)
                    .payload(direct(sample(sequence, length)), from, bytes).end());
            of.fragments(in, packet, nowNs);
        }
    }

    private void heartbeat(long first, long last) {
        writer.heartbeat(first, last, true, nowNs);
    }

    private void gap(long first, long last) {
        read(out.begin(WRITER).gap(0, 0x103, first, last));
        writer.gap(in, nowNs);
    }

    /** What is asked for now: missing samples, then sample and fragments of each NACK_FRAG. Empty if nothing is due. */
    private List<String> asks() {
        List<String> asks = new ArrayList<>();
        if (!writer.isDue(nowNs)) {
            return asks;
        }
        out.begin(WRITER);
        writer.ask(out, 0x204, 1000, nowNs);
        ByteBuffer bytes = out.packet();
        assertTrue(asked.begin(bytes, bytes.limit()));
        while (asked.next()) {
            StringBuilder text = new StringBuilder(asked.kind() == Submessages.ACKNACK ? "ack " + asked.sequence() + ":" : "frag " + asked.sequence() + ":");
            for (int i = 0; i < asked.bits(); i++) {
                if (asked.bit(i)) {
                    text.append(' ').append(asked.kind() == Submessages.ACKNACK ? asked.sequence() + i : asked.fragment() + i);
                }
            }
            asks.add(text.toString());
        }
        return asks;
    }

    @Test
    void shouldHandOverInOrderWhatComesInAny() {
        heartbeat(1, 0);
        data(1, 3, 5, 4, 2, 3, 6, 1);
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), sink.sequences());
        assertArrayEquals(sample(4, 20), sink.samples.get(3).bytes());
        assertEquals(2, writer.duplicates());
        assertEquals(0, writer.lost());
    }

    @Test
    void shouldAskSoonThenAfterPauses() {
        heartbeat(1, 0);
        assertEquals(List.of(), asks());
        data(1, 2);
        assertEquals(List.of(), asks());
        data(4, 6);
        assertEquals(List.of(), asks());
        nowNs += MS;
        writer.look(nowNs);
        assertEquals(List.of("ack 3: 3 5"), asks());
        assertEquals(List.of(), asks());
        nowNs += 5 * MS;
        data(7);
        assertEquals(List.of(), asks());
        nowNs += 6 * MS;
        assertEquals(List.of("ack 3: 3 5"), asks());
        nowNs += 11 * MS; // the second pause is longer
        assertEquals(List.of(), asks());
        data(3, 5);
        assertEquals(List.of(), asks());
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), sink.sequences());
    }

    @Test
    void shouldNotAskForWhatAnotherPacketHasOvertaken() {
        heartbeat(1, 0);
        data(1, 3);
        heartbeat(1, 3); // in the packet of the third
        assertEquals(List.of(), asks());
        writer.heartbeat(1, 3, false, nowNs);
        assertEquals(List.of("ack 2:"), asks()); // an answer is owed, a question is not due
        data(2);
        fragments(writer, 4, 350, 1, 3, 2, 4);
        nowNs += 5 * MS;
        writer.look(nowNs);
        assertEquals(List.of(), asks());
        assertEquals(List.of(1L, 2L, 3L, 4L), sink.sequences());
        assertEquals(Long.MAX_VALUE, writer.nextNs());
    }

    @Test
    void shouldAskForAGapWhenTheNextHeartbeatComes() {
        heartbeat(1, 0);
        data(1, 3);
        heartbeat(1, 3);
        nowNs += MS / 10;
        heartbeat(1, 3);
        assertEquals(List.of("ack 2: 2"), asks());
        data(2);
        heartbeat(1, 4); // the fourth was lost, and nothing came after it
        assertEquals(List.of("ack 4: 4"), asks());
    }

    @Test
    void shouldWaitForTheFirstHeartbeat() {
        assertEquals(List.of("ack 1:"), asks()); // the greeting
        data(3, 2);
        assertEquals(List.of(), sink.sequences());
        heartbeat(1, 3);
        assertEquals(List.of("ack 1: 1"), asks());
        data(1);
        assertEquals(List.of(1L, 2L, 3L), sink.sequences());
    }

    @Test
    void shouldStartAfterAnEmptyRangeAndGreetAgainUntilThen() {
        assertEquals(1, asks().size());
        assertEquals(List.of(), asks());
        nowNs += 101 * MS;
        assertEquals(1, asks().size());
        heartbeat(4, 3);
        data(4);
        assertEquals(List.of(4L), sink.sequences());
    }

    @Test
    void shouldNotWantThePastOfATransientLocalWriter() {
        writer = proxy(WRITER, true, true);
        heartbeat(1, 3);
        assertEquals(List.of(), asks());
        data(2, 4);
        assertEquals(List.of(4L), sink.sequences());
    }

    @Test
    void shouldAnswerAHeartbeatThatIsNotFinal() {
        heartbeat(1, 0);
        data(1);
        writer.heartbeat(1, 1, false, nowNs);
        assertEquals(List.of("ack 2:"), asks());
        assertEquals(List.of(), asks());
    }

    @Test
    void shouldPassOverWhatIsGone() {
        heartbeat(1, 0);
        data(1, 4, 9);
        heartbeat(4, 9); // 2 and 3 are kept no longer
        assertEquals(List.of(1L, 4L), sink.sequences());
        assertEquals(2, writer.lost());
        gap(5, 6);
        gap(8, 8);
        nowNs += MS;
        writer.look(nowNs);
        assertEquals(List.of("ack 7: 7"), asks());
        gap(1, 7);
        assertEquals(List.of(1L, 4L, 9L), sink.sequences());
        assertEquals(6, writer.lost());
    }

    @Test
    void shouldAssembleInItsPlace() {
        heartbeat(1, 0);
        fragments(writer, 1, 350, 1, 2, 3, 4);
        assertArrayEquals(sample(1, 350), sink.samples.get(0).bytes());
        assertEquals(0, sink.abandoned);
        fragments(writer, 2, 350, 2, 1, 1, 4, 3);
        assertArrayEquals(sample(2, 350), sink.samples.get(1).bytes());
    }

    @Test
    void shouldAskForMissingFragmentsWhenTwoMoreHaveOvertakenThem() {
        heartbeat(1, 0);
        fragments(writer, 1, 3950, 1, 2, 5);
        assertEquals(List.of(), asks());
        fragments(writer, 1, 3950, 7, 8);
        assertEquals(List.of("ack 1:", "frag 1: 3 4 6"), asks());
        fragments(writer, 1, 3950, 3, 4);
        assertEquals(List.of(), asks());
        fragments(writer, 1, 3950, 6); // all that was asked for is there: no pause before the next question
        fragments(writer, 1, 3950, 10, 11, 12);
        assertEquals(List.of("ack 1:", "frag 1: 9"), asks());
    }

    @Test
    void shouldAskForNoMoreThanTheBufferHolds() {
        heartbeat(1, 0);
        fragments(writer, 1, 3950, 40);
        nowNs += MS;
        writer.look(nowNs);
        assertEquals(List.of("ack 1:", "frag 1: 1 2 3 4 5 6 7 8 9 10"), asks());
    }

    @Test
    void shouldAskForTheEndOfASampleOnceItWasSent() {
        heartbeat(1, 0);
        fragments(writer, 1, 350, 1, 2);
        assertEquals(List.of(), asks());
        writer.heartbeat(1, 1, true, nowNs + 1);
        assertEquals(List.of(), asks()); // they may be under way
        assertTrue(writer.nextNs() <= nowNs + 3 * MS);
        nowNs += 3 * MS;
        writer.look(nowNs);
        assertEquals(List.of("ack 1:", "frag 1: 3 4"), asks());
        fragments(writer, 1, 350, 3, 4);
        fragments(writer, 2, 350, 1);
        fragments(writer, 3, 350, 1, 2, 3); // the next sample tells as well
        assertEquals(List.of("ack 2:", "frag 2: 2 3 4"), asks());
    }

    @Test
    void shouldAskForTheRestOfASampleWhenNothingMoreOfItComes() {
        heartbeat(1, 0);
        fragments(writer, 1, 350, 1, 2);
        nowNs += 9 * MS;
        writer.look(nowNs);
        assertEquals(List.of(), asks());
        assertTrue(writer.nextNs() <= nowNs + 2 * MS);
        nowNs += 2 * MS;
        writer.look(nowNs);
        assertEquals(List.of("ack 1:", "frag 1: 3 4"), asks());
    }

    @Test
    void shouldMakeWayForAnotherWriter() {
        WriterProxy other = proxy(new Guid(1, Guid.low(3, 0x103)), true, false);
        heartbeat(1, 0);
        other.heartbeat(1, 0, true, nowNs);
        fragments(writer, 1, 350, 1, 2);
        fragments(other, 1, 200, 1, 2);
        assertEquals(1, sink.count());
        assertEquals(1, sink.abandoned);
        fragments(writer, 1, 350, 3, 4);
        assertArrayEquals(sample(1, 200), sink.samples.get(0).bytes());
        assertArrayEquals(sample(1, 350), sink.samples.get(1).bytes());
        fragments(writer, 2, 350, 1);
        writer.clear();
        assertEquals(2, sink.abandoned);
    }

    @Test
    void shouldHaveMemoryForTheSampleThatIsDueWhenOthersHaveTakenAll() {
        int length = 3_000_000;
        Delivery small = new Delivery(sink, length);
        RemoteEndpoint remote = new RemoteEndpoint(WRITER, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), true, false);
        ReaderConfig config = new ReaderConfig(0x204, true, false, length, ReaderConfig.Port.SHARED);
        WriterProxy other = WriterProxy.of(remote, config, small);
        ReliableWriterProxy full = (ReliableWriterProxy) WriterProxy.of(remote, config, small);
        writer = full;
        heartbeat(1, 0);
        other.heartbeat(1, 0, true, nowNs);
        fragments(other, 1, length, 1); // has the slot
        for (int sequence = 2; sequence < 10; sequence++) {
            fragments(writer, sequence, length, 1);
        }
        assertNull(full.waiting(9));
        fragments(writer, 1, length, 1);
        assertNotNull(full.waiting(1));
    }

    @Test
    void shouldRefuseWhatIsTooLongAndGoOn() {
        heartbeat(1, 0);
        fragments(writer, 1, MAX_BYTES + 1, 1);
        data(2);
        sink.maxBytes = 10;
        data(3);
        assertEquals(List.of(2L), sink.sequences());
        assertEquals(2, delivery.rejected());
        assertEquals(List.of(), asks());
    }

    @Test
    void shouldKeepOnlyAWindow() {
        heartbeat(1, 0);
        for (long sequence = 2; sequence < 10_000; sequence++) {
            data(sequence);
        }
        data(1);
        assertEquals(ReliableWriterProxy.WINDOW, sink.count());
        assertEquals(ReliableWriterProxy.WINDOW + 1, ((ReliableWriterProxy) writer).next());
    }

    @Test
    void shouldForgetALieOfAHeartbeat() {
        heartbeat(1, 0);
        data(1);
        heartbeat(1L << 40, 1L << 41);
        for (int i = 2; i < 15; i++) {
            data(i);
            heartbeat(1, i);
            nowNs += 100 * MS;
        }
        data(15);
        assertTrue(sink.sequences().contains(15L), sink.sequences().toString());
    }

    @Test
    void shouldTakeTheNewestWithBestEffort() {
        writer = proxy(WRITER, false, false);
        data(3, 5, 4, 5, 6);
        assertEquals(List.of(3L, 5L, 6L), sink.sequences());
        fragments(writer, 7, 350, 1, 2);
        fragments(writer, 8, 350, 1, 2, 3, 4);
        fragments(writer, 7, 350, 3, 4);
        assertEquals(List.of(3L, 5L, 6L, 8L), sink.sequences());
        assertArrayEquals(sample(8, 350), sink.samples.get(3).bytes());
        assertEquals(2, writer.lost());
        assertFalse(writer.isDue(nowNs));
    }

    @Test
    void shouldHandOverDisposalsInOrder() {
        heartbeat(1, 0);
        ByteBuffer bytes = read(out.begin(WRITER).data(Submessages.FLAG_KEY | Submessages.FLAG_INLINE_QOS, 0, 0x103, 2).statusInfo(3).sentinel()
                .payload(direct(sample(2, 20)), 0, 20).end());
        writer.data(in, bytes, nowNs);
        assertEquals(List.of(), sink.disposed);
        data(1);
        assertEquals(List.of(2L), sink.disposed);
        assertEquals(List.of(1L), sink.sequences());
    }
}
