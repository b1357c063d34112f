package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One sample that waits: for its other fragments, or for samples before it. Its bytes lie in the slot where they are wanted, or in memory of
 * its own. Receive thread; used again for other samples.
 */
final class Assembly {
    /** Stands for a sample that will not come, or is not wanted. */
    static final Assembly IRRELEVANT = new Assembly();

    final SampleInfo info = new SampleInfo();
    private ByteBuffer own;
    private ByteBuffer target;
    private boolean inSlot;
    private boolean disposal;
    private int counted;
    private int length;
    private int fragmentBytes;
    private int total;
    private int have;
    private int known;
    private int highest;
    private long[] bits = new long[1];
    private long lastNs;

    /** Bytes of its own memory. */
    int capacity() {
        return own == null ? 0 : own.capacity();
    }

    /** Bytes of its own memory that this has not said before. */
    int newBytes() {
        int more = capacity() - counted;
        counted = capacity();
        return more;
    }

    /** Gets memory of its own for a sample of this length. */
    void reserve(int bytes) {
        if (capacity() < bytes) {
            own = ByteBuffer.allocateDirect(Math.max(256, bytes + bytes / 8)).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Begins a sample that comes in fragments, or whole ({@code fragmentBytes} is then its length). */
    void begin(PacketReader packet, int length, int fragmentBytes) {
        info.take(packet);
        this.length = length;
        this.fragmentBytes = fragmentBytes;
        total = length == 0 ? 0 : (length - 1) / fragmentBytes + 1;
        have = 0;
        known = 0;
        highest = 0;
        disposal = false;
        if (bits.length < (total + 63) / 64) {
            bits = new long[(total + 63) / 64];
        } else {
            Arrays.fill(bits, 0, (total + 63) / 64, 0);
        }
        target = own;
        inSlot = false;
    }

    /** Its bytes go straight into a slot. */
    void into(ByteBuffer slot) {
        target = slot;
        inSlot = true;
    }

    /** Moves what is there out of the slot. */
    void leaveSlot() {
        reserve(length);
        own.put(0, target, 0, length);
        target = own;
        inSlot = false;
    }

    boolean inSlot() {
        return inSlot;
    }

    /** Takes a whole sample. */
    void whole(ByteBuffer packet, int at, boolean isDisposal) {
        target.put(0, packet, at, length);
        have = total;
        disposal = isDisposal;
    }

    boolean isDisposal() {
        return disposal;
    }

    /** Whether a fragment belongs to the sample as it began. */
    boolean fits(PacketReader packet) {
        return packet.sampleBytes() == length && packet.fragmentBytes() == fragmentBytes;
    }

    /** Takes fragments; returns how many of them are new. */
    int put(PacketReader packet, ByteBuffer bytes, long nowNs) {
        int first = packet.fragment() - 1;
        int added = 0;
        for (int i = first; i < first + packet.fragments(); i++) {
            long bit = 1L << i;
            if ((bits[i >>> 6] & bit) == 0) {
                bits[i >>> 6] |= bit;
                added++;
            }
        }
        if (added > 0) {
            target.put(first * fragmentBytes, bytes, packet.payloadAt(), packet.payloadBytes());
            have += added;
            lastNs = nowNs;
        }
        highest = Math.max(highest, first + packet.fragments());
        known = Math.max(known, highest);
        return added;
    }

    /** The writer has sent fragments up to this one. */
    void sentUpTo(int fragment) {
        known = Math.max(known, Math.min(fragment, total));
    }

    boolean complete() {
        return have == total;
    }

    /** Whether a fragment is missing of those that were sent for sure. */
    boolean hasHole() {
        return have < known;
    }

    /** When its last fragment came. */
    long lastNs() {
        return lastNs;
    }

    int length() {
        return length;
    }

    int fragmentBytes() {
        return fragmentBytes;
    }

    /** Fragments sent for sure; all if the sample was sent to its end. */
    int sent(boolean toItsEnd) {
        return toItsEnd ? total : known;
    }

    /** Fragments missing of those sent. */
    int missing(boolean toItsEnd) {
        return sent(toItsEnd) - have;
    }

    /** Whether fragment {@code index}, from 0, is there. */
    boolean has(int index) {
        return (bits[index >>> 6] >>> index & 1) != 0;
    }

    ByteBuffer bytes() {
        return target;
    }
}
