package dev.dpros.ros2.wire;

import dev.dpros.core.InputException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads a parameter list (RTPS 9.4.2.11), as discovery sends it. Values that do not fit their parameter are an
 * {@link InputException}. For the slow path: values are allocated.
 */
public final class ParameterReader {
    private static final int PL_CDR_BE = 0x0002;
    private static final int PL_CDR_LE = 0x0003;
    private static final int ENCAPSULATION_BYTES = 4;
    private static final long SECOND_NS = 1_000_000_000L;

    private ByteBuffer list;
    private int at;
    private int end;
    private int pid;
    private int valueAt;
    private int length;
    private boolean malformed;

    /** Starts the list of a payload, position to limit, which begins with its encapsulation; false if that is no list. */
    public boolean begin(ByteBuffer payload) {
        malformed = false;
        length = 0;
        at = payload.position() + ENCAPSULATION_BYTES;
        end = payload.limit();
        if (payload.remaining() < ENCAPSULATION_BYTES) {
            return false;
        }
        int encapsulation = (payload.get(payload.position()) & 0xff) << 8 | payload.get(payload.position() + 1) & 0xff;
        list = payload.duplicate().order(encapsulation == PL_CDR_LE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        return encapsulation == PL_CDR_LE || encapsulation == PL_CDR_BE;
    }

    /** Goes to the next parameter; false after the last, or when a length does not fit ({@link #malformed()}). */
    public boolean next() {
        while (at + 4 <= end) {
            pid = list.getShort(at) & 0xffff;
            length = list.getShort(at + 2) & 0xffff;
            valueAt = at + 4;
            if (pid == Pids.SENTINEL) {
                return false;
            }
            if (length > end - valueAt) {
                malformed = true;
                return false;
            }
            at = valueAt + length;
            if (pid != Pids.PAD) {
                return true;
            }
        }
        malformed = true; // no sentinel
        return false;
    }

    /** Whether the list ended before its end. */
    public boolean malformed() {
        return malformed;
    }

    /** Parameter id. */
    public int pid() {
        return pid;
    }

    /** Octets of the value. */
    public int length() {
        return length;
    }

    private void need(int octets) {
        if (octets < 0 || octets > length) {
            throw InputException.of("parameter 0x" + Integer.toHexString(pid), "octets", "at least " + Integer.toUnsignedString(octets),
                    Integer.toString(length), "");
        }
    }

    /** A number in the list's byte order, at an offset of the value. */
    public int int32(int offset) {
        need(offset + 4);
        return list.getInt(valueAt + offset);
    }

    /** A duration in ns at an offset of the value; {@link Long#MAX_VALUE} if infinite. */
    public long durationNs(int offset) {
        int seconds = int32(offset);
        int fraction = int32(offset + 4);
        return seconds == Integer.MAX_VALUE ? Long.MAX_VALUE
                : seconds * SECOND_NS + RtpsTime.toNs(0, fraction);
    }

    /** The value as it stands. */
    public byte[] raw() {
        return copy(0, length);
    }

    /** The octets of a sequence. */
    public byte[] octets() {
        int octets = int32(0);
        need(octets < 0 ? octets : octets + 4L > length ? Integer.MAX_VALUE : octets + 4);
        return copy(4, octets);
    }

    private byte[] copy(int offset, int octets) {
        byte[] value = new byte[octets];
        list.get(valueAt + offset, value);
        return value;
    }

    /** A text, without the zero with which it ends. */
    public String string() {
        byte[] text = octets();
        int octets = text.length;
        while (octets > 0 && text[octets - 1] == 0) {
            octets--;
        }
        return new String(text, 0, octets, StandardCharsets.UTF_8);
    }

    /** A GUID. */
    public Guid guid() {
        need(Guid.BYTES);
        ByteBuffer octets = ByteBuffer.wrap(copy(0, Guid.BYTES));
        return new Guid(octets.getLong(0), octets.getLong(8));
    }

    /** A locator of any kind. */
    public Locator locator() {
        need(Locator.BYTES);
        int kind = int32(0);
        InetAddress address = null;
        if (kind == Locator.UDP4) {
            try {
                address = InetAddress.getByAddress(copy(20, 4));
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e); // four octets always are an address
            }
        }
        return new Locator(kind, int32(4), address);
    }
}
