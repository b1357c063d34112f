package dev.dpros.ros2.rtps;

import dev.dpros.core.Clock;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port and the one thread that receives there, for all readers of the port, and hands acknowledgements to the writers. That thread owns the
 * readers' state, so that none of it needs a lock; it allocates nothing once warm and blocks only while it waits for packets.
 */
final class Reception implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    private static final int LONGEST_WAIT_MS = 100;
    private static final long LEAST_TICK_NS = 1_000_000L;
    private static final long PAUSE_NS = 10_000_000L;
    private static final long CLOSING_MS = 2_000;

    private final Guid participant;
    private final InetSocketAddress address;
    private final DatagramSource source;
    private final Clock clock;
    private final WriterTable writers;
    private final AckSender acks;
    private final int burstBytes;
    private final Thread thread;
    private final PacketReader packet = new PacketReader();
    private final CopyOnWriteArrayList<StatelessReader> stateless = new CopyOnWriteArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile Reader[] readers = {};
    private volatile boolean closed;
    private volatile long malformed;
    private volatile long turns;
    private boolean failed;

    /**
     * Starts to receive.
     *
     * @param address of the source
     * @param writers those that acknowledgements are for
     */
    Reception(String name, DatagramSource source, InetSocketAddress address, Guid participant, WriterTable writers, Clock clock) {
        this.source = source;
        this.address = address;
        this.participant = participant;
        this.writers = writers;
        this.clock = clock;
        acks = new AckSender(participant, address);
        burstBytes = source.grantedReceiveBytes();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return address;
    }

    AckSender acks() {
        return acks;
    }

    /** Bytes of receive buffer that the kernel granted: what may be asked for at a time. */
    int burstBytes() {
        return burstBytes;
    }

    /** Packets that ended before their end, or were none. */
    long malformed() {
        return malformed;
    }

    synchronized void add(Reader reader) {
        List<Reader> more = new ArrayList<>(List.of(readers));
        more.add(reader);
        readers = more.toArray(new Reader[0]);
    }

    void add(StatelessReader reader) {
        stateless.add(reader);
    }

    /** Takes a reader out; after the return the thread does not use it any more, unless it is that thread which calls. */
    void remove(Reader reader) {
        synchronized (this) {
            List<Reader> fewer = new ArrayList<>(List.of(readers));
            fewer.remove(reader);
            readers = fewer.toArray(new Reader[0]);
        }
        long before = turns;
        long deadlineNs = clock.monotonicNs() + CLOSING_MS * 1_000_000;
        while (!isCurrentThread() && thread.isAlive() && turns - before < 2 && clock.monotonicNs() < deadlineNs) {
            wake();
            LockSupport.parkNanos(LEAST_TICK_NS);
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Makes the thread look around at once. */
    void wake() {
        if (!isCurrentThread() && !woken.getAndSet(true)) {
            source.wake();
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void run() {
        long dueNs = Long.MAX_VALUE;
        try {
            while (!closed) {
                turns = turns + 1;
                int count = await(dueNs);
                long nowNs = clock.monotonicNs();
                long rosNs = clock.rosNs(nowNs);
                for (int i = 0; i < count; i++) {
                    take(source.packet(i), source.length(i), nowNs, rosNs);
                }
                if (count == 0 || nowNs >= dueNs || woken.get()) {
                    woken.set(false);
                    tick(nowNs, rosNs);
                }
                dueNs = Math.max(dueNs(), nowNs + LEAST_TICK_NS);
            }
        } finally {
            source.close();
            acks.close();
        }
    }

    private int await(long dueNs) {
        try {
            if (dueNs == Long.MAX_VALUE) {
                return source.await(LONGEST_WAIT_MS);
            }
            return source.await((int) Math.max(1, Math.min(LONGEST_WAIT_MS, (dueNs - clock.monotonicNs()) / 1_000_000 + 1)));
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                said(e);
                LockSupport.parkNanos(PAUSE_NS);
            }
            return 0;
        }
    }

    private void tick(long nowNs, long rosNs) {
        for (Reader reader : readers) {
            reader.tick(nowNs, rosNs);
        }
    }

    /** When a reader is to be looked at at the latest; {@link Long#MAX_VALUE} if only after another packet. */
    private long dueNs() {
        long dueNs = Long.MAX_VALUE;
        for (Reader reader : readers) {
            dueNs = Math.min(dueNs, reader.dueNs());
        }
        return dueNs;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void take(ByteBuffer bytes, int length, long nowNs, long rosNs) {
        try {
            boolean more = packet.begin(bytes, length);
            while (more && packet.next()) {
                if (packet.isFor(participant)) {
                    dispatch(bytes, nowNs, rosNs);
                }
            }
            if (packet.malformed()) {
                malformed = malformed + 1;
            }
        } catch (RuntimeException e) { // one packet, not the thread
            malformed = malformed + 1;
            said(e);
        }
    }

    private void said(Exception e) {
        if (!failed) {
            failed = true;
            LOG.error("{}: a packet could not be taken; further ones are counted only", thread.getName(), e);
        }
    }

    private void dispatch(ByteBuffer bytes, long nowNs, long rosNs) {
        int kind = packet.kind();
        if (kind == Submessages.ACKNACK || kind == Submessages.NACK_FRAG) {
            writers.take(packet, nowNs);
            return;
        }
        for (Reader reader : readers) {
            reader.take(packet, bytes, nowNs, rosNs);
        }
        for (int i = 0; i < stateless.size(); i++) {
            stateless.get(i).take(packet, bytes, nowNs, rosNs);
        }
    }

    /** Ends the thread, which closes its sockets. */
    @Override
    public void close() {
        closed = true;
        source.wake();
        if (isCurrentThread()) {
            return;
        }
        try {
            thread.join(CLOSING_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
