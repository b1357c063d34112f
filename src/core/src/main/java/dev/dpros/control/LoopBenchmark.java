package dev.dpros.control;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.Clock;
import dev.dpros.core.CommandSink;
import dev.dpros.core.PositionSource;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Measures the control loop itself: a seven-joint arm's loop at a rate for a time, fed with wild chunks, while other
 * threads keep every core busy and allocate. Runs on the caller's thread until done; the loop runs on its own.
 */
public final class LoopBenchmark {
    private static final int JOINTS = 7;
    private static final int CHUNK_STEPS = 15;
    private static final double POLICY_HZ = 10;
    private static final long MOST_NS = TimeUnit.SECONDS.toNanos(60);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /**
     * What to run.
     *
     * @param rateHz control rate
     * @param seconds how long, after the warm-up
     * @param warmUpSeconds how long before, unmeasured
     * @param loadThreads threads that burn a core each and allocate about 100 MB/s
     * @param pacer how the control thread waits
     */
    public record Config(double rateHz, double seconds, double warmUpSeconds, int loadThreads, PacerConfig pacer) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Config {
            ControlConfig.require(rateHz >= 10 && rateHz <= 1000, "rate", rateHz, "10 to 1000 Hz");
            ControlConfig.require(seconds > 0 && seconds <= 86_400, "seconds", seconds, "above 0, up to 86400");
            ControlConfig.require(warmUpSeconds >= 0 && warmUpSeconds <= 600, "warm-up", warmUpSeconds, "0 to 600");
            ControlConfig.require(loadThreads >= 0 && loadThreads <= 256, "load threads", loadThreads, "0 to 256");
        }
    }

    /**
     * What came out.
     *
     * @param lateness ns from each intended start to the real one
     * @param duration ns of each tick
     * @param cpu ns of the control thread's CPU time from the end of one tick to that of the next: its wait, which spins, and the tick
     * @param ticks measured ticks
     * @param missed control periods skipped
     * @param chunks chunks joined
     * @param warnings what the operating system refused, with the remedy
     */
    public record Result(Histogram lateness, Histogram duration, Histogram cpu, long ticks, long missed, long chunks, List<String> warnings) {
        /** A few lines for a person, us. */
        public String summary() {
            return String.format("%d ticks, %d missed, %d chunks%n%s%n%s%n%s", ticks, missed, chunks,
                    line("lateness us", lateness), line("duration us", duration), line("CPU us", cpu));
        }

        private static String line(String name, Histogram h) {
            return String.format("%-12s p50 %.1f  p99 %.1f  p99.9 %.1f  max %.1f", name,
                    h.getValueAtPercentile(50) / 1e3, h.getValueAtPercentile(99) / 1e3,
                    h.getValueAtPercentile(99.9) / 1e3, h.getMaxValue() / 1e3);
        }
    }

    private final Config config;
    private final Clock clock;
    private final Histogram lateness = new Histogram(1, MOST_NS, 3);
    private final Histogram duration = new Histogram(1, MOST_NS, 3);
    private final Histogram cpu = new Histogram(1, MOST_NS, 3);
    private long cpuNs = -1;
    private volatile boolean measuring;
    private volatile boolean done;

    /** A benchmark on this clock. */
    public LoopBenchmark(Config config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Runs it.
     *
     * @throws InterruptedException if interrupted; the threads have then been stopped
     */
    public Result run() throws InterruptedException {
        List<String> names = IntStream.range(1, JOINTS + 1).mapToObj(i -> "joint" + i).toList();
        ControlConfig control = ControlConfig.of(names, config.rateHz, POLICY_HZ, CHUNK_STEPS, 3)
                .with(Interpolation.CUBIC).with(JoinConfig.of(ChunkStrategy.BLEND));
        List<JointLimits> limits = names.stream().map(n -> new JointLimits(n, -2.8, 2.8, 2.1, 8, 100)).toList();
        SyntheticSampler sampler = new SyntheticSampler();
        PositionSource origin = out -> {
            Arrays.fill(out, 0);
            return true;
        };
        CommandSink nowhere = frame -> { };
        ControlLoop loop = new ControlLoop(ControlLoop.Wiring.of(control, control.safetyFilter(limits), List.of(), origin, sampler, nowhere)
                .with(LoopListeners.NONE.measuredBy(new LoopProbes(ns -> record(lateness, ns), this::ticked, ns -> { }))));
        loop.watchdog().request(SafetyEvent.STARTED);
        List<Thread> load = new ArrayList<>();
        ControlThread thread = new ControlThread(loop, clock, config.pacer);
        try {
            start("load", config.loadThreads, this::burn, load);
            start("policy-sampler", 1, () -> sampler.serve(loop.inbox()), load);
            thread.start();
            List<String> warnings = thread.warnings();
            pause(config.warmUpSeconds);
            long ticks = loop.statistics().get(Counter.TICKS);
            long missed = loop.statistics().get(Counter.MISSED_TICKS);
            measuring = true;
            pause(config.seconds);
            measuring = false;
            return new Result(lateness.copy(), duration.copy(), cpu.copy(), loop.statistics().get(Counter.TICKS) - ticks,
                    loop.statistics().get(Counter.MISSED_TICKS) - missed, loop.statistics().get(Counter.CHUNKS_TAKEN), warnings);
        } finally {
            done = true;
            thread.close();
            for (Thread worker : load) {
                worker.join(TimeUnit.SECONDS.toMillis(2));
            }
        }
    }

    private void ticked(long ns) {
        record(duration, ns);
        if (measuring) {
            long nowNs = THREADS.getCurrentThreadCpuTime();
            if (cpuNs >= 0) {
                record(cpu, nowNs - cpuNs);
            }
            cpuNs = nowNs;
        }
    }

    private void record(Histogram histogram, long ns) {
        if (measuring) {
            histogram.recordValue(Math.max(1, Math.min(MOST_NS, ns)));
        }
    }

    private static void start(String name, int count, Runnable body, List<Thread> threads) {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(body, count == 1 ? name : name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private static void pause(double seconds) throws InterruptedException {
        new CountDownLatch(1).await(Math.round(seconds * 1e9), TimeUnit.NANOSECONDS);
    }

    /** Matrix products and short-lived arrays, as a sampler in Java would make them. */
    private void burn() {
        double sum = 0;
        while (!done) {
            double[] a = new double[4096];
            for (int round = 0; round < 64; round++) {
                for (int i = 0; i < a.length; i++) {
                    a[i] = a[i] * 0.5 + i;
                }
            }
            sum += a[a.length - 1];
        }
        if (Double.isNaN(sum)) {
            throw new IllegalStateException("unreachable: keeps the arithmetic alive");
        }
    }

    /** Answers each request with a wild chunk on its own thread. */
    private final class SyntheticSampler implements ChunkRequester {
        private volatile boolean busy;
        private volatile long sinceNs = Long.MIN_VALUE;

        @Override
        public boolean request(long requestNs, long deadlineNs, int executedSteps) {
            if (busy) {
                return false;
            }
            sinceNs = requestNs;
            busy = true;
            return true;
        }

        @Override
        public boolean busy() {
            return busy;
        }

        @Override
        public long runningSinceNs() {
            return sinceNs;
        }

        void serve(ChunkInbox inbox) {
            long id = 0;
            while (!done) {
                if (busy) {
                    double[] values = new double[CHUNK_STEPS * JOINTS];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = 3 * Math.sin(0.7 * id + 0.3 * i);
                    }
                    long stampNs = clock.rosNs();
                    inbox.accept(new ActionChunk(++id, stampNs, stampNs, Math.round(1e9 / POLICY_HZ), JOINTS, values, 1));
                    sinceNs = Long.MIN_VALUE;
                    busy = false;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000L);
            }
        }
    }
}
