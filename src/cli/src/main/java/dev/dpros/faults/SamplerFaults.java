package dev.dpros.faults;

import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Spoils a policy's inferences on demand: slow, hanging, throwing, or with NaN actions. Any thread may set the fault; it
 * acts on the sampler's thread, from the next inference on.
 */
public final class SamplerFaults implements AutoCloseable {
    /** What happens to an inference. */
    public enum Fault {
        /** Nothing. */ NONE,
        /** It takes {@link #DELAY_MS} longer. */ DELAY,
        /** It does not come back before {@link SamplerFaults#close()}. */ HANG,
        /** It throws. */ EXCEPTION,
        /** Its actions are NaN. */ NAN
    }

    /** How much longer a slow inference takes. */
    public static final long DELAY_MS = 1_200;

    private final CountDownLatch released = new CountDownLatch(1);
    private volatile Fault fault = Fault.NONE;

    /** Sets what happens from the next inference on. {@link Fault#HANG} happens once; the next sampler works. */
    public void set(Fault newFault) {
        fault = newFault;
    }

    /** The policy with these faults. */
    public ChunkPolicy around(ChunkPolicy policy) {
        return new ChunkPolicy() {
            @Override
            public PolicyConfig config() {
                return policy.config();
            }

            @Override
            public void warmUp() {
                policy.warmUp();
            }

            @Override
            public Prediction predictAction(ObservationWindow window, Sampling sampling) {
                return spoil(policy.predictAction(window, sampling));
            }

            @Override
            public void close() {
                policy.close();
            }
        };
    }

    private Prediction spoil(Prediction prediction) {
        switch (fault) {
            case DELAY -> await(DELAY_MS);
            case HANG -> {
                fault = Fault.NONE;
                await(Long.MAX_VALUE);
            }
            case EXCEPTION -> throw new IllegalStateException("an injected exception");
            case NAN -> {
                double[] actions = prediction.actions().clone();
                Arrays.fill(actions, Double.NaN);
                return new Prediction(prediction.batch(), prediction.globalCond(), prediction.trajectory(),
                        prediction.actionSteps(), actions, prediction.denoisingSteps(), prediction.origin());
            }
            case NONE -> { }
        }
        return prediction;
    }

    private void await(long ms) {
        try {
            released.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets hanging inferences go. */
    @Override
    public void close() {
        released.countDown();
    }
}
