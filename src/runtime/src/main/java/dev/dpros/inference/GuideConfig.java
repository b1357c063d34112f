package dev.dpros.inference;

import dev.dpros.diffusion.PrefixWeights;

/**
 * How chunks are drawn when a robot waits for them.
 *
 * @param conditioning what is made of the previous chunk
 * @param fall how real-time chunking lets go of the previous chunk over the overlap
 * @param warmTimestep training timestep to which a warm start noises the previous chunk, k0
 * @param warmSteps denoising steps from there
 * @param executionMarginNs time that a command takes to act: actions stamped before arrival plus this are executed from
 *     the previous chunk
 * @param anytime how the number of steps follows the deadline, or null for always all of them
 * @param seed of the noise
 */
public record GuideConfig(
        Conditioning conditioning,
        PrefixWeights.Fall fall,
        int warmTimestep,
        int warmSteps,
        long executionMarginNs,
        StepBudget.Config anytime,
        long seed) {

    /** What is made of the previous chunk. */
    public enum Conditioning {
        /** Nothing. */
        NONE,
        /** Real-time chunking: what will be executed meanwhile is frozen, the rest of the overlap softly tied. */
        REAL_TIME_CHUNKING,
        /** Denoising starts at the previous chunk, noised in part. */
        WARM_START
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public GuideConfig {
        if (warmTimestep < 1 || warmSteps < 1 || warmSteps > warmTimestep + 1) {
            throw new IllegalArgumentException("warm start: expected 1 <= steps <= timestep + 1, found " + warmSteps
                    + " steps from timestep " + warmTimestep);
        }
    }

    /** A kind of conditioning with its defaults: exponential fall; 3 steps from timestep 60; 10 ms; all steps. */
    public static GuideConfig of(Conditioning conditioning, long seed) {
        return new GuideConfig(conditioning, PrefixWeights.Fall.EXPONENTIAL, 60, 3, 10_000_000L, null, seed);
    }

    /** The same, with steps that follow the deadline. */
    public GuideConfig withAnytime(StepBudget.Config budget) {
        return new GuideConfig(conditioning, fall, warmTimestep, warmSteps, executionMarginNs, budget, seed);
    }
}
