package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketWriter;
import dev.dpros.ros2.wire.Submessages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Mutated packets against a reader and a writer that live: of known and unknown peers, with the right GUIDs, so that they reach the state behind.
 * {@code main} takes how many packets and a seed.
 */
final class RtpsFuzz implements AutoCloseable {
    private static final int BYTES = 3000;
    private static final Guid LIAR = new Guid(0x6c69617200000000L, Guid.low(1, 0x1c1));
    private static final int MOST_MUTATIONS = 4;

    private final Random random;
    private final Pair pair = new Pair();
    private final CheckingSink sink = new CheckingSink(Pair.MAX_BYTES, 1);
    private final Writer writer = pair.writer(1, 100);
    private final Reader reader = pair.reader(1, ReaderConfig.Port.OWN, sink);
    private final DatagramChannel channel = DatagramChannel.open();
    private final List<byte[]> good = new ArrayList<>();
    private final ByteBuffer packet = ByteBuffer.allocateDirect(1 << 16);
    private final ByteBuffer sample = ByteBuffer.allocateDirect(BYTES);
    private long published;

    RtpsFuzz(long seed) throws IOException {
        random = new Random(seed);
        pair.match(writer, reader);
        InetSocketAddress at = (InetSocketAddress) channel.bind(new InetSocketAddress(pair.sender.userAddress().getAddress(), 0)).getLocalAddress();
        reader.match(new RemoteEndpoint(LIAR.withEntity(0x203), at, true, false)); // entity 2: nothing of it may come through as the first's
        writer.match(new RemoteEndpoint(LIAR.withEntity(0x204), at, true, false));
        PacketWriter out = new PacketWriter();
        ByteBuffer payload = ByteBuffer.allocateDirect(400);
        out.begin(LIAR).destination(pair.receiver.guid().high(), pair.receiver.guid().prefixLow()).timestamp(5_000_000_000L)
                .data(Submessages.FLAG_DATA, 0, 0x203, 3).payload(payload, 0, 100).end().heartbeat(false, 0, 0x203, 1).until(9, 1);
        keep(out);
        out.begin(LIAR).dataFrag(0, 0, 0x203, 4).fragment(2, 100, 350).payload(payload, 100, 100).end().gap(0, 0x203, 5, 6);
        keep(out);
        out.begin(LIAR).data(Submessages.FLAG_INLINE_QOS | Submessages.FLAG_KEY, 0, 0x203, 7).related(1, 2, 3).statusInfo(3).sentinel()
                .payload(payload, 0, 24).end();
        keep(out);
        int[] words = {-1, -1, -1, -1, -1, -1, -1, -1};
        out.begin(LIAR).ackNack(false, 0x204, 0x103, 1).missing(200, words, 1).nackFrag(0x204, 0x103, 2, 1).missing(20, words, 1);
        keep(out);
    }

    private void keep(PacketWriter out) {
        ByteBuffer written = out.packet();
        byte[] bytes = new byte[written.remaining()];
        written.get(bytes);
        good.add(bytes);
    }

    /** Sends so many mutated packets, and among them what must arrive. */
    void run(int packets) throws IOException {
        for (int i = 0; i < packets; i++) {
            byte[] bytes = good.get(random.nextInt(good.size()));
            packet.clear().put(bytes);
            for (int k = random.nextInt(MOST_MUTATIONS); k >= 0; k--) {
                packet.put(8 + random.nextInt(bytes.length - 8), (byte) random.nextInt(random.nextBoolean() ? 256 : 4));
            }
            boolean cut = random.nextInt(8) == 0;
            packet.limit(cut ? random.nextInt(bytes.length) : bytes.length).position(0);
            channel.send(packet, random.nextBoolean() ? reader.address() : pair.sender.userAddress());
            if (i % 100 == 0) {
                writer.publish(CheckingSink.fill(sample, BYTES, ++published));
            }
            if (i % 1000 == 999 && !arrived()) {
                throw new AssertionError("after " + i + " packets: " + sink.count() + " of " + published + " samples, " + sink.wrong() + " wrong");
            }
        }
    }

    /** Waits until all that was published has been taken. */
    private boolean arrived() {
        long deadlineNs = System.nanoTime() + 20_000_000_000L;
        while (count() < published && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        return count() >= published;
    }

    private long count() {
        return reader.received() - liesTaken();
    }

    /** Samples of the liar, which the sink counts as wrong. */
    long liesTaken() {
        return sink.wrong();
    }

    long published() {
        return published;
    }

    Pair pair() {
        return pair;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        pair.close();
    }

    /** How many packets, and a seed. */
    public static void main(String[] args) throws IOException {
        int packets = Integer.parseInt(args[0]);
        try (RtpsFuzz fuzz = new RtpsFuzz(Long.parseLong(args[1]))) {
            int threads = Thread.activeCount();
            fuzz.run(packets / 10);
            System.gc();
            long before = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            long startNs = System.nanoTime();
            fuzz.run(packets);
            System.gc();
            long grown = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() - before;
            System.out.printf("%d packets in %.1f s: %d samples arrived, %d malformed, heap %+d KiB, threads %+d%n", packets,
                    (System.nanoTime() - startNs) / 1e9, fuzz.published(), fuzz.pair().receiver.malformedPackets(), grown >> 10,
                    Thread.activeCount() - threads);
            if (grown > 8 << 20 || Thread.activeCount() > threads) {
                System.exit(1);
            }
        }
    }
}
