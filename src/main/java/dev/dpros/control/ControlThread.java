package dev.dpros.control;

import dev.dpros.core.Clock;
import dev.dpros.safety.SafetyEvent;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
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
    private final ControlLoop loop;
    private final Clock clock;
    private final PacerConfig config;
    private final Pacer pacer;
    private final Thread thread;
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile List<String> warnings = List.of();
    private volatile boolean closing;

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
        while (!closing) {
            long lateNs = pacer.await();
            long beginNs = clock.monotonicNs();
            long latenessNs = lateNs + pacer.missed() * loop.config().periodNs();
            loop.missed(pacer.missed());
            loop.late(latenessNs);
            loop.tick(clock.rosNs(beginNs), beginNs);
            loop.record(latenessNs, clock.monotonicNs() - beginNs);
        }
        loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        long endNs = clock.monotonicNs();
        loop.tick(clock.rosNs(endNs), endNs);
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
