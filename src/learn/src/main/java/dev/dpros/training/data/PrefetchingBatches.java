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
    private final Deque<Loading> waiting = new ArrayDeque<>();
    private final Deque<BatchMemory> free = new ArrayDeque<>();
    private BatchMemory given;
    private long position;

    /** A batch in the making, and where. */
    private record Loading(Future<Batch> batch, BatchMemory memory) {}

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
        if (given != null) {
            free.addLast(given);
            given = null;
        }
        while (waiting.size() < ahead) {
            long n = position + waiting.size();
            BatchMemory memory = free.isEmpty() ? new BatchMemory() : free.removeLast();
            waiting.addLast(new Loading(loaders.submit(() -> maker.make(n, memory)), memory));
        }
        try {
            Loading first = waiting.removeFirst();
            Batch batch = first.batch().get();
            given = first.memory();
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
        cancel();
        waiting.clear(); // with their memory: a thread may still write there
        position = to;
    }

    @Override
    public long batchesPerEpoch() {
        return maker.batchesPerEpoch();
    }

    /** Does not interrupt them: that would close the files which they read. */
    @Override
    public void close() {
        cancel();
        loaders.shutdown();
    }

    private void cancel() {
        waiting.forEach(loading -> loading.batch().cancel(false));
    }
}
