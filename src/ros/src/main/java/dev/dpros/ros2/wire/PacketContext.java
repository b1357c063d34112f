package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;

/** What the header and the INFO submessages say of those after them. One thread; allocates nothing. */
final class PacketContext {
    private long sourceHigh;
    private int sourceLow;
    private long destinationHigh;
    private int destinationLow;
    private long timestampNs;

    /** A packet's header, in big-endian order, its length checked: from this participant, to all, at no time. */
    void begin(ByteBuffer packet) {
        sourceHigh = packet.getLong(8);
        sourceLow = packet.getInt(16);
        destinationHigh = 0;
        destinationLow = 0;
        timestampNs = RtpsTime.UNKNOWN_NS;
    }

    /** Takes a submessage of {@code length} octets from {@code from} on; kinds that it does not know are passed over. False if it is too short. */
    boolean take(ByteBuffer packet, int kind, int flags, int from, int length) {
        switch (kind) {
            case Submessages.INFO_TS:
                boolean none = (flags & Submessages.FLAG_INVALIDATE) != 0;
                if (!none && length < 8) {
                    return false;
                }
                timestampNs = none ? RtpsTime.UNKNOWN_NS : RtpsTime.toNs(packet.getInt(from), packet.getInt(from + 4));
                return true;
            case Submessages.INFO_DST:
                if (length < Guid.PREFIX_BYTES) {
                    return false;
                }
                destinationHigh = Octets.eight(packet, from);
                destinationLow = Octets.four(packet, from + 8);
                return true;
            case Submessages.INFO_SRC:
                if (length < 20) {
                    return false;
                }
                sourceHigh = Octets.eight(packet, from + 8);
                sourceLow = Octets.four(packet, from + 16);
                timestampNs = RtpsTime.UNKNOWN_NS;
                return true;
            default:
                return true;
        }
    }

    long sourceHigh() {
        return sourceHigh;
    }

    int sourceLow() {
        return sourceLow;
    }

    long timestampNs() {
        return timestampNs;
    }

    boolean isFor(Guid participant) {
        return destinationHigh == 0 && destinationLow == 0
                || destinationHigh == participant.high() && destinationLow == participant.prefixLow();
    }
}
