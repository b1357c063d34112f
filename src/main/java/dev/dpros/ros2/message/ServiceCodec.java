package dev.dpros.ros2.message;

import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The two ways in which requests and replies of a service are told apart. rmw_cyclonedds (vendor 01 10) puts 16 bytes
 * between the encapsulation header and the message; rmw_fastrtps (vendor 01 0f) puts 24 into the inline QoS. Stateless;
 * allocates.
 */
public final class ServiceCodec {
    /** Inline QoS parameter of rmw_fastrtps: the request's identity; in a request itself the GUID of the reader of replies. */
    public static final int RELATED_SAMPLE_IDENTITY = 0x0083;
    /** The same as Fast DDS 2 numbers it, and later versions besides: send both, accept either. */
    public static final int RELATED_SAMPLE_IDENTITY_LEGACY = 0x800f;
    /** Length of either parameter. */
    public static final int IDENTITY_BYTES = 24;
    private static final int HEADER_BYTES = 16;

    private ServiceCodec() {}

    /**
     * The identity in a payload of rmw_cyclonedds.
     *
     * @param payload encapsulation header, 16 bytes, CDR; position to limit, not changed
     * @throws InputException if it is not plain CDR or too short
     */
    public static RequestId id(ByteBuffer payload) {
        ByteBuffer in = ordered(payload);
        return new RequestId(0, in.getLong(4), in.getLong(12));
    }

    /** The message in a payload of rmw_cyclonedds, with its encapsulation header. @throws InputException as {@link #id} */
    public static ByteBuffer message(ByteBuffer payload) {
        ByteBuffer in = ordered(payload);
        // 16 bytes are a multiple of every alignment: the rest lies as if they had never been there
        ByteBuffer out = ByteBuffer.allocate(in.limit() - HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put(0, in, 0, Cdr.HEADER_BYTES);
        return out.put(Cdr.HEADER_BYTES, in, Cdr.HEADER_BYTES + HEADER_BYTES, out.limit() - Cdr.HEADER_BYTES);
    }

    /** The payload of rmw_cyclonedds for a message with its encapsulation header, in the message's byte order. */
    public static ByteBuffer payload(RequestId id, ByteBuffer message) {
        int length = message.remaining();
        ByteBuffer out = ByteBuffer.allocate(length + HEADER_BYTES);
        out.put(0, message, message.position(), Cdr.HEADER_BYTES);
        out.put(Cdr.HEADER_BYTES + HEADER_BYTES, message, message.position() + Cdr.HEADER_BYTES, length - Cdr.HEADER_BYTES);
        out.order(Cdr.order(out) == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return out.putLong(4, id.clientLow()).putLong(12, id.sequence()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer ordered(ByteBuffer payload) {
        ByteBuffer in = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        int order = Cdr.order(in);
        if (order == Cdr.UNKNOWN || in.limit() < Cdr.HEADER_BYTES + HEADER_BYTES) {
            throw InputException.of("service message", "start", "plain CDR and 16 bytes", in.limit() + " bytes",
                    "the message is malformed");
        }
        return in.order(order == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The identity in an inline QoS parameter of rmw_fastrtps.
     *
     * @param qos in the byte order of its submessage
     * @param at index of the parameter's value, of which {@link #IDENTITY_BYTES} bytes are there
     */
    public static RequestId identity(ByteBuffer qos, int at) {
        long sequence = (long) qos.getInt(at + 16) << 32 | qos.getInt(at + 20) & 0xffffffffL;
        return new RequestId(bytes(qos, at), bytes(qos, at + 8), sequence);
    }

    /** Writes the value of such a parameter, in the byte order of the buffer. */
    public static void putIdentity(ByteBuffer qos, RequestId id) {
        putBytes(qos, id.clientHigh());
        putBytes(qos, id.clientLow());
        qos.putInt((int) (id.sequence() >> 32)).putInt((int) id.sequence());
    }

    private static long bytes(ByteBuffer qos, int at) {
        long value = qos.getLong(at);
        return qos.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value);
    }

    /** A GUID is bytes, whatever the byte order. */
    private static void putBytes(ByteBuffer qos, long value) {
        qos.putLong(qos.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
    }
}
