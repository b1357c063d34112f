package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader's way to its sink, shared by its writers: one sample at a time may lie in the claimed place; one that is overtaken is moved to
 * memory of its own. Receive thread. Memory for samples that wait is bounded; no allocation once there is enough of it.
 */
final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final int ENCAPSULATION_BYTES = 4;
    private static final int LEAST_BUDGET = 8 << 20;
    private static final int MOST_WAITING = 1024;

    private final SampleSink sink;
    private final int maxSampleBytes;
    private final long usualBudget;
    private final SampleInfo info = new SampleInfo();
    private final Assembly[] free = new Assembly[MOST_WAITING];
    private int freeCount;
    private int made;
    private long bytes;
    private Assembly inSlot;
    private long receivedNs;
    private long receivedRosNs;
    private volatile long received;
    private volatile long rejected;
    private boolean failed;

    Delivery(SampleSink sink, int maxSampleBytes) {
        this.sink = sink;
        this.maxSampleBytes = maxSampleBytes;
        usualBudget = Math.max(LEAST_BUDGET, 4L * maxSampleBytes);
    }

    /** The instant of the packets that follow. */
    void at(long nowNs, long rosNs) {
        receivedNs = nowNs;
        receivedRosNs = rosNs;
    }

    /** Hands over a whole sample that is due. */
    void whole(PacketReader packet, ByteBuffer from) {
        info.take(packet);
        int length = packet.payloadBytes();
        if (isDisposal(packet)) {
            disposed(info, from, packet.payloadAt(), length);
            return;
        }
        ByteBuffer slot = claim(info, length);
        if (slot != null) {
            slot.put(0, from, packet.payloadAt(), length);
            commit(info);
        }
    }

    static boolean isDisposal(PacketReader packet) {
        return packet.statusInfo() != 0 || !packet.has(Submessages.FLAG_DATA);
    }

    private void disposed(SampleInfo about, ByteBuffer from, int at, int length) {
        int limit = from.limit();
        try {
            sink.disposed(about, from.limit(at + length).position(at));
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            from.clear().limit(limit);
        }
    }

    /** The place for a sample, or null if it is refused. */
    private ByteBuffer claim(SampleInfo about, int length) {
        vacate();
        ByteBuffer slot = null;
        try {
            slot = refuses(length) ? null : sink.claim(about, length);
        } catch (RuntimeException e) {
            failed(e);
        }
        if (slot == null) {
            reject();
        }
        return slot;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void commit(SampleInfo about) {
        received = received + 1;
        try {
            sink.commit(about, receivedNs, receivedRosNs);
            failed = false;
        } catch (RuntimeException e) {
            reject();
            failed(e);
        }
    }

    private boolean refuses(int length) {
        return length < ENCAPSULATION_BYTES || length > maxSampleBytes;
    }

    /** Moves the sample that lies in the claimed place out of it. */
    private void vacate() {
        if (inSlot != null) {
            inSlot.leaveSlot();
            inSlot = null;
            sink.abandon();
        }
    }

    /**
     * Begins a sample in fragments.
     *
     * @param due whether it is the next to hand over
     * @return null if there is no memory for it now; {@link Assembly#IRRELEVANT} if it is refused for good
     */
    Assembly open(PacketReader packet, boolean due) {
        int length = packet.sampleBytes();
        if (refuses(length) || packet.has(Submessages.FLAG_FRAGMENT_KEY)) {
            reject();
            return Assembly.IRRELEVANT;
        }
        boolean direct = due && inSlot == null;
        Assembly sample = take(direct ? 0 : length, due ? Math.max(usualBudget, bytes + length) : usualBudget);
        if (sample == null) {
            return null;
        }
        sample.begin(packet, length, packet.fragmentBytes());
        if (direct) {
            ByteBuffer slot = claim(sample.info, length);
            if (slot == null) {
                free[freeCount++] = sample;
                return Assembly.IRRELEVANT;
            }
            sample.into(slot);
            inSlot = sample;
        }
        return sample;
    }

    /** Keeps a whole sample that is not due yet; null if there is no memory for it now. */
    Assembly keep(PacketReader packet, ByteBuffer from) {
        int length = packet.payloadBytes();
        if (length > maxSampleBytes) { // a disposal may have no payload
            reject();
            return Assembly.IRRELEVANT;
        }
        Assembly sample = take(length, usualBudget);
        if (sample != null) {
            sample.begin(packet, length, Math.max(1, length));
            sample.whole(from, packet.payloadAt(), isDisposal(packet));
        }
        return sample;
    }

    /**
     * An assembly with memory for so many bytes: the smallest free one that has it, else a new one, else the largest, grown. The sample that is
     * due gets it in any case, or those that wait for it could keep it out.
     */
    private Assembly take(int length, long budget) {
        int smallest = -1;
        int largest = -1;
        for (int i = 0; i < freeCount; i++) {
            int capacity = free[i].capacity();
            if (capacity >= length && (smallest < 0 || capacity < free[smallest].capacity())) {
                smallest = i;
            }
            if (largest < 0 || capacity > free[largest].capacity()) {
                largest = i;
            }
        }
        if (smallest >= 0) {
            return removeFree(smallest);
        }
        if (made < free.length && bytes + length <= budget) {
            made++;
            return grown(new Assembly(), length);
        }
        if (largest < 0 || bytes - free[largest].capacity() + length > budget) {
            return null;
        }
        return grown(removeFree(largest), length);
    }

    private Assembly removeFree(int index) {
        Assembly sample = free[index];
        free[index] = free[--freeCount];
        return sample;
    }

    private Assembly grown(Assembly sample, int length) {
        sample.reserve(length);
        bytes += sample.newBytes();
        return sample;
    }

    /** Hands over a sample that was waiting. */
    void deliver(Assembly sample) {
        if (sample.inSlot()) {
            inSlot = null;
            commit(sample.info);
        } else if (sample.isDisposal()) {
            disposed(sample.info, sample.bytes(), 0, sample.length());
        } else {
            ByteBuffer slot = claim(sample.info, sample.length());
            if (slot != null) {
                slot.put(0, sample.bytes(), 0, sample.length());
                commit(sample.info);
            }
        }
        release(sample);
    }

    /** Forgets a sample that was waiting. */
    void drop(Assembly sample) {
        if (sample == Assembly.IRRELEVANT) {
            return;
        }
        if (sample.inSlot()) {
            inSlot = null;
            sink.abandon();
        }
        release(sample);
    }

    private void release(Assembly sample) {
        bytes += sample.newBytes(); // it may have had to leave its slot
        free[freeCount++] = sample;
    }

    private void failed(RuntimeException e) {
        if (!failed) {
            failed = true;
            LOG.error("a receiver of samples failed", e);
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void reject() {
        rejected = rejected + 1;
    }

    long received() {
        return received;
    }

    long rejected() {
        return rejected;
    }
}
