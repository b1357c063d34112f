package dev.dpros.ros2.rtps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writers and readers of two participants over real sockets. */
@Tag("long")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EndpointsTest {
    private static final int BYTES = 300;

    private static ByteBuffer sample(long number) {
        return CheckingSink.fill(ByteBuffer.allocateDirect(BYTES), BYTES, number);
    }

    private static RemoteEndpoint remote(Guid guid, InetSocketAddress at, boolean reliable, boolean transientLocal) {
        return new RemoteEndpoint(guid, at, reliable, transientLocal);
    }

    @Test
    void shouldGiveHistoryToWhoWantsIt() throws Exception {
        CollectingSink wants = new CollectingSink();
        CollectingSink wantsNot = new CollectingSink();
        try (Pair pair = new Pair()) {
            Writer writer = pair.sender.writer(new WriterConfig(0x103, true, true, 3, BYTES));
            for (int i = 1; i <= 5; i++) {
                writer.publish(sample(i));
            }
            writer.forget(4);
            boolean[] transientLocal = {true, false};
            for (int i = 0; i < 2; i++) {
                Reader reader = pair.receiver.reader(new ReaderConfig(0x104 + (i << 8), true, transientLocal[i], BYTES, ReaderConfig.Port.SHARED),
                        i == 0 ? wants : wantsNot);
                writer.match(remote(reader.guid(), reader.address(), true, transientLocal[i]));
                reader.match(remote(writer.guid(), pair.sender.userAddress(), true, true));
            }
            Await.until("samples", () -> wants.count() == 2);
            writer.publish(sample(6));
            assertTrue(writer.awaitAcknowledged(10_000));
            assertEquals(List.of(3L, 5L, 6L), wants.sequences());
            assertEquals(List.of(6L), wantsNot.sequences());
            assertEquals(2, writer.readers());
            writer.unmatch(new Guid(0, 0));
            pair.sender.unmatchParticipant(pair.receiver.guid());
            assertEquals(0, writer.readers());
        }
    }

    @Test
    void shouldCarryWhatComesWithASample() throws Exception {
        CollectingSink sink = new CollectingSink();
        try (Pair pair = new Pair()) {
            Writer writer = pair.writer(1, 10);
            Reader reader = pair.reader(1, ReaderConfig.Port.METATRAFFIC, sink);
            pair.match(writer, reader);
            long beforeNs = System.currentTimeMillis() * 1_000_000;
            assertEquals(1, writer.publish(sample(1), new Guid(5, 6), 7));
            assertEquals(2, writer.dispose(Guid.UNKNOWN, ByteBuffer.allocateDirect(24)));
            assertTrue(writer.awaitAcknowledged(10_000));
            CollectingSink.Sample got = sink.all().get(0);
            assertEquals(7, got.relatedSequence());
            assertEquals(0, Math.abs(got.sourceTimestampNs() - beforeNs) / 10_000_000_000L);
            byte[] sent = new byte[BYTES];
            sample(1).get(sent);
            assertArrayEquals(sent, got.bytes());
            assertEquals(List.of(2L), sink.disposed);
        }
    }

    @Test
    void shouldNotAllocateWithSeveralWritersAndReaders() throws Exception {
        int samples = 1000;
        CheckingSink[] sinks = {new CheckingSink(200_000, 3), new CheckingSink(200_000, 3)};
        ByteBuffer small = ByteBuffer.allocateDirect(276);
        ByteBuffer large = ByteBuffer.allocateDirect(150_000);
        try (RtpsParticipant a = Pair.participant(1, SocketOptions.DEFAULT); RtpsParticipant b = Pair.participant(2, SocketOptions.DEFAULT);
                RtpsParticipant c = Pair.participant(3, SocketOptions.DEFAULT); RtpsParticipant receiver = Pair.participant(4, SocketOptions.DEFAULT)) {
            Writer[] writers = new Writer[3];
            RtpsParticipant[] senders = {a, b, c};
            for (int i = 0; i < 3; i++) {
                writers[i] = senders[i].writer(new WriterConfig(i + 1 << 8 | 3, true, false, 10, 200_000));
            }
            for (int r = 0; r < 2; r++) {
                Reader reader = receiver.reader(new ReaderConfig(r + 1 << 8 | 4, true, false, 200_000, ReaderConfig.Port.OWN), sinks[r]);
                for (int i = 0; i < 3; i++) {
                    Pair.match(writers[i], senders[i].userAddress(), reader, reader.address(), true);
                }
            }
            long least = Long.MAX_VALUE;
            for (int run = 0; run < 4; run++) {
                long before = Allocation.ofThreads("ros2-");
                long publishing = 0;
                for (int i = 0; i < samples; i++) {
                    int number = run * samples + i + 1;
                    CheckingSink.fill(small, 276, number);
                    CheckingSink.fill(large, 150_000, number);
                    publishing += Allocation.least(1, () -> {
                        writers[0].publish(small);
                        writers[1].publish(small);
                        writers[2].publish(large);
                    });
                    while (sinks[0].count() < 3L * number || sinks[1].count() < 3L * number) {
                        Thread.onSpinWait();
                    }
                }
                least = Math.min(least, Allocation.ofThreads("ros2-") - before + publishing);
            }
            assertEquals(4 * 3 * samples, sinks[0].count());
            assertEquals(4 * 3 * samples, sinks[1].count());
            assertEquals(0, sinks[0].wrong() + sinks[1].wrong());
            assertTrue(least < samples, least + " bytes for " + 3 * samples + " samples to 2 readers");
        }
    }

    /** One that never answers, one that asks for everything for ever: the others, and whoever publishes, do not notice. */
    @Test
    void shouldServeOthersBesideDeadAndGreedyReaders() throws Exception {
        CheckingSink sink = new CheckingSink(Pair.MAX_BYTES, 1);
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Pair pair = new Pair(); DatagramChannel nobody = DatagramChannel.open().bind(loopback);
                DatagramChannel greedy = DatagramChannel.open().bind(loopback)) {
            Writer writer = pair.writer(1, 1000);
            Guid greedyGuid = new Guid(9, Guid.low(9, 0x104));
            writer.match(remote(new Guid(8, Guid.low(8, 0x104)), (InetSocketAddress) nobody.getLocalAddress(), true, false));
            writer.match(remote(greedyGuid, (InetSocketAddress) greedy.getLocalAddress(), true, false));
            pair.match(writer, pair.reader(1, ReaderConfig.Port.OWN, sink));
            int[] all = new int[8];
            Arrays.fill(all, -1);
            PacketWriter packet = new PacketWriter();
            for (int i = 1; i <= 500; i++) {
                writer.publish(CheckingSink.fill(ByteBuffer.allocateDirect(20_000), 20_000, i));
                packet.begin(greedyGuid).ackNack(false, 0x104, 0x103, 1).missing(256, all, i);
                for (int k = 1; k < 20; k++) {
                    packet.nackFrag(0x104, 0x103, Math.max(1, i - k), Integer.MAX_VALUE - 100).missing(256, all, i);
                    packet.nackFrag(0x104, 0x103, i, 1).missing(256, all, i);
                }
                greedy.send(packet.packet(), pair.sender.userAddress());
            }
            Await.until("samples", () -> sink.count() == 500);
            assertEquals(0, sink.wrong());
            assertEquals(0, pair.sender.sendFailures());
            writer.unmatch(greedyGuid);
            assertFalse(writer.awaitAcknowledged(1)); // the dead one
        }
    }

    @Test
    void shouldForgetAWriterInMidSample() throws Exception {
        CollectingSink sink = new CollectingSink();
        try (Pair pair = new Pair()) {
            Reader reader = pair.reader(1, ReaderConfig.Port.OWN, sink);
            Guid half = new Guid(8, Guid.low(8, 0x103));
            reader.match(remote(half, pair.sender.userAddress(), true, false));
            try (DatagramChannel channel = DatagramChannel.open()) {
                PacketWriter packet = new PacketWriter();
                packet.begin(half).heartbeat(true, 0, 0x103, 1).until(0, 1).dataFrag(0, 0, 0x103, 1).fragment(1, 200, 400)
                        .payload(ByteBuffer.allocateDirect(200), 0, 200).end();
                channel.send(packet.packet(), reader.address());
                Writer writer = pair.writer(1, 10);
                pair.match(writer, reader);
                writer.publish(sample(1));
                Await.until("samples", () -> sink.count() == 1);
                assertEquals(1, sink.abandoned);
                reader.unmatch(half);
                assertEquals(1, reader.writers());
                writer.publish(sample(2));
                Await.until("samples", () -> sink.count() == 2);
            }
            reader.close();
            assertEquals(0, reader.writers());
        }
    }

    @Test
    void shouldAnnounceWithoutState() throws Exception {
        CollectingSink sink = new CollectingSink();
        try (Pair pair = new Pair()) {
            pair.receiver.stateless(EntityIds.SPDP_WRITER, sink);
            Announcement announcement = new Announcement(EntityIds.SPDP_WRITER, EntityIds.SPDP_READER, 1, 0);
            for (int i = 0; i < 3; i++) {
                assertTrue(pair.sender.announce(sample(i), announcement, pair.receiver.guid(), pair.receiver.metatrafficAddress()));
                assertTrue(pair.sender.announce(sample(i), announcement, new Guid(5, 5), pair.receiver.metatrafficAddress()));
            }
            pair.sender.announce(sample(4), new Announcement(EntityIds.SPDP_WRITER, 0, 2, 3), Guid.UNKNOWN, pair.receiver.metatrafficAddress());
            Await.until("samples", () -> !sink.disposed.isEmpty());
            assertEquals(LongStream.of(1, 1, 1).boxed().toList(), sink.sequences());
        }
    }

    @Test
    void shouldSayWhatIsWrong() throws Exception {
        try (Pair pair = new Pair()) {
            assertTrue(pair.sender.grantedReceiveBytes() > 1000);
            InetSocketAddress taken = pair.sender.userAddress();
            RtpsConfig config = new RtpsConfig(pair.sender.guid(), taken.getAddress(), 0, taken.getPort(), SocketOptions.DEFAULT, new SystemClock());
            assertThrows(BindException.class, () -> RtpsParticipant.open(config));
            Writer writer = pair.sender.writer(new WriterConfig(0x103, true, false, 1, 10));
            assertEquals(1, assertThrows(InputException.class, () -> writer.publish(sample(1))).getMessage().lines().count());
        }
    }
}
