package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Builds one RTPS packet in a direct buffer, little-endian, submessage by submessage. One thread; allocates nothing after
 * construction.
 */
public final class PacketWriter {
    /** The largest UDP payload over IPv4. */
    public static final int MAX_BYTES = 65_507;
    /** Room that a packet needs beside the payload of one DATA or DATA_FRAG: header, INFO_DST, INFO_TS, inline QoS, HEARTBEAT. */
    public static final int OVERHEAD_BYTES = 220;

    private static final int VERSION = 0x0203;
    private static final int OCTETS_TO_INLINE_QOS = 16;
    private static final int OCTETS_TO_INLINE_QOS_OF_FRAGMENT = 28;

    private final ByteBuffer packet = ByteBuffer.allocateDirect(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int submessageAt;

    /** Starts a packet of this participant. */
    public PacketWriter begin(Guid participant) {
        packet.clear();
        packet.putInt(Integer.reverseBytes(Submessages.MAGIC)).put((byte) (VERSION >> 8)).put((byte) VERSION).putShort((short) 0);
        prefix(participant.high(), participant.prefixLow());
        return this;
    }

    /** The packet so far, ready to be sent; the one buffer. */
    public ByteBuffer packet() {
        return packet.flip();
    }

    /** Octets so far. */
    public int size() {
        return packet.position();
    }

    private void prefix(long high, int low) {
        octets8(high);
        octets4(low);
    }

    private void octets4(int value) {
        packet.putInt(Integer.reverseBytes(value));
    }

    private void octets8(long value) {
        packet.putLong(Long.reverseBytes(value));
    }

    private void number(long value) {
        packet.putInt((int) (value >>> 32)).putInt((int) value);
    }

    private void submessage(int kind, int flags) {
        packet.put((byte) kind).put((byte) (flags | Submessages.FLAG_LITTLE_ENDIAN)).putShort((short) 0);
        submessageAt = packet.position();
    }

    /** Pads to four octets and fills in the length of the submessage begun last. */
    public PacketWriter end() {
        while ((packet.position() & 3) != 0) {
            packet.put((byte) 0);
        }
        packet.putShort(submessageAt - 2, (short) (packet.position() - submessageAt));
        return this;
    }

    /** INFO_DST: what follows is for one participant. */
    public PacketWriter destination(long prefixHigh, int prefixLow) {
        submessage(Submessages.INFO_DST, 0);
        prefix(prefixHigh, prefixLow);
        return end();
    }

    /** INFO_TS: when what follows was written, ns since the Unix epoch. */
    public PacketWriter timestamp(long ns) {
        submessage(Submessages.INFO_TS, 0);
        packet.putInt(RtpsTime.seconds(ns)).putInt(RtpsTime.fraction(ns));
        return end();
    }

    /**
     * Begins DATA; parameters, payload and {@link #end()} follow.
     *
     * @param flags those of {@link Submessages} that say what follows
     */
    public PacketWriter data(int flags, int readerId, int writerId, long sequence) {
        submessage(Submessages.DATA, flags);
        packet.putShort((short) 0).putShort((short) OCTETS_TO_INLINE_QOS);
        entities(readerId, writerId);
        number(sequence);
        return this;
    }

    /** Begins DATA_FRAG with one fragment, numbered from 1; parameters, payload and {@link #end()} follow. */
    public PacketWriter dataFrag(int flags, int readerId, int writerId, long sequence) {
        submessage(Submessages.DATA_FRAG, flags);
        packet.putShort((short) 0).putShort((short) OCTETS_TO_INLINE_QOS_OF_FRAGMENT);
        entities(readerId, writerId);
        number(sequence);
        return this;
    }

    /** What DATA_FRAG says of its fragment. */
    public PacketWriter fragment(int fragment, int fragmentBytes, int sampleBytes) {
        packet.putInt(fragment).putShort((short) 1).putShort((short) fragmentBytes).putInt(sampleBytes);
        return this;
    }

    /** Inline QoS: that an instance is disposed (1), unregistered (2) or both (3). */
    public PacketWriter statusInfo(int status) {
        packet.putShort((short) Pids.STATUS_INFO).putShort((short) 4);
        octets4(status);
        return this;
    }

    /** Inline QoS: the key of the instance; Fast DDS knows a disposal by it alone. */
    public PacketWriter key(long high, long low) {
        packet.putShort((short) Pids.KEY_HASH).putShort((short) 16);
        octets8(high);
        octets8(low);
        return this;
    }

    /** Inline QoS: the request that the sample answers, as DDS-RPC and as Fast DDS number it. */
    public PacketWriter related(long writerHigh, long writerLow, long sequence) {
        related(Pids.EPROSIMA_RELATED_SAMPLE_IDENTITY, writerHigh, writerLow, sequence);
        related(Pids.RELATED_SAMPLE_IDENTITY, writerHigh, writerLow, sequence);
        return this;
    }

    private void related(int pid, long writerHigh, long writerLow, long sequence) {
        packet.putShort((short) pid).putShort((short) 24);
        octets8(writerHigh);
        octets8(writerLow);
        number(sequence);
    }

    /** The end of inline QoS. */
    public PacketWriter sentinel() {
        packet.putShort((short) Pids.SENTINEL).putShort((short) 0);
        return this;
    }

    /** Octets of the source, from an index of it on; its position and limit stay. */
    public PacketWriter payload(ByteBuffer source, int from, int length) {
        packet.put(packet.position(), source, from, length);
        packet.position(packet.position() + length);
        return this;
    }

    /** HEARTBEAT: samples {@code first} to {@code last} can be had; none if {@code last} is {@code first - 1}. */
    public PacketWriter heartbeat(boolean isFinal, int readerId, int writerId, long first) {
        submessage(Submessages.HEARTBEAT, isFinal ? Submessages.FLAG_FINAL : 0);
        entities(readerId, writerId);
        number(first);
        return this;
    }

    /** The rest of a HEARTBEAT. */
    public PacketWriter until(long last, int count) {
        number(last);
        packet.putInt(count);
        return end();
    }

    /** ACKNACK or the set of a NACK_FRAG: all below the base is there; those of the words are missing. */
    public PacketWriter ackNack(boolean isFinal, int readerId, int writerId, long base) {
        submessage(Submessages.ACKNACK, isFinal ? Submessages.FLAG_FINAL : 0);
        entities(readerId, writerId);
        number(base);
        return this;
    }

    /** NACK_FRAG: of this sample the fragments from {@code base} on that the set names are missing. */
    public PacketWriter nackFrag(int readerId, int writerId, long sequence, int base) {
        submessage(Submessages.NACK_FRAG, 0);
        entities(readerId, writerId);
        number(sequence);
        packet.putInt(base);
        return this;
    }

    /** The set and count with which ACKNACK and NACK_FRAG end. */
    public PacketWriter missing(int bits, int[] words, int count) {
        set(bits, words);
        packet.putInt(count);
        return end();
    }

    private void set(int bits, int[] words) {
        packet.putInt(bits);
        for (int i = 0; i < (bits + 31) / 32; i++) {
            packet.putInt(words[i]);
        }
    }

    /** GAP: samples {@code first} to {@code last} will not come. */
    public PacketWriter gap(int readerId, int writerId, long first, long last) {
        submessage(Submessages.GAP, 0);
        entities(readerId, writerId);
        number(first);
        number(last + 1);
        packet.putInt(0);
        return end();
    }

    private void entities(int readerId, int writerId) {
        octets4(readerId);
        octets4(writerId);
    }
}
