package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes a little-endian parameter list (RTPS 9.4.2.11) with its encapsulation, as discovery sends it. For the slow path.
 *
 * @see ParameterReader
 */
public final class ParameterWriter {
    private static final long SECOND_NS = 1_000_000_000L;

    private final ByteBuffer out;
    private int valueAt;

    /** A list in a buffer that is large enough; {@link java.nio.BufferOverflowException} comes if it is not. */
    public ParameterWriter(ByteBuffer out) {
        this.out = out.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts anew, with the encapsulation. */
    public ParameterWriter begin() {
        out.clear().put((byte) 0).put((byte) 3).putShort((short) 0);
        return this;
    }

    private void open(int pid) {
        out.putShort((short) pid).putShort((short) 0);
        valueAt = out.position();
    }

    private ParameterWriter shut() {
        while ((out.position() - valueAt & 3) != 0) {
            out.put((byte) 0);
        }
        out.putShort(valueAt - 2, (short) (out.position() - valueAt));
        return this;
    }

    /** Numbers. */
    public ParameterWriter int32(int pid, int... values) {
        open(pid);
        for (int value : values) {
            out.putInt(value);
        }
        return shut();
    }

    /** A duration in ns; {@link Long#MAX_VALUE} is infinite. */
    public ParameterWriter duration(int pid, long ns) {
        return ns == Long.MAX_VALUE ? int32(pid, Integer.MAX_VALUE, -1) : int32(pid, (int) (ns / SECOND_NS), RtpsTime.fraction(ns));
    }

    /** A value as it stands. */
    public ParameterWriter raw(int pid, byte[] value) {
        open(pid);
        out.put(value);
        return shut();
    }

    /** A sequence of octets. */
    public ParameterWriter octets(int pid, byte[] value) {
        open(pid);
        out.putInt(value.length).put(value);
        return shut();
    }

    /** A text. */
    public ParameterWriter string(int pid, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        open(pid);
        out.putInt(text.length + 1).put(text).put((byte) 0);
        return shut();
    }

    /** A GUID. */
    public ParameterWriter guid(int pid, Guid value) {
        open(pid);
        out.putLong(Long.reverseBytes(value.high())).putLong(Long.reverseBytes(value.low()));
        return shut();
    }

    /** A locator of UDP over IPv4. */
    public ParameterWriter locator(int pid, Locator value) {
        open(pid);
        out.putInt(value.kind()).putInt(value.port()).putLong(0).putInt(0).put(value.address().getAddress());
        return shut();
    }

    /** The sentinel; returns the buffer, ready to be read. */
    public ByteBuffer end() {
        out.putShort((short) Pids.SENTINEL).putShort((short) 0);
        return out.flip();
    }
}
