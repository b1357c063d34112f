package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads one RTPS packet in place, submessage by submessage, in either byte order. Every length is checked before it is used;
 * the first that does not fit ends the packet ({@link #malformed()}). Unknown kinds are passed over. What an INFO submessage
 * says holds for the submessages after it and is kept here. One thread; allocates nothing.
 *
 * <p>Usage: {@code for (boolean more = reader.begin(packet, length); more && reader.next(); )}, then {@link #kind()} and what that
 * kind has.
 */
public final class PacketReader {
    private final PacketContext context = new PacketContext();
    private final InlineQos inlineQos = new InlineQos();
    private ByteBuffer packet;
    private int end;
    private int at;
    private boolean malformed;

    private int kind;
    private int flags;
    private int readerId;
    private int writerId;
    private long sequence;
    private int payloadAt;
    private int payloadBytes;
    private int fragment;
    private int fragments;
    private int fragmentBytes;
    private int sampleBytes;
    private long lastSequence;
    private int count;
    private int bits;
    private int wordsAt;

    /** Starts a packet of {@code length} octets from index 0; false if it is no RTPS 2 packet. The buffer's byte order is changed. */
    public boolean begin(ByteBuffer buffer, int length) {
        packet = buffer;
        end = length;
        at = Submessages.HEADER_BYTES;
        malformed = false;
        if (length < Submessages.HEADER_BYTES || length > buffer.capacity()) {
            return false;
        }
        buffer.order(ByteOrder.BIG_ENDIAN);
        if (buffer.getInt(0) != Submessages.MAGIC || buffer.get(4) != 2) {
            return false;
        }
        context.begin(buffer);
        return true;
    }

    /** Goes to the next submessage of a kind that endpoints care for; false at the end of the packet. */
    public boolean next() {
        while (!malformed && at + Submessages.SUBMESSAGE_BYTES <= end) {
            kind = packet.get(at) & 0xff;
            flags = packet.get(at + 1) & 0xff;
            packet.order((flags & Submessages.FLAG_LITTLE_ENDIAN) != 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            int length = packet.getShort(at + 2) & 0xffff;
            int from = at + Submessages.SUBMESSAGE_BYTES;
            if (length == 0 && kind != Submessages.PAD && kind != Submessages.INFO_TS) {
                length = end - from; // the last one, of whatever length
            }
            if (length > end - from) {
                malformed = true;
                return false;
            }
            at = from + length;
            if (read(from, length)) {
                return true;
            }
        }
        return false;
    }

    /** True if an endpoint must look at it. */
    private boolean read(int from, int length) {
        switch (kind) {
            case Submessages.DATA:
                return check(length >= Submessages.DATA_BYTES && data(from, from + length));
            case Submessages.DATA_FRAG:
                return check(length >= Submessages.DATA_FRAG_BYTES && dataFrag(from, from + length));
            case Submessages.HEARTBEAT:
                return check(length >= Submessages.HEARTBEAT_BYTES && heartbeat(from));
            case Submessages.HEARTBEAT_FRAG:
                return check(length >= Submessages.HEARTBEAT_FRAG_BYTES && heartbeatFrag(from));
            case Submessages.ACKNACK:
                return check(length >= 24 && ackNack(from, length));
            case Submessages.GAP:
                return check(length >= 28 && gap(from, length));
            case Submessages.NACK_FRAG:
                return check(length >= 28 && nackFrag(from, length));
            default:
                check(context.take(packet, kind, flags, from, length));
                return false;
        }
    }

    private boolean check(boolean good) {
        malformed |= !good;
        return good;
    }

    private void entities(int from) {
        readerId = Octets.four(packet, from);
        writerId = Octets.four(packet, from + 4);
    }

    private boolean data(int from, int to) {
        entities(from + 4);
        sequence = Octets.number(packet, from + 12);
        return sequence > 0 && payload(from, Submessages.DATA_BYTES, to);
    }

    private boolean dataFrag(int from, int to) {
        entities(from + 4);
        sequence = Octets.number(packet, from + 12);
        fragment = packet.getInt(from + 20);
        fragments = packet.getShort(from + 24) & 0xffff;
        fragmentBytes = packet.getShort(from + 26) & 0xffff;
        sampleBytes = packet.getInt(from + 28);
        if (sequence <= 0 || !fragmentsFit() || !payload(from, Submessages.DATA_FRAG_BYTES, to)) {
            return false;
        }
        long due = Math.min((long) fragments * fragmentBytes, sampleBytes - (fragment - 1L) * fragmentBytes);
        boolean enough = payloadBytes >= due;
        payloadBytes = (int) due; // without padding
        return enough;
    }

    /** Fragments are numbered from 1; the sample's size is bounded by its reader. */
    private boolean fragmentsFit() {
        return sampleBytes > 0 && fragmentBytes > 0 && fragments > 0 && fragment > 0
                && fragment - 1L + fragments <= (sampleBytes + (long) fragmentBytes - 1) / fragmentBytes;
    }

    /** Finds inline QoS and payload of DATA and DATA_FRAG; {@code fixed} octets always stand before. */
    private boolean payload(int from, int fixed, int to) {
        inlineQos.clear();
        int next = from + 4 + (packet.getShort(from + 2) & 0xffff);
        if (next < from + fixed || next > to) {
            return false;
        }
        if ((flags & Submessages.FLAG_INLINE_QOS) != 0) {
            next = inlineQos.read(packet, next, to);
        }
        payloadAt = next;
        payloadBytes = to - next;
        return next >= 0;
    }

    private boolean heartbeat(int from) {
        entities(from);
        sequence = Octets.number(packet, from + 8);
        lastSequence = Octets.number(packet, from + 16);
        count = packet.getInt(from + 24);
        return sequence > 0 && lastSequence >= sequence - 1; // an empty range ends before it begins
    }

    private boolean heartbeatFrag(int from) {
        entities(from);
        sequence = Octets.number(packet, from + 8);
        fragment = packet.getInt(from + 16);
        count = packet.getInt(from + 20);
        return sequence > 0 && fragment > 0;
    }

    private boolean ackNack(int from, int length) {
        entities(from);
        sequence = Octets.number(packet, from + 8);
        if (sequence < 0 || !set(from + 16, length - 16 - 4)) { // 0 is not a number, but is sent
            return false;
        }
        count = packet.getInt(wordsAt + 4 * words());
        return true;
    }

    private boolean gap(int from, int length) {
        entities(from);
        sequence = Octets.number(packet, from + 8);
        lastSequence = Octets.number(packet, from + 16) - 1;
        return sequence > 0 && lastSequence >= sequence - 1 && set(from + 24, length - 24);
    }

    private boolean nackFrag(int from, int length) {
        entities(from);
        sequence = Octets.number(packet, from + 8);
        fragment = packet.getInt(from + 16);
        if (sequence <= 0 || fragment <= 0 || !set(from + 20, length - 20 - 4)) {
            return false;
        }
        count = packet.getInt(wordsAt + 4 * words());
        return true;
    }

    /** The number of bits and the bitmap, of at most {@code room} octets. */
    private boolean set(int from, int room) {
        bits = room < 4 ? -1 : packet.getInt(from);
        wordsAt = from + 4;
        return bits >= 0 && bits <= Submessages.MAX_SET_BITS && 4 * words() <= room - 4;
    }

    private int words() {
        return (bits + 31) / 32;
    }

    /** Whether the packet ended before its end. */
    public boolean malformed() {
        return malformed;
    }

    /** Kind of the submessage, of {@link Submessages}. */
    public int kind() {
        return kind;
    }

    /** Whether a flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Octets 0 to 7 of the sender's GUID. */
    public long sourceHigh() {
        return context.sourceHigh();
    }

    /** Octets 8 to 11 of the sender's GUID. */
    public int sourceLow() {
        return context.sourceLow();
    }

    /** Whether the submessage is for this participant, or for all. */
    public boolean isFor(Guid participant) {
        return context.isFor(participant);
    }

    /** When the sample was written, ns since the Unix epoch, or {@link RtpsTime#UNKNOWN_NS}. */
    public long timestampNs() {
        return context.timestampNs();
    }

    /** Entity id of the reader, 0 for any. */
    public int readerId() {
        return readerId;
    }

    /** Entity id of the writer. */
    public int writerId() {
        return writerId;
    }

    /** DATA, fragments: the sample; HEARTBEAT: the first; ACKNACK: the base of the set; GAP: the first that is gone. */
    public long sequence() {
        return sequence;
    }

    /** HEARTBEAT: the last sample; GAP: the last of those that are gone in a row, before the set. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Index of the payload in the packet. */
    public int payloadAt() {
        return payloadAt;
    }

    /** Octets of the payload, with the padding that the sender may have put behind it. */
    public int payloadBytes() {
        return payloadBytes;
    }

    /** 1 disposed, 2 unregistered, 3 both, 0 neither. */
    public int statusInfo() {
        return inlineQos.statusInfo();
    }

    /** Octets 0 to 7 of the instance's key, 0 if the inline QoS has none. */
    public long keyHigh() {
        return inlineQos.keyHigh();
    }

    /** Octets 8 to 15 of the same. */
    public long keyLow() {
        return inlineQos.keyLow();
    }

    /** Octets 0 to 7 of the writer whose sample this one answers. */
    public long relatedHigh() {
        return inlineQos.relatedHigh();
    }

    /** Octets 8 to 15 of the same. */
    public long relatedLow() {
        return inlineQos.relatedLow();
    }

    /** The sample which this one answers; 0 if none. */
    public long relatedSequence() {
        return inlineQos.relatedSequence();
    }

    /** DATA_FRAG: the first fragment, from 1; NACK_FRAG: the base of the set; HEARTBEAT_FRAG: the last fragment there is. */
    public int fragment() {
        return fragment;
    }

    /** DATA_FRAG: how many fragments follow one another in it. */
    public int fragments() {
        return fragments;
    }

    /** DATA_FRAG: octets of every fragment but the last. */
    public int fragmentBytes() {
        return fragmentBytes;
    }

    /** DATA_FRAG: octets of the whole sample. */
    public int sampleBytes() {
        return sampleBytes;
    }

    /** The count of a HEARTBEAT, ACKNACK or their like. */
    public int count() {
        return count;
    }

    /** Bits of the set, 0 to 256. */
    public int bits() {
        return bits;
    }

    /** Whether bit {@code index} of the set is on; bit 0 is the base. */
    public boolean bit(int index) {
        return (packet.getInt(wordsAt + 4 * (index >>> 5)) >>> 31 - (index & 31) & 1) != 0;
    }
}
