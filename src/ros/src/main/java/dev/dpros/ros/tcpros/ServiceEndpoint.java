package dev.dpros.ros.tcpros;

import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.ServiceSchema;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A service of this node. Each client connection is served by one thread of the server; the handler may be called from
 * several at once. A handler that throws answers with its message (ok = 0).
 */
public final class ServiceEndpoint {
    private static final int MAX_REQUEST_BYTES = 64 << 20;

    private final String name;
    private final ServiceSchema schema;
    private final Function<Map<String, Object>, Map<String, Object>> handler;

    /** A service under its resolved name. */
    public ServiceEndpoint(String name, ServiceSchema schema, Function<Map<String, Object>, Map<String, Object>> handler) {
        this.name = name;
        this.schema = schema;
        this.handler = handler;
    }

    /** Resolved name. */
    public String name() {
        return name;
    }

    /** The error for a client's header, or null if it fits. */
    @Nullable String refusal(Map<String, String> header) {
        String md5 = header.getOrDefault("md5sum", "");
        if (md5.equals("*") || md5.equals(schema.md5())) {
            return null;
        }
        return "request from [" + ConnectionHeader.printable(header.get("callerid")) + "]: md5sums do not match: ["
                + ConnectionHeader.printable(md5) + "] vs. ["
                + schema.md5() + "] for " + schema.type();
    }

    /** Our header; the union of what rospy and roscpp send. */
    Map<String, String> header(String callerId) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("callerid", callerId);
        fields.put("md5sum", schema.md5());
        fields.put("service", name);
        fields.put("type", schema.type());
        fields.put("request_type", schema.request().type());
        fields.put("response_type", schema.response().type());
        return fields;
    }

    /** Serves one request, or all until the client closes, or is idle too long, if the connection is persistent. */
    void serve(SocketChannel channel, Door.Place place, boolean persistent) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        do {
            place.await(persistent ? Door.PERSISTENT_LIMIT_NS : Door.REQUEST_LIMIT_NS);
            Channels.readFully(channel, length.clear());
            int bytes = length.getInt(0);
            if (bytes < 0 || bytes > MAX_REQUEST_BYTES) {
                throw new ProtocolException("a request of " + Integer.toUnsignedString(bytes) + " bytes");
            }
            place.await(Door.REQUEST_LIMIT_NS);
            ByteBuffer request = Channels.readPayload(channel, bytes);
            place.busy();
            ByteBuffer answer = answer(request);
            place.await(Door.REQUEST_LIMIT_NS);
            Channels.writeFully(channel, answer);
        } while (persistent);
    }

    private ByteBuffer answer(ByteBuffer request) {
        try {
            Map<String, Object> response = handler.apply(MessageDecoder.decode(schema.request(), request));
            return frame(true, MessageEncoder.encode(schema.response(), response == null ? Map.of() : response));
        } catch (RuntimeException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return frame(false, ByteBuffer.wrap(reason.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static ByteBuffer frame(boolean ok, ByteBuffer payload) {
        return ByteBuffer.allocate(5 + payload.remaining()).order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) (ok ? 1 : 0)).putInt(payload.remaining()).put(payload).flip();
    }
}
