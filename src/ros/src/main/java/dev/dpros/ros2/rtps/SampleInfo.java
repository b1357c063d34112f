package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketReader;

/**
 * What came with a sample. One object is used again and again: read it during the call only. Receive thread; allocates nothing but in
 * {@link #writer()} and {@link #key()}.
 */
public final class SampleInfo {
    private long writerHigh;
    private long writerLow;
    private long sequence;
    private long sourceTimestampNs;
    private int statusInfo;
    private long keyHigh;
    private long keyLow;
    private long relatedHigh;
    private long relatedLow;
    private long relatedSequence;

    void take(PacketReader packet) {
        writerHigh = packet.sourceHigh();
        writerLow = Guid.low(packet.sourceLow(), packet.writerId());
        sequence = packet.sequence();
        sourceTimestampNs = packet.timestampNs();
        statusInfo = packet.statusInfo();
        keyHigh = packet.keyHigh();
        keyLow = packet.keyLow();
        relatedHigh = packet.relatedHigh();
        relatedLow = packet.relatedLow();
        relatedSequence = packet.relatedSequence();
    }

    void take(SampleInfo other) {
        writerHigh = other.writerHigh;
        writerLow = other.writerLow;
        sequence = other.sequence;
        sourceTimestampNs = other.sourceTimestampNs;
        statusInfo = other.statusInfo;
        keyHigh = other.keyHigh;
        keyLow = other.keyLow;
        relatedHigh = other.relatedHigh;
        relatedLow = other.relatedLow;
        relatedSequence = other.relatedSequence;
    }

    /** Octets 0 to 7 of the writer's GUID. */
    public long writerHigh() {
        return writerHigh;
    }

    /** Octets 8 to 15 of the writer's GUID. */
    public long writerLow() {
        return writerLow;
    }

    /** The writer's GUID. Allocates. */
    public Guid writer() {
        return new Guid(writerHigh, writerLow);
    }

    /** Number of the sample in its writer's series. */
    public long sequence() {
        return sequence;
    }

    /** When the writer wrote it, by its own wall clock, ns since the Unix epoch; {@link Long#MIN_VALUE} if it did not say. */
    public long sourceTimestampNs() {
        return sourceTimestampNs;
    }

    /** 1 disposed, 2 unregistered, 3 both, 0 a plain sample. */
    public int statusInfo() {
        return statusInfo;
    }

    /** The key of the instance as its inline QoS has it; {@link Guid#UNKNOWN} if there is none. Allocates. */
    public Guid key() {
        return new Guid(keyHigh, keyLow);
    }

    /** Octets 0 to 7 of the writer whose sample this one answers. */
    public long relatedHigh() {
        return relatedHigh;
    }

    /** Octets 8 to 15 of the same. */
    public long relatedLow() {
        return relatedLow;
    }

    /** The sample that this one answers, 0 if none is named. */
    public long relatedSequence() {
        return relatedSequence;
    }
}
