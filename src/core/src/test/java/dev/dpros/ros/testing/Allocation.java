package dev.dpros.ros.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Bytes that threads have allocated. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** Least number of bytes the current thread allocated in one of several runs of the task. */
    public static long least(int runs, Runnable task) {
        long id = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < runs; i++) {
            long before = THREADS.getThreadAllocatedBytes(id);
            task.run();
            least = Math.min(least, THREADS.getThreadAllocatedBytes(id) - before);
        }
        return least;
    }

    /** Bytes allocated so far by all live threads whose name starts so. */
    public static long ofThreads(String namePrefix) {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().startsWith(namePrefix))
                .mapToLong(info -> THREADS.getThreadAllocatedBytes(info.getThreadId())).sum();
    }
}
