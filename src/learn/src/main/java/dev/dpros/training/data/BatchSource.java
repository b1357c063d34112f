package dev.dpros.training.data;

/**
 * An endless sequence of batches, epoch after epoch, each shuffled anew. Batch n is a function of the data, the seed and n
 * alone, so that a training that is resumed at n sees what it would have seen. Called from the trainer's thread; batches
 * are made on others, ahead of time.
 */
public interface BatchSource extends AutoCloseable {
    /**
     * The next batch, to be used until the one after it is asked for; waits for it.
     *
     * @throws dev.dpros.core.InputException if the data turn out to be damaged
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    Batch next();

    /** Number of batches delivered since the beginning: the n of the next one. */
    long position();

    /** Continues with batch {@code position}. @throws IllegalArgumentException if it is negative */
    void restore(long position);

    /** Batches in one pass over the data; the last one may be smaller, unless the source drops it. */
    long batchesPerEpoch();

    /** Stops the threads that load. */
    @Override
    void close();
}
