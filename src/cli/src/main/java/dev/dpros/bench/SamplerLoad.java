package dev.dpros.bench;

import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Samplers that run one after the other chunk without a pause, each on a thread of its own: the load that the control loop
 * has to bear. Closing waits for the denoising step at hand, since libtorch must not be torn down during one.
 */
public final class SamplerLoad implements AutoCloseable {
    private static final long LONGEST_STEP_S = 30;

    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch warm;
    private final AtomicLong chunks = new AtomicLong();
    private volatile RuntimeException failure;
    private volatile boolean done;

    /** Starts so many samplers; none may be asked for. */
    public SamplerLoad(PolicyDefinition policy, int samplers) {
        warm = new CountDownLatch(samplers);
        for (int i = 0; i < samplers; i++) {
            Thread thread = new Thread(() -> run(policy), "load-sampler-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Waits until all are warm. @throws RuntimeException what one of them threw */
    public void awaitWarm() throws InterruptedException {
        warm.await();
        if (failure != null) {
            throw failure;
        }
    }

    /** Chunks drawn so far. Any thread. */
    public long chunks() {
        return chunks.get();
    }

    private void run(PolicyDefinition definition) {
        boolean counted = false;
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, InferenceOptions.DEFAULT)) {
            policy.warmUp();
            warm.countDown();
            counted = true;
            ObservationWindow window = new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps());
            Sampling sampling = Sampling.of(NoiseSource.seeded(1), (index, count, timestep, x0hat) -> !done);
            while (!done) {
                policy.predictAction(window, sampling);
                chunks.incrementAndGet();
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            if (!counted) {
                warm.countDown();
            }
        }
    }

    @Override
    public void close() {
        done = true;
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(LONGEST_STEP_S));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
