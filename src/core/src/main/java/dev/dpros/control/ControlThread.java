package dev.dpros.control;

import dev.dpros.core.Clock;
import dev.dpros.safety.SafetyEvent;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code control-loop}: runs {@link ControlLoop#tick} at absolute deadlines, with real-time scheduling where
 * permitted. In simulated time it follows {@code /clock}. Closing it stops the policy, sends one more frame, which ends
 * at rest, and ends the thread.
 */
public final class ControlThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);
    private static final long CLOSE_WITHIN_MS = 1000;
    private static final long OVERDUE_NS = 1_000_000_000;
    private static final long OVERDUE_PERIODS = 10;
    private static final long WAITS = Long.MIN_VALUE;
    private final ControlLoop loop;
    private final Clock clock;
    private final PacerConfig config;
    private final Pacer pacer;
    private final Thread thread;
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile List<String> warnings = List.of();
    /** When the tick now running, or in real time the last one, began; {@link #WAITS} if none is due. */
    private final AtomicLong beatNs = new AtomicLong(WAITS);
    private volatile @Nullable Throwable ended;
    private volatile boolean started;
    private volatile boolean closing;
    private long suspectNs = WAITS;

    /** A thread that has not been started. */
    public ControlThread(ControlLoop loop, Clock clock, PacerConfig config) {
        this.loop = loop;
        this.clock = clock;
        this.config = config;
        pacer = new Pacer(clock, loop.config().periodNs(),
                new WakeMargin(config.spinNs(), config.mostSpinNs(), loop.config().periodNs()), loop.config().simulatedTime(),
                LockSupport::parkNanos);
        thread = new Thread(this::run, "control-loop");
        thread.setDaemon(true);
    }

    /** Starts ticking; the policy itself starts with {@link SafetyEvent#STARTED}. */
    public void start() {
        thread.start();
        started = true;
    }

    /**
     * What the operating system refused, with the remedy. Waits until the thread has asked.
     *
     * @throws InterruptedException if interrupted while waiting
     */
    public List<String> warnings() throws InterruptedException {
        running.await();
        return warnings;
    }

    private void run() {
        warnings = RealTimePriority.apply(config);
        warnings.forEach(LOG::warn);
        running.countDown();
        try {
            loop();
        } catch (RuntimeException | Error e) {
            ended = e;
        }
    }

    private void loop() {
        boolean simulated = loop.config().simulatedTime();
        beatNs.set(simulated ? WAITS : clock.monotonicNs());
        while (!closing) {
            long lateNs = pacer.await();
            long beginNs = clock.monotonicNs();
            beatNs.lazySet(beginNs);
            long latenessNs = lateNs + pacer.missed() * loop.config().periodNs();
            loop.missed(pacer.missed());
            loop.late(latenessNs);
            loop.tick(clock.rosNs(beginNs), beginNs);
            loop.record(latenessNs, clock.monotonicNs() - beginNs);
            if (simulated) {
                beatNs.lazySet(WAITS);
            }
        }
        loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        loop.leave();
        long endNs = clock.monotonicNs();
        loop.tick(clock.rosNs(endNs), endNs);
    }

    /**
     * Whether the thread has ended without having been told to, or a tick is overdue for longer than a second (or ten
     * periods, if longer). While {@code /clock} stands still no tick is due. Any thread; to be asked now and then: only what
     * is so at two calls in a row counts, lest a process that was suspended as a whole be taken for one whose loop hangs.
     *
     * @return what is wrong, in words, or empty
     */
    public String death() {
        if (closing || !started) {
            return "";
        }
        if (!thread.isAlive()) {
            return "its thread has ended" + (ended == null ? "" : ": " + ended);
        }
        long beat = beatNs.get();
        long overdueNs = clock.monotonicNs() - beat;
        boolean suspect = beat != WAITS && overdueNs > Math.max(OVERDUE_NS, OVERDUE_PERIODS * loop.config().periodNs());
        boolean again = suspect && beat == suspectNs;
        suspectNs = suspect ? beat : WAITS;
        return again ? "no tick for " + overdueNs / 1_000_000 + " ms" : "";
    }

    /** Stops the policy, sends the last frame, ends the thread; idempotent. */
    @Override
    public void close() {
        closing = true;
        pacer.release();
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_WITHIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
