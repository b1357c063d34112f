package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what the calling thread allocates. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 1_000;

    private Allocation() {}

    /** Runs the action until it is compiled, then fails if any of the runs that follow allocates. */
    static void assertNone(Runnable action) {
        assertNone(WARM_UP, action);
    }

    /** As above with fewer warm-up runs, for slow actions. */
    static void assertNone(int warmUp, Runnable action) {
        for (int i = 0; i < warmUp; i++) {
            action.run();
        }
        assertEquals(0, bytes(action) / MEASURED, "bytes allocated per run");
    }

    /** Bytes that {@code MEASURED} runs allocate. */
    static long bytes(Runnable action) {
        long id = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(id);
        for (int i = 0; i < MEASURED; i++) {
            action.run();
        }
        return THREADS.getThreadAllocatedBytes(id) - before;
    }
}
