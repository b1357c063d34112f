package dev.dpros.ros2.wire;

import java.nio.ByteBuffer;

/** The parameters that come with a sample, as far as they matter; others are passed over. One thread; allocates nothing. */
final class InlineQos {
    private static final int STATUS_MASK = 3;

    private int statusInfo;
    private long keyHigh;
    private long keyLow;
    private long relatedHigh;
    private long relatedLow;
    private long relatedSequence;

    /** None came. */
    void clear() {
        statusInfo = 0;
        keyHigh = 0;
        keyLow = 0;
        relatedSequence = 0;
        relatedHigh = 0;
        relatedLow = 0;
    }

    /** Reads a parameter list; returns the index after it, -1 if it has no end before {@code to}. */
    int read(ByteBuffer packet, int from, int to) {
        int next = from;
        while (next + 4 <= to) {
            int pid = packet.getShort(next) & 0xffff;
            int length = packet.getShort(next + 2) & 0xffff;
            next += 4;
            if (pid == Pids.SENTINEL) {
                return next;
            }
            if (length > to - next) {
                return -1;
            }
            take(packet, pid, next, length);
            next += length;
        }
        return -1;
    }

    private void take(ByteBuffer packet, int pid, int at, int length) {
        if (pid == Pids.STATUS_INFO && length >= 4) {
            statusInfo = Octets.four(packet, at) & STATUS_MASK;
        } else if (pid == Pids.KEY_HASH && length >= 16) {
            keyHigh = Octets.eight(packet, at);
            keyLow = Octets.eight(packet, at + 8);
        } else if ((pid == Pids.RELATED_SAMPLE_IDENTITY || pid == Pids.EPROSIMA_RELATED_SAMPLE_IDENTITY) && length >= 24) {
            relatedHigh = Octets.eight(packet, at);
            relatedLow = Octets.eight(packet, at + 8);
            relatedSequence = Octets.number(packet, at + 16);
        }
    }

    int statusInfo() {
        return statusInfo;
    }

    long keyHigh() {
        return keyHigh;
    }

    long keyLow() {
        return keyLow;
    }

    long relatedHigh() {
        return relatedHigh;
    }

    long relatedLow() {
        return relatedLow;
    }

    long relatedSequence() {
        return relatedSequence;
    }
}
