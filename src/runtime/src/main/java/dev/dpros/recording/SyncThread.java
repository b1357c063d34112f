package dev.dpros.recording;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread {@code recorder-sync}: forces the running episode to disk at a fixed period. A failed fsync is kept for
 * the recorder thread, which then ends the episode.
 */
final class SyncThread {
    private final Thread thread = new Thread(this::run, "recorder-sync");
    private volatile boolean stopped;
    private volatile RunningEpisode episode;
    private volatile long periodNs;
    private volatile Failure failure;

    private record Failure(RunningEpisode episode, IOException cause) {}

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Changes what is forced; null for nothing. */
    void watch(RunningEpisode next, long periodMs) {
        periodNs = periodMs * 1_000_000L;
        episode = periodMs == 0 ? null : next;
        LockSupport.unpark(thread);
    }

    /** Why the last fsync of this episode failed, or null. */
    IOException failureOf(RunningEpisode of) {
        Failure last = failure;
        return last != null && last.episode == of ? last.cause : null;
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!stopped) {
            RunningEpisode current = episode;
            if (current == null) {
                LockSupport.park(this);
                continue;
            }
            LockSupport.parkNanos(this, periodNs);
            try {
                current.force();
            } catch (IOException e) {
                if (episode == current) {
                    failure = new Failure(current, e);
                }
            }
        }
    }
}
