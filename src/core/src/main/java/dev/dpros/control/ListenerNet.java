package dev.dpros.control;

import dev.dpros.core.LatencySink;
import dev.dpros.safety.WatchdogListener;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a thread and one that hears of what it does, such as the control thread's ticks: whatever that one throws,
 * an Error included, is counted and kept here and goes no further. Any thread reads; allocates nothing.
 */
public final class ListenerNet {
    private final String name;
    private final @Nullable LoopStatistics statistics;
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable Throwable last;

    /** One that no loop counts. @param name who is in it, for people */
    public ListenerNet(String name) {
        this(name, null);
    }

    ListenerNet(String name, @Nullable LoopStatistics statistics) {
        this.name = name;
        this.statistics = statistics;
    }

    /** The listener in this net. */
    TickListener around(TickListener listener) {
        return report -> {
            try {
                listener.ticked(report);
            } catch (Throwable e) {
                caught(e);
            }
        };
    }

    /** The probe in this net. */
    LatencySink around(LatencySink sink) {
        return durationNs -> {
            try {
                sink.recordNs(durationNs);
            } catch (Throwable e) {
                caught(e);
            }
        };
    }

    /** The watchdog's listener in this net. */
    WatchdogListener around(WatchdogListener listener) {
        return transition -> {
            try {
                listener.changed(transition);
            } catch (Throwable e) {
                caught(e);
            }
        };
    }

    /** Counts and keeps what was thrown. Any thread, if it is one that no loop counts. */
    public void caught(Throwable thrown) {
        last = thrown;
        failures.incrementAndGet();
        if (statistics != null) {
            statistics.add(LoopStatistics.Counter.PROBE_FAILURES, 1);
        }
    }

    /** Who is in it, for people. */
    public String name() {
        return name;
    }

    /** How often it threw. */
    public long failures() {
        return failures.get();
    }

    /** What it threw last, or null. */
    public @Nullable Throwable last() {
        return last;
    }
}
