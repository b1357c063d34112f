package dev.dpros.inference;

import dev.dpros.core.Clock;
import dev.dpros.core.LatencySink;
import dev.dpros.core.SystemClock;

/**
 * Where the stages of an inference report how long they took.
 *
 * @param clock whose monotonic time is used
 * @param encode image encoders and conditioning, per prediction
 * @param step one denoising step, network and scheduler
 * @param total one prediction, observation to actions
 */
public record InferenceLatency(Clock clock, LatencySink encode, LatencySink step, LatencySink total) {
    /** Measured by the machine's clock, reported to nobody. */
    public static InferenceLatency unreported() {
        return new InferenceLatency(new SystemClock(), LatencySink.NONE, LatencySink.NONE, LatencySink.NONE);
    }
}
