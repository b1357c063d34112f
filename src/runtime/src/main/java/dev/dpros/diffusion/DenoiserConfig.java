package dev.dpros.diffusion;

/** The network that denoises, or what takes its place. */
public sealed interface DenoiserConfig permits UnetConfig, TransformerConfig, DitConfig, EnergyConfig {
    /** By how much the number of denoised steps must be divisible. */
    int downsampling();

    /** Values of the conditioning vector per observation step that are the task's, not the observations'. */
    default int taskFeatures() {
        return 0;
    }

    /** The largest share of elements that is left out at random in training. */
    default double leftOut() {
        return 0;
    }
}
