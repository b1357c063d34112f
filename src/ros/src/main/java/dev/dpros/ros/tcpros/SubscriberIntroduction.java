package dev.dpros.ros.tcpros;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a subscriber introduces itself to a publisher: its connection header, the publisher's, and whether they fit. Stateless. */
final class SubscriberIntroduction {
    private static final int HEADER_LIMIT_MS = 10_000;

    private SubscriberIntroduction() {}

    /**
     * Sends the header and reads the answer. Blocks on the socket, at most 10 s for each piece of the answer.
     *
     * @return the publisher's header
     */
    static Map<String, String> exchange(SocketChannel opened, TopicSubscriber subscriber) throws IOException {
        Channels.writeFully(opened, ConnectionHeader.encode(header(subscriber)));
        return readHeader(opened);
    }

    /** Reads the header through the socket's stream, which honours a time limit. */
    private static Map<String, String> readHeader(SocketChannel opened) throws IOException {
        opened.socket().setSoTimeout(HEADER_LIMIT_MS);
        byte[] length = readStream(opened, 4);
        int total = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (total < 0 || total > ConnectionHeader.MAX_BYTES) {
            throw new ProtocolException("connection header of " + Integer.toUnsignedString(total) + " bytes");
        }
        return ConnectionHeader.decode(ByteBuffer.wrap(readStream(opened, total)));
    }

    private static byte[] readStream(SocketChannel opened, int length) throws IOException {
        byte[] bytes = opened.socket().getInputStream().readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the publisher closed the connection");
        }
        return bytes;
    }

    private static Map<String, String> header(TopicSubscriber subscriber) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("callerid", subscriber.context().callerId());
        TopicSubscriber.Wanted wanted = subscriber.wanted();
        fields.put("md5sum", wanted.md5());
        fields.put("message_definition", wanted.definition());
        fields.put("tcp_nodelay", "1");
        fields.put("topic", subscriber.topic());
        fields.put("type", wanted.type());
        return fields;
    }

    /** Why the two do not fit, in one line; null if they do. @param publisher for the line */
    static @Nullable String refusal(Object publisher, TopicSubscriber subscriber, Map<String, String> reply) {
        String error = reply.get("error");
        if (error != null) {
            return publisher + ": " + ConnectionHeader.printable(error);
        }
        String md5 = reply.get("md5sum");
        String type = reply.get("type");
        TopicSubscriber.Wanted wanted = subscriber.wanted();
        return wanted.fits(type, md5) ? null : publisher + ": " + subscriber.topic() + ": expected type "
                + wanted.type() + " (md5 " + wanted.md5() + "), found " + ConnectionHeader.printable(
                        type + " (md5 " + md5 + ")");
    }
}
