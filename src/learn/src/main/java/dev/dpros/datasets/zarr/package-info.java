/** diffusion_policy's replay buffer in zarr version 2, read and written. */
package dev.dpros.datasets.zarr;
