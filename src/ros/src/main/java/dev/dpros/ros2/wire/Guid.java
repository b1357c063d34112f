package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * A globally unique identifier of RTPS (8.2.4.1): twelve octets for the participant and four for the entity in it. Immutable;
 * what runs per packet carries the two longs instead.
 *
 * @param high octets 0 to 7, big-endian
 * @param low octets 8 to 11, then the entity id, big-endian
 */
public record Guid(long high, long low) {
    /** Nobody: all octets 0. */
    public static final Guid UNKNOWN = new Guid(0, 0);
    /** Octets on the wire. */
    public static final int BYTES = 16;
    /** Octets of the participant's part. */
    public static final int PREFIX_BYTES = 12;

    /** The identifier of an entity in the participant with this prefix of twelve octets. */
    public static Guid of(byte[] prefix, int entityId) {
        if (prefix.length != PREFIX_BYTES) {
            throw new IllegalArgumentException("a GUID prefix of " + prefix.length + " octets");
        }
        ByteBuffer octets = ByteBuffer.wrap(prefix);
        return new Guid(octets.getLong(0), low(octets.getInt(8), entityId));
    }

    /** The low half of prefix octets 8 to 11 and an entity id. */
    public static long low(int prefixLow, int entityId) {
        return (long) prefixLow << 32 | entityId & 0xffff_ffffL;
    }

    /** The entity's four octets. */
    public int entityId() {
        return (int) low;
    }

    /** Octets 8 to 11. */
    public int prefixLow() {
        return (int) (low >>> 32);
    }

    /** Another entity of the same participant. */
    public Guid withEntity(int entityId) {
        return new Guid(high, low(prefixLow(), entityId));
    }

    /** Whether both belong to one participant. */
    public boolean samePrefix(Guid other) {
        return high == other.high && prefixLow() == other.prefixLow();
    }

    /** Prefix and entity id in hexadecimal. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%016x%08x|%08x", high, prefixLow(), entityId());
    }
}
