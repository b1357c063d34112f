package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.PacketWriter;
import java.nio.ByteBuffer;

/**
 * What a reader knows of one matched writer. Receive thread of the reader's port; its memory is bounded whatever the writer sends, and is not
 * allocated anew once warm.
 */
abstract class WriterProxy {
    private static final long HEARD_STEP_NS = 50_000_000L;
    /** So long only old numbers must come before they are believed: the writer started anew, or lied about its numbers. */
    private static final long STALE_NS = 1_000_000_000L;

    private final Delivery delivery;
    private volatile RemoteEndpoint remote;
    private long staleSinceNs = Long.MIN_VALUE;
    private volatile long heardNs = Long.MIN_VALUE;
    private volatile long lost;
    private volatile long duplicates;

    WriterProxy(RemoteEndpoint remote, Delivery delivery) {
        this.remote = remote;
        this.delivery = delivery;
    }

    /** As reliable as both sides are. */
    static WriterProxy of(RemoteEndpoint remote, ReaderConfig config, Delivery delivery) {
        boolean historyWanted = config.transientLocal() || !remote.transientLocal();
        return config.reliable() && remote.reliable() ? new ReliableWriterProxy(remote, historyWanted, delivery)
                : new BestEffortWriterProxy(remote, delivery);
    }

    /** The writer and where it is reached. Any thread. */
    final RemoteEndpoint remote() {
        return remote;
    }

    /** The writer is reached elsewhere now. Any thread. */
    final void remote(RemoteEndpoint moved) {
        remote = moved;
    }

    final Delivery delivery() {
        return delivery;
    }

    /** Something of it came. */
    final void heard(long nowNs) {
        if (heardNs == Long.MIN_VALUE || nowNs - heardNs > HEARD_STEP_NS) {
            heardNs = nowNs;
        }
    }

    /** When something of it came last, within 50 ms; {@link Long#MIN_VALUE} for never. Any thread. */
    final long heardNs() {
        return heardNs;
    }

    abstract boolean reliable();

    /** A whole sample. */
    abstract void data(PacketReader packet, ByteBuffer from, long nowNs);

    /** Some fragments of a sample. */
    abstract void fragments(PacketReader packet, ByteBuffer from, long nowNs);

    /** The writer has samples {@code first} to {@code last}. */
    void heartbeat(long first, long last, boolean isFinal, long nowNs) {}

    /** The writer has sent the fragments of a sample up to this one. */
    void heartbeatFrag(long sequence, int fragment, long nowNs) {}

    /** The writer will not send these. */
    void gap(PacketReader packet, long nowNs) {}

    /** Forgets everything that waits: the writer is gone. */
    abstract void clear();

    /** Looks whether time alone has changed something. */
    void look(long nowNs) {}

    /** Whether something is to be asked for or acknowledged now. */
    boolean isDue(long nowNs) {
        return false;
    }

    /** When {@link #look} is to come at the latest; {@link Long#MAX_VALUE} if only after another packet. */
    long nextNs() {
        return Long.MAX_VALUE;
    }

    /** Writes what is due behind the packet's INFO_DST. @param burstBytes about how many bytes may be asked for */
    void ask(PacketWriter packet, int readerId, int burstBytes, long nowNs) {}

    /** How often something missing was asked for. Any thread. */
    long asked() {
        return 0;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    final void duplicate() {
        duplicates = duplicates + 1;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    final void lose(long samples) {
        lost = lost + samples;
    }

    /** An old number came: true if nothing else has for long, so that it is to be believed. */
    final boolean isStale(long nowNs) {
        if (staleSinceNs == Long.MIN_VALUE) {
            staleSinceNs = nowNs;
        } else if (nowNs - staleSinceNs > STALE_NS) {
            staleSinceNs = Long.MIN_VALUE;
            return true;
        }
        return false;
    }

    /** A number came that is not old. */
    final void fresh() {
        staleSinceNs = Long.MIN_VALUE;
    }

    /** Samples that never came, as far as is known. Any thread. */
    final long lost() {
        return lost;
    }

    /** Samples and fragments that had come before. Any thread. */
    final long duplicates() {
        return duplicates;
    }
}
