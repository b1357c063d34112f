package dev.dpros.ros2.rtps;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Keeps the samples it gets; like a message ring it has one place at a time. */
final class CollectingSink implements SampleSink {
    /** A sample, and what came with it. */
    record Sample(long writerLow, long sequence, long sourceTimestampNs, long relatedSequence, byte[] bytes) {}

    final List<Sample> samples = new ArrayList<>();
    final List<Long> disposed = new ArrayList<>();
    int abandoned;
    int maxBytes = Integer.MAX_VALUE;
    private ByteBuffer slot;

    @Override
    public synchronized ByteBuffer claim(SampleInfo info, int length) {
        if (slot != null) {
            throw new IllegalStateException("claimed twice");
        }
        if (length > maxBytes) {
            return null;
        }
        slot = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
        return slot;
    }

    @Override
    public synchronized void commit(SampleInfo info, long receivedNs, long receivedRosNs) {
        byte[] bytes = new byte[slot.limit()];
        slot.get(0, bytes);
        slot = null;
        samples.add(new Sample(info.writerLow(), info.sequence(), info.sourceTimestampNs(), info.relatedSequence(), bytes));
    }

    @Override
    public synchronized void abandon() {
        if (slot == null) {
            throw new IllegalStateException("abandoned what is not claimed");
        }
        slot = null;
        abandoned++;
    }

    @Override
    public synchronized void disposed(SampleInfo info, ByteBuffer payload) {
        disposed.add(info.sequence());
    }

    synchronized int count() {
        return samples.size();
    }

    synchronized List<Long> sequences() {
        return samples.stream().map(Sample::sequence).toList();
    }

    synchronized List<Sample> all() {
        return List.copyOf(samples);
    }
}
