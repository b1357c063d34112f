package dev.dpros.ros2.rtps;

import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketWriter;
import dev.dpros.ros2.wire.Submessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The sockets and threads of one RTPS participant, and its readers and writers. It finds nobody by itself: discovery, on top, reads and writes through
 * the builtin endpoints it makes here and says which endpoints match. Methods are for any thread and may allocate.
 *
 * <p>Threads: {@code ros2-meta} receives discovery, {@code ros2-in} user data, {@code ros2-in-ENTITY} that of a reader with a port of its own, and
 * {@code ros2-out} sends.
 */
public final class RtpsParticipant implements AutoCloseable {
    private final RtpsConfig config;
    private final WriterTable writers = new WriterTable();
    private final CopyOnWriteArrayList<Reader> readers = new CopyOnWriteArrayList<>();
    private final SelectorSource metatrafficSource;
    private final Reception metatraffic;
    private final Reception user;
    private final Outbox outbox;
    private final DatagramChannel announcing;
    private final PacketWriter announcement = new PacketWriter();

    private RtpsParticipant(RtpsConfig config, SelectorSource metatrafficSource, Port user) {
        this.config = config;
        this.metatrafficSource = metatrafficSource;
        metatraffic = reception("ros2-meta", new Port(metatrafficSource, metatrafficSource.address()));
        this.user = reception("ros2-in", user);
        outbox = new Outbox(config, writers);
        announcing = Sockets.sending(new InetSocketAddress(config.address(), 0), config.sockets().sendBufferBytes());
    }

    /** A bound socket. */
    private record Port(DatagramSource source, InetSocketAddress address) {}

    /** Binds the sockets and starts the threads. @throws BindException if a port is taken */
    public static RtpsParticipant open(RtpsConfig config) throws BindException {
        int bufferBytes = config.sockets().receiveBufferBytes();
        SelectorSource metatraffic = new SelectorSource(new InetSocketAddress(config.address(), config.metatrafficPort()), bufferBytes);
        try {
            return new RtpsParticipant(config, metatraffic, port(new InetSocketAddress(config.address(), config.userPort()), bufferBytes));
        } catch (BindException | RuntimeException e) {
            metatraffic.close();
            throw e;
        }
    }

    private static Port port(InetSocketAddress at, int bufferBytes) throws BindException {
        if (LibC.available()) {
            LinuxSource source = new LinuxSource(at, bufferBytes);
            return new Port(source, source.address());
        }
        SelectorSource source = new SelectorSource(at, bufferBytes);
        return new Port(source, source.address());
    }

    private Reception reception(String name, Port port) {
        return new Reception(name, port.source(), port.address(), config.participant(), writers, config.clock());
    }

    /** Its GUID. */
    public Guid guid() {
        return config.participant();
    }

    /** Where discovery is received. */
    public InetSocketAddress metatrafficAddress() {
        return metatraffic.address();
    }

    /** Where user data is received that no reader has a port of its own for, and acknowledgements of all writers of user data. */
    public InetSocketAddress userAddress() {
        return user.address();
    }

    /** Bytes of receive buffer that the kernel granted to each socket; at most net.core.rmem_max. */
    public int grantedReceiveBytes() {
        return user.burstBytes();
    }

    /** Packets received that were no RTPS packets, or ended before their end. */
    public long malformedPackets() {
        long sum = metatraffic.malformed() + user.malformed();
        for (Reader reader : readers) {
            sum += reader.config().port() == ReaderConfig.Port.OWN ? reader.reception().malformed() : 0;
        }
        return sum;
    }

    /** Packets that could not be sent. */
    public long sendFailures() {
        return outbox.failures();
    }

    /**
     * Receives what is sent to a multicast group, too, on the thread of discovery.
     *
     * @throws InputException if the group cannot be joined there
     */
    public void joinMulticast(InetAddress group, int port, NetworkInterface on) {
        try {
            metatrafficSource.join(group, port, on);
        } catch (IOException e) {
            throw new InputException("multicast group " + group.getHostAddress() + ":" + port + " cannot be joined on " + on.getName() + ": "
                    + e.getMessage(), e);
        }
    }

    /** Announcements to groups leave by this interface from now on. @throws InputException if they cannot */
    public void multicastBy(NetworkInterface on) {
        try {
            synchronized (announcement) {
                announcing.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
            }
        } catch (IOException e) {
            throw new InputException("multicast cannot leave by " + on.getName() + ": " + e.getMessage(), e);
        }
    }

    /** A writer, without readers yet. */
    public Writer writer(WriterConfig writer) {
        Writer made = new Writer(writer, config.participant(), outbox);
        writers.add(made);
        return made;
    }

    /** A reader, without writers yet. */
    public Reader reader(ReaderConfig reader, SampleSink sink) {
        Reader made;
        switch (reader.port()) {
            case METATRAFFIC -> made = new Reader(reader, sink, config.participant(), metatraffic, this::forget);
            case SHARED -> made = new Reader(reader, sink, config.participant(), user, this::forget);
            default -> made = new Reader(reader, sink, config.participant(), own(reader), this::forgetWithPort);
        }
        made.reception().add(made);
        readers.add(made);
        return made;
    }

    private Reception own(ReaderConfig reader) {
        try {
            Port port = port(new InetSocketAddress(config.address(), 0), config.sockets().receiveBufferBytes());
            return reception("ros2-in-" + Integer.toHexString(reader.entityId()), port);
        } catch (BindException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forget(Reader reader) {
        readers.remove(reader);
        reader.reception().remove(reader);
    }

    private void forgetWithPort(Reader reader) {
        readers.remove(reader);
        reader.reception().close();
    }

    /** Takes every sample of writers with this entity id, of whatever participant and however often they come: what discovery needs to begin. */
    public void stateless(int writerId, SampleSink sink) {
        metatraffic.add(new StatelessReader(writerId, sink));
    }

    /**
     * Sends one sample at once, without keeping it: what discovery needs to begin.
     *
     * @param payload with its encapsulation, position to limit; short enough for one packet
     * @param to the participant it is for; {@link Guid#UNKNOWN} for all
     * @param at where to; a multicast group or a participant
     * @return false if it could not be sent
     */
    public boolean announce(ByteBuffer payload, Announcement sample, Guid to, InetSocketAddress at) {
        synchronized (announcement) {
            announcement.begin(config.participant());
            if (!to.equals(Guid.UNKNOWN)) {
                announcement.destination(to.high(), to.prefixLow());
            }
            announcement.timestamp(config.clock().rosNs());
            boolean disposal = sample.statusInfo() != 0;
            announcement.data(disposal ? Submessages.FLAG_INLINE_QOS | Submessages.FLAG_KEY : Submessages.FLAG_DATA, sample.readerId(),
                    sample.writerId(), sample.sequence());
            if (disposal) {
                announcement.statusInfo(sample.statusInfo()).key(guid().high(), guid().low()).sentinel();
            }
            announcement.payload(payload, payload.position(), payload.remaining()).end();
            try {
                return announcing.send(announcement.packet(), at) > 0;
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** When any matched writer of a participant was heard last, monotonic; {@link Long#MIN_VALUE} for never. */
    public long heardNs(Guid participant) {
        return readers.stream().mapToLong(reader -> reader.heardNs(participant)).max().orElse(Long.MIN_VALUE);
    }

    /** A participant is gone: all endpoints forget those that it had. */
    public void unmatchParticipant(Guid participant) {
        for (Writer writer : writers.writers()) {
            writer.unmatchParticipant(participant);
        }
        for (Reader reader : readers) {
            reader.unmatchParticipant(participant);
        }
    }

    /** Sends what is still to be sent, for a moment, then ends threads and sockets. Says goodbye to nobody. */
    @Override
    public void close() {
        outbox.close();
        readers.forEach(Reader::close);
        user.close();
        metatraffic.close();
        Sockets.close(announcing);
    }
}
