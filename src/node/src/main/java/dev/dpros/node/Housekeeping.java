package dev.dpros.node;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread {@code housekeeping}, for what is done again and again beside the loop. Closing it does not wait. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread worker = new Thread(task, "housekeeping");
        worker.setDaemon(true);
        return worker;
    });

    /** Whatever the task throws, it is done again: a task that threw would otherwise never be. */
    void every(long ms, Runnable task) {
        executor.scheduleWithFixedDelay(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("housekeeping: {}", e.toString());
            }
        }, ms, ms, TimeUnit.MILLISECONDS);
    }

    /** Once, after so long. */
    void after(long ms, Runnable task) {
        executor.schedule(task, ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
