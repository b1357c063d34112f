/** What a diffusion policy is: its configuration, normalizers, noise schedulers and the maths of a denoising step. */
package dev.dpros.diffusion;
