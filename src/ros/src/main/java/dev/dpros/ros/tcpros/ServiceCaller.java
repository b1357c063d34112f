package dev.dpros.ros.tcpros;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.ServiceSchema;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a service, used for one call or, when persistent, for many, by one thread at a time. Allocates. A
 * failed call leaves the connection closed.
 */
public final class ServiceCaller implements AutoCloseable {
    private static final int CONNECT_LIMIT_MS = 3000;
    private static final int MAX_RESPONSE_BYTES = 256 << 20;
    private static final int CHUNK = 1 << 16;

    private final String name;
    private final @Nullable ServiceSchema schema;
    private final Socket socket = new Socket();

    private ServiceCaller(String name, @Nullable ServiceSchema schema) {
        this.name = name;
        this.schema = schema;
    }

    /**
     * Connects and exchanges headers.
     *
     * @param uri {@code rosrpc://host:port} from the master
     * @param limitMs how long an answer may take
     * @throws InputException if the service cannot be reached or refuses us
     */
    public static ServiceCaller connect(String callerId, String name, ServiceSchema schema, URI uri, int limitMs,
            boolean persistent) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("callerid", callerId);
        header.put("service", name);
        header.put("md5sum", schema.md5());
        header.put("type", schema.type());
        if (persistent) {
            header.put("persistent", "1");
        }
        ServiceCaller caller = new ServiceCaller(name, schema);
        caller.open(uri, header, limitMs);
        return caller;
    }

    /** True if the service at this address answers a probe. */
    public static boolean probe(String callerId, String name, URI uri) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("probe", "1");
        header.put("md5sum", "*");
        header.put("callerid", callerId);
        header.put("service", name);
        try (ServiceCaller caller = new ServiceCaller(name, null)) {
            caller.open(uri, header, CONNECT_LIMIT_MS);
            return true;
        } catch (InputException e) {
            return false;
        }
    }

    private void open(URI uri, Map<String, String> header, int limitMs) {
        try {
            if (!"rosrpc".equals(uri.getScheme()) || uri.getHost() == null) {
                throw new ProtocolException("the master gave " + uri + ", which is no rosrpc://host:port");
            }
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECT_LIMIT_MS);
            socket.setSoTimeout(limitMs);
            socket.setTcpNoDelay(true);
            ByteBuffer out = ConnectionHeader.encode(header);
            socket.getOutputStream().write(out.array(), 0, out.limit());
            Map<String, String> reply = ConnectionHeader.decode(read(length(ConnectionHeader.MAX_BYTES)));
            if (reply.containsKey("error")) {
                throw new ProtocolException(ConnectionHeader.printable(reply.get("error")));
            }
        } catch (IOException e) {
            close();
            throw new InputException("service " + name + " at " + uri + ": " + e.getMessage()
                    + "; check with: rosservice info " + name, e);
        }
    }

    /**
     * Calls the service and waits for its answer.
     *
     * @throws InputException if the request does not fit the type, the service answers with an error, or no answer comes
     */
    public Map<String, Object> call(Map<String, Object> request) {
        ServiceSchema called = Objects.requireNonNull(schema, "a probe calls nothing");
        ByteBuffer payload = MessageEncoder.encode(called.request(), request);
        try {
            ByteBuffer out = ByteBuffer.allocate(4 + payload.remaining()).order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(payload.remaining()).put(payload).flip();
            socket.getOutputStream().write(out.array(), 0, out.limit());
            boolean ok = read(1).get() != 0;
            ByteBuffer answer = read(length(MAX_RESPONSE_BYTES));
            if (!ok) {
                throw new ProtocolException("answered with an error: " + ConnectionHeader.printable(
                        StandardCharsets.UTF_8.decode(answer).toString()));
            }
            return MessageDecoder.decode(called.response(), answer);
        } catch (IOException e) {
            close();
            throw new InputException("service " + name + ": " + e.getMessage(), e);
        }
    }

    private int length(int limit) throws IOException {
        int length = read(4).getInt();
        if (length < 0 || length > limit) {
            throw new ProtocolException("an answer of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    /** Reads so many bytes into a buffer that grows only as they arrive. */
    private ByteBuffer read(int length) throws IOException {
        InputStream in = socket.getInputStream();
        ByteBuffer buffer = ByteBuffer.allocate(Math.min(length, CHUNK)).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.position() < length) {
            if (!buffer.hasRemaining()) {
                buffer = ByteBuffer.allocate((int) Math.min(length, 2L * buffer.capacity()))
                        .order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
            }
            int count = in.read(buffer.array(), buffer.position(), buffer.remaining());
            if (count < 0) {
                throw new EOFException("closed the connection without an answer");
            }
            buffer.position(buffer.position() + count);
        }
        return buffer.flip();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to close
        }
    }
}
