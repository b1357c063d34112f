/**
 * Runs diffusion policies: networks as TorchScript through DJL, the denoising loop, and the asynchronous sampler that
 * keeps both off the control thread.
 */
package dev.dpros.inference;
