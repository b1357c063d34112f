package dev.dpros.inference;

import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;

/** From noise to action chunks, in steps between which it can be looked into and ended. Confined to one thread. */
interface ChunkLoop {
    /** What came of it. @param trajectory {@code [B, T, W]}, the live array; @param evaluations of the network */
    record Result(double[] trajectory, int evaluations) {}

    /** The sampler and its number of steps. */
    SchedulerConfig sampler();

    /**
     * Runs the loop for a batch of as many trajectories as there are noise sources.
     *
     * @param condition what the network made of the observations
     * @param observations {@code [B, To, D]}, put into the trajectory's columns if it is conditioned by inpainting
     */
    Result run(PolicyNetwork network, PolicyNetwork.Chunk chunk, PtNDArray condition, float[] observations, Sampling sampling);

    /** The loop of a policy. */
    static ChunkLoop of(PolicyConfig config, SchedulerConfig sampler, InferenceLatency latency) {
        return config.energy() != null ? new EnergySearch(config, sampler, latency) : new DenoisingLoop(config, sampler, latency);
    }
}
