package dev.dpros.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * What a running command owns, closed in reverse order: at its end, or on SIGINT, SIGTERM and SIGHUP within two seconds.
 *
 * <p>Thread-safe. After a signal the process ends with 128 plus the signal's number, whatever else is going on.
 */
public final class Lifecycle implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final long LONGEST_SHUTDOWN_MS = 1_800;

    private static volatile boolean processEnding;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch stopRequested = new CountDownLatch(1);
    private volatile int exitCode;

    /** Installs the signal handlers. */
    public static Lifecycle onSignals() {
        Lifecycle lifecycle = new Lifecycle();
        for (String name : new String[] {"INT", "TERM", "HUP"}) {
            try {
                Signal.handle(new Signal(name), signal -> lifecycle.endProcess(128 + signal.getNumber()));
            } catch (IllegalArgumentException e) {
                LOG.debug("signal {} keeps its default handler: {}", name, e.getMessage());
            }
        }
        return lifecycle;
    }

    /** Takes ownership; closes at once if shutdown has begun. */
    public <T extends AutoCloseable> T own(T resource) {
        synchronized (owned) {
            if (!closing.get()) {
                owned.push(resource);
                return resource;
            }
        }
        closeQuietly(resource);
        return resource;
    }

    /** Ends {@link #awaitStop()} with this exit code. */
    public void requestStop(int code) {
        exitCode = code;
        stopRequested.countDown();
    }

    /** Waits for {@link #requestStop}; returns its exit code. */
    public int awaitStop() throws InterruptedException {
        stopRequested.await();
        return exitCode;
    }

    /** Work that a stop may overtake: what it runs into after {@link #requestStop} is no error, and the stop's exit code counts. */
    public int unlessStopped(Callable<Integer> work) throws Exception {
        try {
            return work.call();
        } catch (RuntimeException e) {
            if (stopRequested.getCount() > 0) {
                throw e;
            }
            LOG.debug("after the stop", e);
            return exitCode;
        }
    }

    /** Waits at most so long; true if a stop was requested. */
    public boolean awaitStop(long timeout, TimeUnit unit) throws InterruptedException {
        return stopRequested.await(timeout, unit);
    }

    /**
     * While a signal ends the process, waits for that end: what a command's own thread then runs into is no error of its.
     */
    public static void awaitEndOfProcess() {
        while (processEnding) {
            LockSupport.park();
        }
    }

    private void endProcess(int code) {
        processEnding = true;
        guard(code);
        close();
        NativeExit.exit(code);
    }

    /** As {@link #requestStop}, and ends the process within two seconds even if closing hangs. */
    public void requestEnd(int code) {
        guard(code);
        requestStop(code);
    }

    private static void guard(int code) {
        Thread guard = new Thread(() -> {
            try {
                Thread.sleep(LONGEST_SHUTDOWN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            NativeExit.exit(code);
        }, "shutdown-guard");
        guard.setDaemon(true);
        guard.start();
    }

    /** Closes everything, newest first; failures are logged, not thrown. A second caller waits until it is done. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitClosed();
            return;
        }
        Deque<AutoCloseable> toClose;
        synchronized (owned) {
            toClose = new ArrayDeque<>(owned);
            owned.clear();
        }
        toClose.forEach(Lifecycle::closeQuietly);
        closed.countDown();
    }

    private void awaitClosed() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.warn("closing {}: {}", resource.getClass().getSimpleName(), e.toString());
        }
    }
}
