package dev.dpros.training;

import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchSource;
import java.util.function.LongFunction;

/** Batches made by their number, from 1; an epoch after so many. One thread. */
public final class MadeBatches implements BatchSource {
    private final LongFunction<Batch> make;
    private final long perEpoch;
    private long position;

    public MadeBatches(long perEpoch, LongFunction<Batch> make) {
        this.perEpoch = perEpoch;
        this.make = make;
    }

    @Override
    public Batch next() {
        return make.apply(++position);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void restore(long batches) {
        position = batches;
    }

    @Override
    public long batchesPerEpoch() {
        return perEpoch;
    }

    @Override
    public void close() {}
}
