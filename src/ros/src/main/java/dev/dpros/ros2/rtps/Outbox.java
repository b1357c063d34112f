package dev.dpros.ros2.rtps;

import dev.dpros.core.Clock;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketWriter;
import dev.dpros.ros2.wire.Submessages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that sends for all writers of a participant ({@code ros2-out}): one packet for each reader in turn, new samples before repairs, so
 * that neither a long sample nor a reader that asks for everything holds up the others. Allocates nothing once warm.
 */
final class Outbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final long IDLE_NS = 1_000_000_000L;
    private static final long FAILURE_PAUSE_NS = 10_000_000L;
    private static final long FLUSH_NS = 200_000_000L;
    private static final long CLOSING_MS = 1_000;

    private final Guid participant;
    private final Set<InetAddress> own = Sockets.ownAddresses();
    private final SocketOptions options;
    private final Clock clock;
    private final WriterTable writers;
    private final DatagramChannel channel;
    private final PacketWriter packet = new PacketWriter();
    private final Repair repair = new Repair();
    private final AtomicBoolean signal = new AtomicBoolean();
    private final Thread thread;
    private long dueNs;
    private volatile boolean closed;
    private volatile long failures;

    Outbox(RtpsConfig config, WriterTable writers) {
        participant = config.participant();
        options = config.sockets();
        clock = config.clock();
        this.writers = writers;
        channel = Sockets.sending(new InetSocketAddress(config.address(), 0), options.sendBufferBytes());
        thread = new Thread(this::run, "ros2-out");
        thread.setDaemon(true);
        thread.start();
    }

    long monotonicNs() {
        return clock.monotonicNs();
    }

    long wallNs() {
        return clock.rosNs();
    }

    /** Something is to be sent. Any thread; neither blocks nor allocates. */
    void wake() {
        if (!signal.get() && !signal.getAndSet(true)) {
            LockSupport.unpark(thread);
        }
    }

    void remove(Writer writer) {
        writers.remove(writer);
    }

    /** Packets that could not be sent. */
    long failures() {
        return failures;
    }

    private void run() {
        long closedNs = Long.MAX_VALUE;
        boolean more = true;
        while (more) {
            signal.set(false);
            long nowNs = clock.monotonicNs();
            dueNs = nowNs + IDLE_NS;
            boolean sent = tryRound(nowNs);
            if (closed) {
                closedNs = Math.min(closedNs, nowNs);
                more = sent && nowNs - closedNs < FLUSH_NS;
            } else if (!sent && !signal.get()) {
                LockSupport.parkNanos(this, Math.max(1, dueNs - clock.monotonicNs()));
            }
        }
        Sockets.close(channel);
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private boolean tryRound(long nowNs) {
        try {
            return round(nowNs);
        } catch (RuntimeException e) { // one round, not the thread
            if (failures == 0) {
                LOG.error("a packet could not be written; further ones are counted only", e);
            }
            failures = failures + 1;
            LockSupport.parkNanos(this, FAILURE_PAUSE_NS);
            return false;
        }
    }

    private boolean round(long nowNs) {
        boolean sent = false;
        for (Writer writer : writers.writers()) {
            for (ReaderProxy reader : writer.proxies()) {
                sent |= sendNext(writer, reader, nowNs);
                if (reader.reliable()) {
                    sent |= sendRepair(writer, reader, nowNs);
                    sent |= sendHeartbeat(writer, reader, nowNs);
                    dueNs = Math.min(dueNs, reader.dueNs());
                }
            }
        }
        return sent;
    }

    private int fragmentBytes(ReaderProxy reader) {
        InetAddress to = reader.remote().address().getAddress();
        return to.isLoopbackAddress() || own.contains(to) ? options.loopbackFragmentBytes() : options.networkFragmentBytes();
    }

    /** One packet of the next sample. */
    private boolean sendNext(Writer writer, ReaderProxy reader, long nowNs) {
        History history = writer.history();
        long sequence = reader.next();
        History.Sample sample = history.find(sequence);
        if (sample == null) {
            if (sequence > history.last()) {
                return false;
            }
            reader.skipTo(Math.max(history.first(), sequence + 1));
            return true;
        }
        int length = sample.length;
        if (reader.isPaced(sequence) && !hasTokens(reader, length, nowNs)) {
            return false;
        }
        int fragment = reader.nextFragment();
        boolean toItsEnd = write(writer, reader, sequence, sample, fragment);
        if (toItsEnd && reader.reliable()) {
            heartbeat(writer, reader, true, sequence);
        }
        if (history.holds(sample, sequence)) {
            send(reader);
            reader.sentNext(toItsEnd, nowNs);
        }
        return true;
    }

    private boolean hasTokens(ReaderProxy reader, int bytes, long nowNs) {
        boolean granted = reader.takeTokens(Math.min(bytes, fragmentBytes(reader)), nowNs);
        if (!granted) {
            dueNs = Math.min(dueNs, reader.tokensNs(nowNs));
        }
        return granted;
    }

    /** Begins a packet with one sample or fragment, from 0; whether it is the last of the sample. What it holds counts if the history says so. */
    private boolean write(Writer writer, ReaderProxy reader, long sequence, History.Sample sample, int fragment) {
        int fragmentBytes = fragmentBytes(reader);
        ByteBuffer contents = sample.bytes;
        int length = Math.min(sample.length, contents.capacity()); // both may be changing
        boolean disposal = sample.statusInfo != 0;
        boolean parameters = disposal || sample.relatedSequence != 0;
        Guid to = reader.remote().guid();
        packet.begin(participant).destination(to.high(), to.prefixLow()).timestamp(Math.max(0, sample.timestampNs));
        int inlineQos = parameters ? Submessages.FLAG_INLINE_QOS : 0;
        int from = 0;
        int bytes = length;
        if (length <= fragmentBytes) {
            packet.data(inlineQos | (disposal ? Submessages.FLAG_KEY : Submessages.FLAG_DATA), to.entityId(), writer.guid().entityId(), sequence);
        } else {
            from = (int) Math.min(length, (long) fragment * fragmentBytes);
            bytes = Math.min(fragmentBytes, length - from);
            packet.dataFrag(inlineQos, to.entityId(), writer.guid().entityId(), sequence).fragment(fragment + 1, fragmentBytes, length);
        }
        if (parameters) {
            parameters(sample);
        }
        packet.payload(contents, from, bytes).end();
        return from + bytes >= length;
    }

    private void parameters(History.Sample sample) {
        if (sample.statusInfo != 0) {
            packet.statusInfo(sample.statusInfo).key(sample.relatedHigh, sample.relatedLow);
        }
        if (sample.relatedSequence != 0) {
            packet.related(sample.relatedHigh, sample.relatedLow, sample.relatedSequence);
        }
        packet.sentinel();
    }

    /** One packet of what the reader asked for. */
    private boolean sendRepair(Writer writer, ReaderProxy reader, long nowNs) {
        if (!reader.takeTokens(0, nowNs)) {
            dueNs = Math.min(dueNs, reader.tokensNs(nowNs));
            return false;
        }
        if (!reader.nextRepair(repair)) {
            return false;
        }
        History history = writer.history();
        long sequence = repair.sequence();
        History.Sample sample = sequence < reader.firstRelevant() ? null : history.find(sequence);
        if (sample == null) {
            sendGap(writer, reader, sequence);
            return true;
        }
        if (repair.fragment() < 0 || repair.fragment() > 0 && (long) repair.fragment() * fragmentBytes(reader) >= sample.length) {
            reader.gone(sequence, sequence); // there is no such fragment
            return true;
        }
        boolean toItsEnd = write(writer, reader, sequence, sample, repair.fragment());
        if (history.holds(sample, sequence)) {
            reader.takeTokens(packet.size(), nowNs);
            send(reader);
            reader.repaired(repair, toItsEnd || !repair.isWhole());
        }
        return true;
    }

    /** Says that a sample, and all before the history, are gone. */
    private void sendGap(Writer writer, ReaderProxy reader, long sequence) {
        long first = Math.max(writer.history().first(), reader.firstRelevant());
        long until = sequence < first ? first - 1 : sequence;
        Guid to = reader.remote().guid();
        packet.begin(participant).destination(to.high(), to.prefixLow());
        packet.gap(to.entityId(), writer.guid().entityId(), sequence, until);
        send(reader);
        reader.gone(sequence, until);
    }

    private boolean sendHeartbeat(Writer writer, ReaderProxy reader, long nowNs) {
        if (!reader.isHeartbeatDue(nowNs)) {
            return false;
        }
        Guid to = reader.remote().guid();
        packet.begin(participant).destination(to.high(), to.prefixLow());
        heartbeat(writer, reader, false, reader.next() - 1);
        send(reader);
        reader.heartbeatSent(nowNs);
        return true;
    }

    /** Appends what there is of the samples that the reader was sent. */
    private void heartbeat(Writer writer, ReaderProxy reader, boolean isFinal, long last) {
        long first = Math.min(last + 1, Math.max(writer.history().first(), reader.firstRelevant()));
        packet.heartbeat(isFinal, reader.remote().guid().entityId(), writer.guid().entityId(), first).until(last, reader.heartbeatCount());
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void send(ReaderProxy reader) {
        try {
            channel.send(packet.packet(), reader.remote().address());
        } catch (IOException e) { // as good as lost on the way
            failures = failures + 1;
        }
    }

    /** Sends what there is to send, for a moment, and ends the thread. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSING_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
