package dev.dpros.ros.tcpros;

import dev.dpros.core.ForeignText;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code key=value} header with which a TCPROS connection starts: u32 total length, then per field a u32 length and
 * {@code key=value}. Stateless; allocates.
 */
public final class ConnectionHeader {
    /** No header is longer; a message_definition of any real type fits many times. */
    public static final int MAX_BYTES = 1 << 20;

    private ConnectionHeader() {}

    /** The header on the wire, with its length, ready to be written. */
    public static ByteBuffer encode(Map<String, String> fields) {
        int total = 0;
        byte[][] lines = new byte[fields.size()][];
        int next = 0;
        for (Map.Entry<String, String> field : fields.entrySet()) {
            lines[next] = (field.getKey() + "=" + field.getValue()).getBytes(StandardCharsets.UTF_8);
            total += 4 + lines[next++].length;
        }
        ByteBuffer out = ByteBuffer.allocate(4 + total).order(ByteOrder.LITTLE_ENDIAN).putInt(total);
        for (byte[] line : lines) {
            out.putInt(line.length).put(line);
        }
        return out.flip();
    }

    /**
     * Parses the fields, without the leading total length.
     *
     * @throws ProtocolException if a length does not fit or a field has no {@code =}
     */
    public static Map<String, String> decode(ByteBuffer fields) throws ProtocolException {
        ByteBuffer in = fields.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Map<String, String> decoded = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            int length = in.remaining() < 4 ? -1 : in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw new ProtocolException("connection header: a field of " + Integer.toUnsignedString(length)
                        + " bytes with " + in.remaining() + " left");
            }
            byte[] line = new byte[length];
            in.get(line);
            String text = new String(line, StandardCharsets.UTF_8);
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw new ProtocolException("connection header: a field without 'key='");
            }
            decoded.put(text.substring(0, equals), text.substring(equals + 1));
        }
        return decoded;
    }

    /** Reads a whole header from a blocking channel. @throws IOException if it ends, or the header is malformed */
    public static Map<String, String> read(SocketChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        Channels.readFully(channel, length);
        int total = length.getInt(0);
        if (total < 0 || total > MAX_BYTES) {
            throw new ProtocolException("connection header: expected at most " + MAX_BYTES + " bytes, found "
                    + Integer.toUnsignedString(total));
        }
        return decode(Channels.readPayload(channel, total));
    }

    /** The text of a field for logs and lists. */
    public static String printable(@Nullable String value) {
        return ForeignText.printable(value);
    }
}
