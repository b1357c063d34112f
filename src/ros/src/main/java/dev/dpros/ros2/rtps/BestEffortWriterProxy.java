package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import java.nio.ByteBuffer;

/** A writer that sends each sample once: a newer one displaces one that is not whole, and what does not come is lost. */
final class BestEffortWriterProxy extends WriterProxy {
    private long next = 1;
    private boolean begun;
    private Assembly sample;

    BestEffortWriterProxy(RemoteEndpoint remote, Delivery delivery) {
        super(remote, delivery);
    }

    @Override
    boolean reliable() {
        return false;
    }

    @Override
    void data(PacketReader packet, ByteBuffer from, long nowNs) {
        if (accepts(packet.sequence(), nowNs)) {
            clear();
            next = packet.sequence() + 1;
            delivery().whole(packet, from);
        }
    }

    @Override
    void fragments(PacketReader packet, ByteBuffer from, long nowNs) {
        if (!accepts(packet.sequence(), nowNs)) {
            return;
        }
        if (sample == null) {
            sample = delivery().open(packet, true);
        }
        if (sample == null || sample != Assembly.IRRELEVANT && !sample.fits(packet)) {
            return; // no memory now, or nonsense
        }
        if (sample != Assembly.IRRELEVANT) {
            if (sample.put(packet, from, nowNs) == 0) {
                duplicate();
            }
            if (!sample.complete()) {
                return;
            }
            delivery().deliver(sample);
        }
        sample = null;
        next++;
    }

    /** Whether a sample is not old; those before it that did not come are lost. */
    private boolean accepts(long sequence, long nowNs) {
        if (sequence < next) {
            duplicate();
            if (isStale(nowNs)) {
                clear();
                next = sequence + 1;
            }
            return false;
        }
        fresh();
        if (sequence > next) {
            clear();
            lose(begun ? sequence - next : 0);
            next = sequence;
        }
        begun = true;
        return true;
    }

    @Override
    void clear() {
        if (sample != null) {
            delivery().drop(sample);
            sample = null;
        }
    }
}
