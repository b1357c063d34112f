package dev.dpros.diffusion;

/** The network that denoises. */
public sealed interface DenoiserConfig permits UnetConfig, TransformerConfig {
    /** By how much the number of denoised steps must be divisible. */
    int downsampling();
}
