package dev.dpros.inference;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationSource;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SamplingFailure;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a policy on a thread of its own, {@code policy-sampler}, one chunk per request, so that the control loop never
 * waits for a network: the policy is loaded, warmed up, used and closed there.
 *
 * <p>{@link #request}, {@link #busy} and {@link #runningSinceNs} are for the control thread: they neither wait nor
 * allocate. A native call that hangs cannot be interrupted: the owner then calls {@link #abandon} and starts another
 * sampler; the hung thread is a daemon, and what it delivers later is dropped.
 *
 * <p>{@link #close} must be called before the JVM exits: libtorch crashes if it is torn down during a forward pass.
 */
public final class AsyncSampler implements ChunkRequester, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AsyncSampler.class);
    /** Of all samplers together, so that the chunks of a sampler's successor do not look old. */
    private static final AtomicLong IDS = new AtomicLong();
    private static final int LOADING = 0;
    private static final int IDLE = 1;
    private static final int CLAIMED = 2;
    private static final int PENDING = 3;
    private static final int STOPPED = 4;

    /**
     * What it samples, from what, for whom.
     *
     * @param policy loads the policy; called once, on the sampler thread
     * @param observations fills the window
     * @param chunks receives chunks and failures, on the sampler thread
     * @param guide how chunks are drawn
     * @param clock for {@link #runningSinceNs} and the guide's deadlines
     * @param stepNs period of the policy's grid, dt
     * @param spare what else the thread may do
     */
    public record Wiring(
            Supplier<? extends ChunkPolicy> policy,
            ObservationSource observations,
            ChunkSink chunks,
            SamplingGuide guide,
            Clock clock,
            long stepNs,
            SpareTime spare) {
        /** The same, idle between requests. */
        public Wiring(Supplier<? extends ChunkPolicy> policy, ObservationSource observations, ChunkSink chunks,
                SamplingGuide guide, Clock clock, long stepNs) {
            this(policy, observations, chunks, guide, clock, stepNs, SpareTime.NONE);
        }
    }

    private final Wiring wiring;
    private final Thread thread;
    private final AtomicInteger state = new AtomicInteger(LOADING);
    private final CountDownLatch loaded = new CountDownLatch(1);
    private volatile RuntimeException loadFailure;
    private volatile boolean stopping;
    private volatile boolean abandoned;
    private volatile String deviceLoss;
    private volatile long runningSinceNs = Long.MIN_VALUE;
    private long requestNs;
    private long deadlineNs;
    private int executedSteps;
    private ActionChunk previous;

    /** A sampler that is not yet running. */
    public AsyncSampler(Wiring wiring) {
        this.wiring = wiring;
        thread = new Thread(this::run, "policy-sampler");
        thread.setDaemon(true);
    }

    /** Starts the thread, which loads and warms up the policy. Call once. */
    public void start() {
        thread.start();
    }

    /**
     * Waits until the policy is warm.
     *
     * @return false if it still is not after so long, or never will be because the accelerator failed ({@link #deviceLoss})
     * @throws InputException if the policy could not be loaded because of what is in it
     * @throws IllegalStateException if it could not be loaded for another reason
     */
    public boolean awaitReady(long timeout, TimeUnit unit) throws InterruptedException {
        if (!loaded.await(timeout, unit)) {
            return false;
        }
        if (deviceLoss != null) {
            return false;
        }
        RuntimeException failure = loadFailure;
        if (failure instanceof InputException input) {
            throw input;
        }
        if (failure != null) {
            throw new IllegalStateException("the policy could not be loaded: " + failure.getMessage(), failure);
        }
        return true;
    }

    /** Whether it is warm and not stopped. */
    public boolean ready() {
        int now = state.get();
        return now != LOADING && now != STOPPED;
    }

    /**
     * How the accelerator failed, in one line, while the policy was loaded or later: neither this sampler nor another one in
     * this process can go on. Null if it did not.
     */
    public String deviceLoss() {
        return deviceLoss;
    }

    /** Whether its thread has ended without having been told to, other than by a lost device. */
    public boolean died() {
        return state.get() == STOPPED && !stopping && deviceLoss == null && !thread.isAlive();
    }

    /** Why the policy could not be loaded, or null. */
    public Throwable loadFailure() {
        return loadFailure;
    }

    @Override
    public boolean request(long atNs, long untilNs, int executed) {
        if (!state.compareAndSet(IDLE, CLAIMED)) {
            return false;
        }
        requestNs = atNs;
        deadlineNs = untilNs;
        executedSteps = executed;
        runningSinceNs = atNs;
        if (state.compareAndSet(CLAIMED, PENDING)) {
            LockSupport.unpark(thread);
            return true;
        }
        return false;
    }

    @Override
    public boolean busy() {
        int now = state.get();
        return now == CLAIMED || now == PENDING;
    }

    @Override
    public long runningSinceNs() {
        return runningSinceNs;
    }

    private void run() {
        try {
            ChunkPolicy policy = load();
            if (policy != null) {
                try (policy) {
                    serve(policy);
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("the sampler ends: {}", firstLine(e));
        } finally {
            state.set(STOPPED);
            loaded.countDown();
        }
    }

    private ChunkPolicy load() {
        ChunkPolicy policy = null;
        try {
            policy = wiring.policy().get();
            policy.warmUp();
            state.compareAndSet(LOADING, IDLE);
            loaded.countDown();
            return policy;
        } catch (RuntimeException | Error e) {
            if (DeviceFault.is(e)) {
                fail(IDS.incrementAndGet(), e);
            }
            loadFailure = e instanceof RuntimeException failure ? failure : new IllegalStateException(e.toString(), e);
            if (policy != null) {
                policy.close();
            }
            return null;
        }
    }

    private void serve(ChunkPolicy policy) {
        ObservationWindow window = new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps());
        while (!stopping && deviceLoss == null) {
            if (state.get() != PENDING) {
                LockSupport.park(this);
                continue;
            }
            long id = IDS.incrementAndGet();
            boolean delivered = false;
            try {
                delivered = sample(policy, window, id);
            } catch (RuntimeException | Error e) {
                LOG.debug("inference {} failed", id, e);
                fail(id, e);
            }
            runningSinceNs = Long.MIN_VALUE;
            state.compareAndSet(PENDING, IDLE);
            if (delivered) {
                useSpareTime(policy, window, id);
            }
        }
    }

    private void useSpareTime(ChunkPolicy policy, ObservationWindow window, long id) {
        try {
            wiring.spare().use(id, policy, window, () -> stopping || state.get() != IDLE);
        } catch (RuntimeException | Error e) {
            LOG.debug("in the spare time after chunk {}", id, e);
            if (DeviceFault.is(e)) {
                fail(id, e);
            }
        }
    }

    /** @return whether a chunk was delivered */
    private boolean sample(ChunkPolicy policy, ObservationWindow window, long id) {
        if (!wiring.observations().fill(window)) {
            fail(id, SamplingFailure.NO_OBSERVATION, "no observation of every input yet", null);
            return false;
        }
        var request = new SamplingGuide.Request(id, requestNs, deadlineNs, executedSteps, window, previous);
        Sampling sampling = wiring.guide().begin(request);
        StepListener guided = sampling.listener();
        StepListener stoppable = (index, count, timestep, clean) ->
                !stopping && guided.onStep(index, count, timestep, clean);
        Prediction prediction = policy.predictAction(window, sampling.with(stoppable).until(deadlineNs));
        if (stopping) {
            return false;
        }
        if (!prediction.finite()) {
            fail(id, SamplingFailure.NON_FINITE, "non-finite action", null);
            return false;
        }
        wiring.guide().finished(request, prediction);
        ActionChunk chunk = new ActionChunk(id, window.stampNs, window.stampNs, wiring.stepNs(),
                policy.config().action().size(), prediction.actions(), prediction.denoisingSteps(), prediction.origin());
        previous = chunk;
        if (!abandoned) {
            wiring.chunks().accept(chunk);
        }
        return !abandoned;
    }

    /** What was thrown: given up as configured, the device's end (after which this sampler takes no request), or a failure. */
    private void fail(long id, Throwable thrown) {
        if (thrown instanceof ChunkAbandonedException) {
            fail(id, SamplingFailure.ABANDONED, firstLine(thrown), thrown);
        } else if (DeviceFault.is(thrown)) {
            String loss = DeviceFault.line(thrown);
            deviceLoss = loss;
            state.set(STOPPED);
            fail(id, SamplingFailure.DEVICE_LOST, loss, thrown);
        } else {
            fail(id, SamplingFailure.FAILED, "inference failed: " + firstLine(thrown), thrown);
        }
    }

    private void fail(long id, SamplingFailure kind, String reason, Throwable cause) {
        if (!abandoned) {
            wiring.chunks().failed(id, kind, reason, cause);
        }
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
    }

    /** Gives up on a hung native call: no more requests, nothing more delivered; does not wait. */
    public void abandon() {
        abandoned = true;
        stopping = true;
        state.set(STOPPED);
        LockSupport.unpark(thread);
    }

    /**
     * Stops after the denoising step at hand and waits for the thread, up to {@code timeout}.
     *
     * @return false if the thread still runs: then it is abandoned, and the JVM must be ended without tearing libtorch down
     */
    public boolean stop(long timeout, TimeUnit unit) {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            thread.join(Math.max(1, unit.toMillis(timeout)));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        boolean stopped = !thread.isAlive();
        if (!stopped) {
            LOG.warn("the sampler is still inside a native call after {} ms", unit.toMillis(timeout));
            abandon();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return stopped;
    }

    /** {@link #stop} within 2 s. */
    @Override
    public void close() {
        stop(2, TimeUnit.SECONDS);
    }
}
