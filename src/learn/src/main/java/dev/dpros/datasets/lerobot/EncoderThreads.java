package dev.dpros.datasets.lerobot;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps a video encoder from taking the machine: run as root, SVT-AV1 gives the thread that opens it, and its own workers,
 * SCHED_FIFO at priority 99, above any control loop. Linux; elsewhere, and for other users, this changes nothing.
 */
final class EncoderThreads {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int SCHED_OTHER = 0;

    /** The one libc function needed. */
    interface Libc extends Library {
        /** See sched_setscheduler(2). */
        int sched_setscheduler(int pid, int policy, int[] param);
    }

    private EncoderThreads() {}

    /**
     * Opens an encoder on a thread of its own, which then ends, and gives the threads that it started the normal scheduler.
     *
     * @return what {@code open} returned
     * @throws RuntimeException what {@code open} threw
     */
    static int open(IntSupplier open) {
        Set<String> before = tasks();
        int[] result = new int[1];
        RuntimeException[] failure = new RuntimeException[1];
        Thread opener = new Thread(() -> {
            try {
                result[0] = open.getAsInt();
            } catch (RuntimeException e) {
                failure[0] = e;
            }
        }, "video-encoder-open");
        opener.start();
        join(opener);
        if (failure[0] != null) {
            throw failure[0];
        }
        Set<String> started = tasks();
        started.removeAll(before);
        if (!started.isEmpty()) {
            Libc libc = Native.load("c", Libc.class);
            started.forEach(task -> libc.sched_setscheduler(Integer.parseInt(task), SCHED_OTHER, new int[] {0}));
        }
        return result[0];
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> tasks() {
        try (Stream<Path> entries = Files.list(TASKS)) {
            return entries.map(path -> path.getFileName().toString()).collect(Collectors.toCollection(HashSet::new));
        } catch (IOException e) {
            return new HashSet<>(); // no such folder: not Linux
        }
    }
}
