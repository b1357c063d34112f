package dev.dpros.bench;

import dev.dpros.core.Clock;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** CPU time of the calling thread, so that what else runs on the machine counts less; for work that one thread does alone. Any thread. */
public final class ThreadClock implements Clock {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Override
    public long monotonicNs() {
        return THREADS.getCurrentThreadCpuTime();
    }

    @Override
    public long rosNs() {
        return monotonicNs();
    }
}
