/**
 * Writes neural networks as TorchScript archives: code text generated from a policy's configuration, tensors streamed
 * from its checkpoint. Knows nothing of DJL.
 */
package dev.dpros.inference.torchscript;
