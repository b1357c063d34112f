package dev.dpros.ros.testing;

import dev.dpros.ros.tcpros.ConnectionHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** A TCPROS publisher of which a test decides every byte. */
public final class RawPublisher implements AutoCloseable {
    private final ServerSocket server;

    /** Listens on a free port of the loopback interface. */
    public RawPublisher() {
        try {
            server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            server.setSoTimeout((int) RosTool.LIMIT.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its TCPROS address. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    /** Accepts a connection and reads the subscriber's header. */
    public Socket accept() throws IOException {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        byte[] length = socket.getInputStream().readNBytes(4);
        socket.getInputStream().readNBytes(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt());
        return socket;
    }

    /** Accepts a connection and introduces itself as a publisher of the type. */
    public Socket acceptAs(String type, String md5) throws IOException {
        Socket socket = accept();
        ByteBuffer header = ConnectionHeader.encode(Map.of("type", type, "md5sum", md5, "callerid", "/raw",
                "message_definition", "", "topic", "/raw", "latching", "0"));
        socket.getOutputStream().write(header.array(), 0, header.limit());
        return socket;
    }

    /** A message with its length. */
    public static byte[] frame(byte... payload) {
        return ByteBuffer.allocate(4 + payload.length).order(ByteOrder.LITTLE_ENDIAN).putInt(payload.length).put(payload)
                .array();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
