package dev.dpros.training.data;

/** Makes batch n out of nothing but n, on any thread. */
public interface BatchMaker {
    /** Batches in one pass over the data. */
    long batchesPerEpoch();

    /** Batch n, 0 or more, in memory of its own. */
    default Batch make(long n) {
        return make(n, new BatchMemory());
    }

    /** Batch n, 0 or more; to be used until the next one is made in the same memory. */
    Batch make(long n, BatchMemory memory);
}
