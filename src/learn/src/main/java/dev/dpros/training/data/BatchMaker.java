package dev.dpros.training.data;

/** Makes batch n out of nothing but n, on any thread. */
public interface BatchMaker {
    /** Batches in one pass over the data. */
    long batchesPerEpoch();

    /** Batch n, 0 or more. */
    Batch make(long n);
}
