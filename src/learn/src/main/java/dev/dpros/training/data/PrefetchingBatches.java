package dev.dpros.training.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes batches ahead of the trainer on threads named {@code batch-loader-N}, and delivers them in order. */
public final class PrefetchingBatches implements BatchSource {
    private static final AtomicInteger LOADERS = new AtomicInteger();

    private final BatchMaker maker;
    private final int ahead;
    private final ExecutorService loaders;
    private final Deque<Future<Batch>> waiting = new ArrayDeque<>();
    private long position;

    /**
     * Starts nothing until the first batch is asked for.
     *
     * @param threads that load
     * @param ahead batches kept ready or in the making
     */
    public PrefetchingBatches(BatchMaker maker, int threads, int ahead) {
        if (threads < 1 || ahead < 1) {
            throw new IllegalArgumentException("loading: threads " + threads + ", ahead " + ahead);
        }
        this.maker = maker;
        this.ahead = ahead;
        loaders = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "batch-loader-" + LOADERS.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public Batch next() {
        while (waiting.size() < ahead) {
            long n = position + waiting.size();
            waiting.addLast(loaders.submit(() -> maker.make(n)));
        }
        try {
            Batch batch = waiting.removeFirst().get();
            position++;
            return batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("loading was interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void restore(long to) {
        if (to < 0) {
            throw new IllegalArgumentException("position " + to);
        }
        waiting.forEach(batch -> batch.cancel(false));
        waiting.clear();
        position = to;
    }

    @Override
    public long batchesPerEpoch() {
        return maker.batchesPerEpoch();
    }

    /** Does not interrupt them: that would close the files which they read. */
    @Override
    public void close() {
        waiting.forEach(batch -> batch.cancel(false));
        loaders.shutdown();
    }
}
