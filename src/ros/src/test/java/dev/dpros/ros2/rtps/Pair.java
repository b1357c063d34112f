package dev.dpros.ros2.rtps;

import dev.dpros.core.SystemClock;
import dev.dpros.ros2.wire.Guid;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Two participants on loopback that know each other without discovery. */
final class Pair implements AutoCloseable {
    static final int MAX_BYTES = 1 << 20;

    final RtpsParticipant sender;
    final RtpsParticipant receiver;

    Pair() throws BindException {
        this(SocketOptions.DEFAULT);
    }

    Pair(SocketOptions options) throws BindException {
        sender = participant(0x0a, options);
        receiver = participant(0x0b, options);
    }

    static RtpsParticipant participant(int number, SocketOptions options) throws BindException {
        Guid guid = new Guid(0x6470726f73000000L | number, Guid.low(7, 0x1c1));
        return RtpsParticipant.open(new RtpsConfig(guid, InetAddress.getLoopbackAddress(), 0, 0, options, new SystemClock()));
    }

    Writer writer(int entity, int depth) {
        return sender.writer(new WriterConfig(entity << 8 | 3, true, false, depth, MAX_BYTES));
    }

    Reader reader(int entity, ReaderConfig.Port port, SampleSink sink) {
        return receiver.reader(new ReaderConfig(entity << 8 | 4, true, false, MAX_BYTES, port), sink);
    }

    /** Matches a writer and a reader, each reached at an address of its own or through a relay. */
    static void match(Writer writer, InetSocketAddress writerAt, Reader reader, InetSocketAddress readerAt, boolean reliable) {
        writer.match(new RemoteEndpoint(reader.guid(), readerAt, reliable, false));
        reader.match(new RemoteEndpoint(writer.guid(), writerAt, reliable, false));
    }

    void match(Writer writer, Reader reader) {
        match(writer, sender.userAddress(), reader, reader.address(), true);
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
    }
}
