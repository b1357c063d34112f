package dev.dpros.node;

import dev.dpros.core.ChunkRequester;
import dev.dpros.inference.AsyncSampler;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sampler that is in service: forwards the control loop's requests, and replaces a sampler that hangs in native code
 * or has died. The control thread calls the {@link ChunkRequester} methods, which neither wait nor allocate; a
 * housekeeping thread calls {@link #replaceIfHung}.
 */
final class SupervisedSampler implements ChunkRequester, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisedSampler.class);
    private static final long RESTART_S = 5;

    private final Supplier<AsyncSampler> factory;
    private volatile AsyncSampler current;
    private volatile int replacements;
    private boolean closed;
    private long replacedNs;

    /** Starts the first sampler. */
    SupervisedSampler(Supplier<AsyncSampler> factory) {
        this.factory = factory;
        current = factory.get();
        current.start();
    }

    /** Waits until the policy is warm; false if it is not by then, or the accelerator failed. @throws dev.dpros.core.InputException if it cannot be loaded */
    boolean awaitReady(long timeout, TimeUnit unit) throws InterruptedException {
        return current.awaitReady(timeout, unit);
    }

    /** Whether a warm sampler is in service. */
    boolean ready() {
        return current.ready();
    }

    /** How often a sampler was replaced. */
    int replacements() {
        return replacements;
    }

    @Override
    public boolean request(long requestNs, long deadlineNs, int executedSteps) {
        return current.request(requestNs, deadlineNs, executedSteps);
    }

    @Override
    public boolean busy() {
        return current.busy();
    }

    @Override
    public long runningSinceNs() {
        return current.runningSinceNs();
    }

    /** How the accelerator failed: no sampler in this process can go on. Null if it did not. */
    String deviceLoss() {
        return current.deviceLoss();
    }

    /**
     * Abandons an inference that has run for longer than this, and starts a new sampler in its place; the same for a sampler
     * whose thread has ended, at most every {@value #RESTART_S} s. On a lost device none is started.
     */
    synchronized void replaceIfHung(long nowNs, long hungAfterNs) {
        if (closed || current.deviceLoss() != null) {
            return;
        }
        long since = current.runningSinceNs();
        if (current.died()) {
            if (replacements > 0 && nowNs - replacedNs < RESTART_S * 1_000_000_000) {
                return;
            }
            Throwable failure = current.loadFailure();
            LOG.warn("the sampler's thread has ended{}; starting another", failure == null ? "" : ": " + failure.getMessage());
        } else if (since != Long.MIN_VALUE && nowNs - since >= hungAfterNs) {
            LOG.warn("the sampler has not answered for {} ms; abandoning it and starting another", (nowNs - since) / 1_000_000);
        } else {
            return;
        }
        replacedNs = nowNs;
        current.abandon();
        AsyncSampler next = factory.get();
        next.start();
        current = next;
        replacements++;
    }

    @Override
    public synchronized void close() {
        closed = true;
        current.stop(1_200, TimeUnit.MILLISECONDS);
    }
}
