package dev.dpros.ros2.rtps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.PacketWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A writer's picture of a reader, at times of the test's own. */
class ReaderProxyTest {
    private static final Guid READER = new Guid(1, Guid.low(2, 0x104));
    private static final long MS = 1_000_000;

    private final PacketWriter out = new PacketWriter();
    private final PacketReader in = new PacketReader();
    private final Repair repair = new Repair();
    private final ReaderProxy reader = new ReaderProxy(
            new RemoteEndpoint(READER, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), true, false), true, 1, 0);
    private long nowNs = 5_000 * MS;

    private void read() {
        ByteBuffer bytes = out.packet();
        assertTrue(in.begin(bytes, bytes.limit()) && in.next());
    }

    private boolean ack(boolean isFinal, long base, int bits, int... words) {
        out.begin(READER).ackNack(isFinal, 0x104, 0x103, base).missing(bits, words, 1);
        read();
        return reader.ackNack(in, nowNs);
    }

    private boolean nack(long sequence, int base, int bits, int... words) {
        out.begin(READER).nackFrag(0x104, 0x103, sequence, base).missing(bits, words, 1);
        read();
        return reader.nackFrag(in);
    }

    private void sent(int samples) {
        for (int i = 0; i < samples; i++) {
            reader.sentNext(true, nowNs);
        }
    }

    /** What is repaired, each sample in two packets. */
    private List<String> repairs() {
        List<String> repairs = new ArrayList<>();
        while (reader.nextRepair(repair)) {
            repairs.add((repair.isWhole() ? "s" : "f") + repair.sequence() + "." + repair.fragment());
            reader.repaired(repair, !repair.isWhole() || repair.fragment() == 1);
        }
        return repairs;
    }

    private void heartbeat() {
        assertTrue(reader.isHeartbeatDue(nowNs));
        reader.heartbeatSent(nowNs);
    }

    @Test
    void shouldGreetAndThenAskForAnswersWhileSomeAreOutstanding() {
        heartbeat(); // the greeting
        assertFalse(reader.isHeartbeatDue(nowNs));
        sent(3);
        assertFalse(reader.isHeartbeatDue(nowNs + 19 * MS));
        nowNs += 20 * MS;
        heartbeat();
        nowNs += 39 * MS; // less often while nobody answers
        assertFalse(reader.isHeartbeatDue(nowNs));
        nowNs += 1 * MS;
        heartbeat();
        assertFalse(reader.isDone(3));
        assertFalse(ack(true, 4, 0));
        assertTrue(reader.isDone(3));
        assertFalse(reader.isHeartbeatDue(nowNs + 10_000 * MS));
        assertEquals(Long.MAX_VALUE, reader.dueNs());
    }

    @Test
    void shouldAnswerWhatIsNotFinalButNotMoreThanOnceAMillisecond() {
        heartbeat();
        assertTrue(ack(false, 1, 0));
        assertFalse(reader.isHeartbeatDue(nowNs));
        nowNs += MS;
        heartbeat();
        for (int i = 0; i < 1000; i++) {
            ack(false, 1, 0);
        }
        assertFalse(reader.isHeartbeatDue(nowNs));
    }

    @Test
    void shouldRepairOldestFirst() {
        sent(9);
        assertTrue(nack(5, 11, 3, 0xa0000000));
        assertTrue(ack(true, 3, 4, 0x90000000)); // 3 and 6
        assertTrue(nack(2, 1, 1, 0x80000000));
        assertEquals(List.of("f2.0", "s3.0", "s3.1", "f5.10", "f5.12", "s6.0", "s6.1"), repairs());
        assertEquals(7, reader.repaired());
    }

    @Test
    void shouldNotRepairWhatWasNeverSent() {
        heartbeat();
        sent(2);
        assertFalse(ack(true, 3, 32, -1));
        assertFalse(nack(3, 1, 32, -1));
        assertFalse(nack(2, 1, 32, 0));
        assertEquals(List.of(), repairs());
        sent(1);
        assertFalse(ack(true, 900, 0)); // nor is it believed to have come
        assertTrue(reader.isDone(2));
        assertFalse(reader.isDone(3));
    }

    @Test
    void shouldForgetWhatIsGone() {
        sent(300);
        ack(true, 1, 256, -1, -1, -1, -1, -1, -1, -1, -1);
        assertTrue(reader.nextRepair(repair));
        assertEquals(1, repair.sequence());
        reader.gone(1, 254);
        assertEquals(List.of("s255.0", "s255.1", "s256.0", "s256.1"), repairs());
    }

    @Test
    void shouldSlowDownWhenMuchIsMissingAgainAndRecover() {
        sent(9);
        long usual = tokensAfterAMillisecond();
        for (int i = 0; i < 3; i++) {
            nack(5, 1, 32, -1);
            assertEquals(32, repairs().size());
        }
        long slow = tokensAfterAMillisecond();
        assertTrue(slow <= usual / 4, slow + " after " + usual);
        for (int base = 2; base < 10; base++) {
            ack(true, base, 0); // what is acknowledged lets it rise again
        }
        assertTrue(tokensAfterAMillisecond() > 2 * slow);
    }

    /** Bytes that a millisecond grants, found by using up what there is. */
    private long tokensAfterAMillisecond() {
        while (reader.takeTokens(1000, nowNs)) {
            // used up
        }
        nowNs += MS;
        long bytes = 0;
        while (reader.takeTokens(1000, nowNs)) {
            bytes += 1000;
        }
        return bytes;
    }
}
